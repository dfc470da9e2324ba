import type { VNode } from "preact";
import { IconButton } from "./button";
import type { Floats } from "./float";
import { useSignal, withHooks } from "./hooks";
import { type Context, chooseLanguage, chosenLanguage, type Language } from "./i18n";
import type { Catalog } from "./locale/en";
import { type MenuGroup, openMenu } from "./menu";
import type { Options } from "./model";
import type { Signal } from "./signal";

/** Each in its own language, for those who read no other. */
const names: readonly [Language, string][] = [
  ["en", "English"],
  ["tr", "Türkçe"],
];

/** The languages to choose from; none where Python has said which it is to be. */
function languageGroup({ fixed }: Options, words: Catalog): MenuGroup[] {
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
  /** The name of the menu where it has more than the language. */
  label?: string | undefined;
  /** Its groups before the language. */
  groups?: (() => readonly MenuGroup[]) | undefined;
}

/** The menu of a header: the view's own groups, and the language of this browser's views. */
export const HeaderMenu = withHooks(function HeaderMenu(
  { floats, options, label, groups }: Props,
  { words }: Context,
): VNode | null {
  const set = useSignal(options);
  if (set.fixed && !groups) return null;
  const name = label ?? words.language;
  return (
    <IconButton
      icon="dots"
      class={groups ? "more" : "language"}
      label={name}
      aria-haspopup="menu"
      onClick={({ currentTarget: at }) =>
        openMenu(floats, { at }, name, [...(groups?.() ?? []), ...languageGroup(set, words)])
      }
    />
  );
});
