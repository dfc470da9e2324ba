import type { VNode } from "preact";
import { Announced } from "../core/announced";
import { useRef, useSignal, withHooks } from "../core/hooks";
import { hasEnded } from "../core/messages";
import { type PanelState, plainState, type Tab } from "./documents";
import { TabSign } from "./icons";
import type { Room } from "./room";
import type { Context, Words } from "./words";

/** Keys that move among tabs, and where to from a place in `count`. */
const moves: Record<string, (place: number, count: number) => number> = {
  ArrowRight: (place, count) => (place + 1) % count,
  ArrowLeft: (place, count) => (place + count - 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** What is new in a tab, in words; nothing where nothing is. */
const newsOf = (tab: Tab, { unread, helped }: PanelState, words: Words): string =>
  unread[tab] > 0 ? words.fresh[tab](unread[tab]) : tab === "people" && helped ? words.helped : "";

interface Props {
  room: Room;
  shown: Tab;
  onShow: (tab: Tab) => void;
}

/** The tabs: one stop of the Tab key; arrows, Home and End show another. */
export const Tabs = withHooks(function Tabs(
  { room, shown, onShow }: Props,
  { words }: Context,
): VNode {
  const parts = useSignal(room.parts);
  const state = useSignal(room.state);
  const { course, state: reached } = useSignal(room.connection.lesson);
  // What was new when one left or was shut out is not known to be so any more.
  const told = hasEnded(reached) ? plainState : state;
  const list = useRef<HTMLDivElement>();
  const names = parts.map(([tab]) => tab);
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
  return (
    <>
      <div class="tl" role="tablist" aria-label={course} ref={list} onKeyDown={onKeyDown}>
        {names.map((tab) => (
          <button
            key={tab}
            type="button"
            id={`tab-${tab}`}
            class={`tab ${tab}`}
            role="tab"
            aria-selected={tab === shown}
            aria-controls={`pane-${tab}`}
            tabIndex={tab === shown ? 0 : -1}
            title={tab === "notifications" ? words.tabs[tab] : undefined}
            onClick={() => onShow(tab)}
          >
            <TabSign tab={tab} quiet={state.quiet} />
            <span class="t">{words.tabs[tab]}</span>
            {tab !== shown && <News tab={tab} state={told} />}
          </button>
        ))}
      </div>
      <Announced
        text={names
          .filter((tab) => tab !== shown && newsOf(tab, told, words))
          .map((tab) => `${words.tabs[tab]}: ${newsOf(tab, told, words)}`)
          .join(", ")}
      />
    </>
  );
});

/** How much is new in a tab that is not shown: a count, or a dot for something. */
const News = withHooks(function News(
  { tab, state }: { tab: Tab; state: PanelState },
  { words }: Context,
): VNode | null {
  const said = newsOf(tab, state, words);
  if (!said) return null;
  return (
    <>
      {state.unread[tab] > 0 ? (
        <span class="cnt n" aria-hidden="true">
          {words.count(state.unread[tab])}
        </span>
      ) : (
        <span class="dot" aria-hidden="true" />
      )}
      <span class="sr"> {said}</span>
    </>
  );
});
