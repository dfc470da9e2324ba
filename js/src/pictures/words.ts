import { type Context as CoreContext, wordsIn } from "../core/i18n";
import { en } from "./locale/en";
import { tr } from "./locale/tr";

export const wordsOf = wordsIn({ en, tr });
export type Words = ReturnType<typeof wordsOf>;
export type Context = CoreContext<Words>;
