import { Component, type ComponentChildren } from "preact";
import type { Catalog } from "./locale/catalog";
import { en } from "./locale/en";
import { tr } from "./locale/tr";

const catalogs: Record<string, Catalog> = { en, tr };

const base = (tag: string): string => tag.toLowerCase().split(/[-_]/)[0] ?? "";

/** The catalogue for the first of `tags` that has one; English if none has. */
export function catalogFor(...tags: readonly string[]): Catalog {
  const known = tags.map(base).find((tag) => Object.hasOwn(catalogs, tag));
  return catalogs[known ?? "en"] ?? en;
}

/** The words of a view: as the options say, else as the page does, else as the browser does. */
export const wordsOf = (option: string): Catalog =>
  option
    ? catalogFor(option)
    : catalogFor(document.documentElement.lang, ...(navigator.languages ?? []));

/** What every component is given besides its props. */
export interface Context {
  words: Catalog;
}

/** Gives its words to all that is in it. */
export class Speak extends Component<Context & { children: ComponentChildren }> {
  // Itself, not its words: a component that renders again on its own has the context of its mount.
  override getChildContext(): { speak: Speak } {
    return { speak: this };
  }

  override render(): ComponentChildren {
    return this.props.children;
  }
}
