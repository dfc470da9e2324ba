import type { VNode } from "preact";
import { Announced } from "../core/announced";
import { useEffect, useRef, useSignal, withHooks } from "../core/hooks";
import { hasEnded } from "../core/messages";
import {
  counted,
  inTabs,
  newsOf,
  type PanelState,
  type Part,
  plainState,
  wordsOfPart,
} from "./documents";
import { Sign } from "./icons";
import type { Room } from "./room";
import type { Context } from "./words";

/** Keys that move among tabs, and where to from a place in `count`. */
const moves: Record<string, (place: number, count: number) => number> = {
  ArrowRight: (place, count) => (place + 1) % count,
  ArrowLeft: (place, count) => (place + count - 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** What is new in a tab, in words; nothing where nothing is. */
function sayNews(part: Part, state: PanelState, lang: string): string {
  const { unread, note } = newsOf(state, part);
  const words = wordsOfPart(part, lang);
  return unread > 0 ? counted(words.unread, unread, lang) : note ? words.note : "";
}

/** Make tabs shapes, but for the one that is shown, where their labels have no room. */
function fitLabels(bar: HTMLElement): void {
  bar.classList.remove("tight");
  bar.classList.toggle("tight", bar.scrollWidth > bar.clientWidth);
}

interface Props {
  room: Room;
  shown: string;
  onShow: (tab: string) => void;
}

/** The tabs: one stop of the Tab key; arrows, Home and End show another. */
export const Tabs = withHooks(function Tabs(
  { room, shown, onShow }: Props,
  { words }: Context,
): VNode {
  const parts = inTabs(useSignal(room.parts));
  const state = useSignal(room.state);
  const { course, state: reached } = useSignal(room.connection.lesson);
  // What was new when one left or was shut out is not known to be so any more.
  const told = hasEnded(reached) ? plainState : state;
  const list = useRef<HTMLDivElement>();
  const names = parts.map(({ name }) => name);
  const onKeyDown = (event: KeyboardEvent): void => {
    const rtl = getComputedStyle(event.currentTarget as Element).direction === "rtl";
    const turned: Record<string, string> = { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" };
    const move = moves[(rtl && turned[event.key]) || event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = names[move(names.indexOf(shown), names.length)];
    if (!next) return;
    onShow(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  useEffect(() => {
    // Where there are more than fit, they scroll.
    const bar = list.current;
    const tab = bar?.querySelector<HTMLElement>(`#tab-${shown}`);
    if (!bar || !tab) return;
    const [from, to] = [bar.getBoundingClientRect(), tab.getBoundingClientRect()];
    bar.scrollLeft += Math.min(0, to.left - from.left) + Math.max(0, to.right - from.right);
  }, [shown]);
  useEffect(() => {
    const observer = new ResizeObserver(() => list.current && fitLabels(list.current));
    if (list.current) observer.observe(list.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (list.current) fitLabels(list.current);
  });
  return (
    <>
      <div class="tl" role="tablist" aria-label={course} ref={list} onKeyDown={onKeyDown}>
        {parts.map((part) => {
          const { name } = part;
          const narrow = part.narrow || (parts.length > MOST_LABELS && name !== shown);
          const label = wordsOfPart(part, words.lang).tab;
          return (
            <button
              key={name}
              type="button"
              id={`tab-${name}`}
              class={narrow ? "tab narrow" : "tab"}
              role="tab"
              aria-selected={name === shown}
              aria-controls={`pane-${name}`}
              tabIndex={name === shown ? 0 : -1}
              title={narrow || name !== shown ? label : undefined}
              onClick={() => onShow(name)}
            >
              <Sign icon={newsOf(state, part).icon || part.icon} />
              <span class="t">{label}</span>
              {name !== shown && <Count part={part} state={told} />}
            </button>
          );
        })}
      </div>
      <Announced
        text={parts
          .filter((part) => part.name !== shown && sayNews(part, told, words.lang))
          .map((part) => `${wordsOfPart(part, words.lang).tab}: ${sayNews(part, told, words.lang)}`)
          .join(", ")}
      />
    </>
  );
});

/** More tabs than that are shapes where there is little room, but for the one that is shown. */
const MOST_LABELS = 5;

/** How much is new in a tab that is not shown: a count, or a dot for something. */
const Count = withHooks(function Count(
  { part, state }: { part: Part; state: PanelState },
  { words }: Context,
): VNode | null {
  const said = sayNews(part, state, words.lang);
  if (!said) return null;
  const { unread } = newsOf(state, part);
  return (
    <>
      {unread > 0 ? (
        <span class="cnt n" aria-hidden="true">
          {words.count(unread)}
        </span>
      ) : (
        <span class="dot" aria-hidden="true" />
      )}
      <span class="sr"> {said}</span>
    </>
  );
});
