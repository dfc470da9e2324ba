import type { VNode } from "preact";
import type { Floats } from "./float";
import { useSignal, withHooks } from "./hooks";
import { type Context, chooseLanguage, chosenLanguage, type Language } from "./i18n";
import { IconButton } from "./icon_button";
import type { Catalog } from "./locale/catalog";
import { type MenuGroup, openMenu } from "./menu";
import type { Options } from "./model";
import type { Signal } from "./signal";

/** Each in its own language, for those who read no other. */
const names: readonly [Language, string][] = [
  ["en", "English"],
  ["tr", "Türkçe"],
];

/** The languages to choose from; none where Python has said which it is to be. */
export function languageGroup({ fixed }: Options, words: Catalog): MenuGroup[] {
  if (fixed) return [];
  const now = chosenLanguage.value;
  const items = names.map(([language, label]) => ({
    ...{ label, checked: language === now },
    run: () => chooseLanguage(language),
  }));
  const asBrowser = { label: words.asBrowser, checked: now === "", run: () => chooseLanguage("") };
  return [{ label: words.language, items: [...items, asBrowser] }];
}

interface Props {
  floats: Floats;
  options: Signal<Options>;
}

/** In a header: the language of this browser's views. */
export const LanguageMenu = withHooks(function LanguageMenu(
  { floats, options }: Props,
  { words }: Context,
): VNode | null {
  const set = useSignal(options);
  if (set.fixed) return null;
  return (
    <IconButton
      icon="dots"
      class="language"
      label={words.language}
      aria-haspopup="menu"
      onClick={({ currentTarget: at }) =>
        openMenu(floats, { at }, words.language, languageGroup(set, words))
      }
    />
  );
});
