import { type Context as CoreContext, catalogs, type Language, languageFor } from "../core/i18n";
import type { Catalog } from "../core/locale/catalog";
import type { ChatCatalog } from "./locale/catalog";
import { en } from "./locale/en";
import { tr } from "./locale/tr";
import type { WritingCatalog } from "./locale/writing";
import { en as writingEn } from "./locale/writing_en";
import { tr as writingTr } from "./locale/writing_tr";

/** Everything the chat says in one language. */
export type Words = Catalog & ChatCatalog & WritingCatalog;

/** What the chat's components are given besides their props. */
export type Context = CoreContext<Words>;

const all: Record<Language, Words> = {
  en: { ...catalogs.en, ...en, ...writingEn },
  tr: { ...catalogs.tr, ...tr, ...writingTr },
};

/** The words of a view whose options say `lang`. */
export const wordsOf = (lang: string): Words => all[languageFor(lang)];
