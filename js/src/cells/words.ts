import { type Context as Speaking, wordsIn } from "../core/i18n";
import { en } from "./locale/en";
import { tr } from "./locale/tr";

export const wordsOf = wordsIn({ en, tr });
export type Words = ReturnType<typeof wordsOf>;
export type Context = Speaking<Words>;
