import { type Context as Speaking, wordsIn } from "../core/i18n";
import { icons } from "../core/icons";
import { en } from "./locale/en";
import { tr } from "./locale/tr";

export const wordsOf = wordsIn({ en, tr });
export type Words = ReturnType<typeof wordsOf>;
export type Context = Speaking<Words>;

export const Icon = icons({
  note: "M3.5 2.5h9v8l-3 3h-6zM9.5 13.5v-3h3M5.8 5.5h4.4M5.8 8h3",
  people:
    "M8.4 5.4a2.4 2.4 0 1 1-4.8 0 2.4 2.4 0 0 1 4.8 0M1.8 13c.3-2.4 2-3.8 4.2-3.8s3.9 1.4 4.2 3.8M10.4 3.2a2.4 2.4 0 0 1 0 4.4M12 9.7c1.3.5 2.1 1.7 2.3 3.3",
  export: "M8 10V2.5M5 5l3-2.8L11 5M3 9v3.5a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1V9",
});
