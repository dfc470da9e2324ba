// The picker of emoji: a file of code of its own, which a page loads when it has the messages.

import type { VNode } from "preact";
import { Status } from "../core/announced";
import type { Float, Floats } from "../core/float";
import { findAll, focus, placeAfter } from "../core/focus";
import { useMemo, useRef, useState, withHooks } from "../core/hooks";
import { FindBox } from "../shared/find";
import { type Emoji, emojiIn, oftenUsed, remember, searchEmoji } from "./emoji";
import css from "./picker.css?inline";
import type { Context } from "./words";

interface Props {
  floats: Floats;
  /** Whether the reader has set this one already. */
  isOwn: (emoji: string) => boolean;
  onPick: (emoji: string) => void;
}

/** Open the picker at `float.at`, or close the one that is open there. */
export default function openPicker(
  floats: Floats,
  float: Omit<Float, "content">,
  props: Omit<Props, "floats">,
): void {
  floats.toggle({ ...float, content: () => <Picker floats={floats} {...props} /> });
}

const middle = (element: HTMLElement): number => {
  const { left, width } = element.getBoundingClientRect();
  return left + width / 2;
};

/** The button next to `held` in a direction, as they stand on the screen. */
function beside(
  buttons: HTMLElement[],
  held: HTMLElement,
  event: KeyboardEvent,
): HTMLElement | undefined {
  const down = event.key === "ArrowDown";
  if (!down && event.key !== "ArrowUp") {
    const place = placeAfter(event, buttons.indexOf(held), buttons.length, { sideways: true });
    return buttons[place ?? -1];
  }
  const row = (button: HTMLElement): number => button.getBoundingClientRect().top;
  const rows = buttons.map(row).filter((top) => (down ? top > row(held) + 4 : top < row(held) - 4));
  const wanted = down ? Math.min(...rows) : Math.max(...rows);
  const far = (button: HTMLElement): number => Math.abs(middle(button) - middle(held));
  return buttons
    .filter((button) => Math.abs(row(button) - wanted) < 4)
    .sort((a, b) => far(a) - far(b))[0];
}

/** A box to search in, what is used often, then all. Two tab stops: the box and the emoji. */
const Picker = withHooks(function Picker(
  { floats, isOwn, onPick }: Props,
  { words }: Context,
): VNode {
  const { lang } = words;
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  // A box that has the focus brings up the keyboard of a phone.
  const touch = useMemo(() => matchMedia("(pointer: coarse)").matches, []);
  const box = useRef<HTMLInputElement>();
  const list = useRef<HTMLDivElement>();
  const found = query.trim() === "" ? null : searchEmoji(lang, query);
  const often = found ? [] : oftenUsed(lang);
  const rest = found ?? emojiIn(lang);

  const pick = ({ emoji }: Emoji): void => {
    remember(emoji);
    floats.close();
    onPick(emoji);
  };
  const buttons = (): HTMLElement[] => findAll(list.current, "button");
  const goTo = (button: HTMLElement | undefined): void => {
    focus(button);
    button?.scrollIntoView({ block: "nearest" });
  };
  /** Tab goes on from where the picker opened, and closes it. */
  const leave = ({ key }: KeyboardEvent, out: boolean): void => {
    if (key === "Tab" && out) floats.close();
  };
  const onSearchKey = (event: KeyboardEvent): void => {
    const first = found?.[0];
    if (event.key === "ArrowDown") goTo(buttons()[0]);
    else if (event.key === "Enter" && first) pick(first);
    else if (event.key === "Tab" && !event.shiftKey) {
      const all = buttons();
      goTo(all[active] ?? all[0]);
      if (all.length > 0) event.preventDefault();
      return;
    } else {
      leave(event, event.shiftKey);
      return;
    }
    event.preventDefault();
  };
  const onListKey = (event: KeyboardEvent): void => {
    const held = event.target as HTMLElement;
    leave(event, !event.shiftKey);
    const back = event.key === "Tab" && event.shiftKey;
    const next = back ? box.current : beside(buttons(), held, event);
    if (!next && event.key !== "ArrowUp") return;
    event.preventDefault();
    if (next === box.current || !next) box.current?.focus();
    else goTo(next);
  };
  const button = (emoji: Emoji, place: number): VNode => (
    <button
      key={emoji.emoji}
      type="button"
      class={isOwn(emoji.emoji) ? "own" : ""}
      aria-label={emoji.name}
      aria-pressed={isOwn(emoji.emoji)}
      title={emoji.name}
      tabIndex={place === active ? 0 : -1}
      data-first={touch && place === 0 ? "" : undefined}
      onFocus={() => setActive(place)}
      onClick={() => pick(emoji)}
    >
      {emoji.emoji}
    </button>
  );
  return (
    <div class="picker" role="dialog" aria-label={words.pickEmoji}>
      <style>{css}</style>
      <FindBox
        ref={box}
        data-first={touch ? undefined : ""}
        label={words.searchEmoji}
        value={query}
        onInput={(value) => {
          setActive(0);
          setQuery(value);
        }}
        onKeyDown={onSearchKey}
      />
      <Status text={found && (found.length > 0 ? words.foundEmoji(found.length) : words.noEmoji)} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys move between its buttons */}
      <div ref={list} class="grids" onKeyDown={onListKey}>
        {often.length > 0 && (
          // biome-ignore lint/a11y/useSemanticElements: a group of buttons is no fieldset
          <div role="group" aria-label={words.oftenUsed}>
            {often.map(button)}
          </div>
        )}
        {/* biome-ignore lint/a11y/useSemanticElements: a group of buttons is no fieldset */}
        <div role="group" aria-label={words.allEmoji}>
          {rest.map((emoji, place) => button(emoji, often.length + place))}
        </div>
        {found?.length === 0 && <p class="none">{words.noEmoji}</p>}
      </div>
    </div>
  );
});
