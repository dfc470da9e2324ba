import { type Context as CoreContext, catalogs, type Language, languageFor } from "../core/i18n";
import type { Catalog } from "../core/locale/en";
import type { PanelCatalog } from "./locale/catalog";
import { en } from "./locale/en";
import { tr } from "./locale/tr";

/** Everything the panel says in one language. */
export type Words = Catalog & PanelCatalog;

/** What the panel's components are given besides their props. */
export type Context = CoreContext<Words>;

const all: Record<Language, Words> = {
  en: { ...catalogs.en, ...en },
  tr: { ...catalogs.tr, ...tr },
};

/** The words of a view whose options say `lang`. */
export const wordsOf = (lang: string): Words => all[languageFor(lang)];
