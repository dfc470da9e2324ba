import { type ComponentChildren, createContext, h, type VNode } from "preact";
import { on } from "./events";
import { chosenInJupyter, jupyterConfig } from "./jupyter";
import type { Catalog } from "./locale/en";
import { en } from "./locale/en";
import { tr } from "./locale/tr";
import { Signal } from "./signal";
import { loadLasting, saveLasting } from "./storage";

/** The catalogues of what every widget may need, by language; a widget adds its own to each. */
export const catalogs = { en, tr };

/** A language that there are words for. */
export type Language = keyof typeof catalogs;

const base = (tag: string): string => tag.toLowerCase().split(/[-_]/)[0] ?? "";

/** The first of `tags` that there are words for; English if there is none. */
export function languageOf(...tags: readonly string[]): Language {
  const known = tags.map(base).find((tag) => Object.hasOwn(catalogs, tag));
  return (known ?? "en") as Language;
}

const KEY = "edu-widgets:language";

const isLanguage = (value: unknown): value is Language =>
  typeof value === "string" && Object.hasOwn(catalogs, value);

function readChosen(): Language | "" {
  const kept = loadLasting(KEY);
  return isLanguage(kept) ? kept : "";
}

/** The language that was chosen on a page of this browser; empty: none. */
export const chosenLanguage = new Signal<Language | "">(readChosen());

/** Keep the language that was chosen in this browser; empty: none. */
export function chooseLanguage(language: Language | ""): void {
  saveLasting(KEY, language || null);
  chosenLanguage.value = language;
}

on(window, "storage", (event) => {
  if ((event as StorageEvent).key === KEY) chosenLanguage.value = readChosen();
});

/** The language that somebody has chosen for Jupyter, as far as its settings have told. */
export const hostLanguage = new Signal("");

let asked = false;

/** Ask Jupyter's settings for a language; its page says `en` also where nobody chose one. */
async function askJupyter(config: string): Promise<void> {
  asked = true;
  const locale = await chosenInJupyter(config);
  if (locale) hostLanguage.value = locale;
}

/** The language that the page around has by its own choice; empty: it has none. */
function pageLanguage(): string {
  const { lang } = document.documentElement;
  const config = jupyterConfig();
  if (!config || base(lang) !== "en") return lang;
  if (!asked && languageOf(...navigator.languages) !== "en") void askJupyter(config);
  return hostLanguage.value;
}

/**
 * The language of a view: as the options say, else as was chosen on the page, else as the page
 * around it was told to be, else as the browser is.
 */
export const languageFor = (option: string): Language =>
  option
    ? languageOf(option)
    : chosenLanguage.value || languageOf(pageLanguage(), ...(navigator.languages ?? []));

/** The second argument of every component: the texts of its widget. */
export interface Context<W extends Catalog = Catalog> {
  words: W;
}

/** The words of the widget around. */
export const Words = createContext<Catalog>(en);

/** Gives its words to all that is in it. */
export const Speak = ({ words, children }: Context & { children: ComponentChildren }): VNode =>
  h(Words.Provider, { value: words }, children) as VNode;

/** The words of a widget by the `lang` of its options: its own, over those that all have. */
export const wordsIn = <W>(own: Record<Language, W>): ((lang: string) => Catalog & W) => {
  const all = { en: { ...catalogs.en, ...own.en }, tr: { ...catalogs.tr, ...own.tr } };
  return (lang) => all[languageFor(lang)];
};
