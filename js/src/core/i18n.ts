import { type ComponentChildren, createContext, h, type VNode } from "preact";
import type { Catalog } from "./locale/catalog";
import { en } from "./locale/en";
import { tr } from "./locale/tr";

/** The catalogues of what every widget may need, by language; a widget adds its own to each. */
export const catalogs = { en, tr };

export type Language = keyof typeof catalogs;

const base = (tag: string): string => tag.toLowerCase().split(/[-_]/)[0] ?? "";

/** The first of `tags` that there are words for; English if there is none. */
export function languageOf(...tags: readonly string[]): Language {
  const known = tags.map(base).find((tag) => Object.hasOwn(catalogs, tag));
  return (known ?? "en") as Language;
}

/** The language of a view: as the options say, else as the page does, else as the browser does. */
export const languageFor = (option: string): Language =>
  option
    ? languageOf(option)
    : languageOf(document.documentElement.lang, ...(navigator.languages ?? []));

/** What every component is given besides its props: the words of its widget. */
export interface Context<W extends Catalog = Catalog> {
  words: W;
}

/** The words of the widget around. */
export const Words = createContext<Catalog>(en);

/** Gives its words to all that is in it. */
export const Speak = ({ words, children }: Context & { children: ComponentChildren }): VNode =>
  h(Words.Provider, { value: words }, children) as VNode;
