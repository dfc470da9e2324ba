import type { VNode } from "preact";
import { asItem, ErrorBoundary } from "../core/error_boundary";
import { useEffect, useRef, useSignal, useState, withHooks } from "../core/hooks";
import type { Inbox } from "./inbox";
import { Row } from "./row";
import type { Context } from "./words";

/** How often what tells a time is looked at. */
const EVERY = 20_000;

/** Keys that move in the list, and where to from a place in `count`. */
const moves: Record<string, (place: number, count: number) => number> = {
  ArrowDown: (place) => place + 1,
  ArrowUp: (place) => place - 1,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** The notifications, the newest first: one tab stop, arrows move. */
export const List = withHooks(function List(
  { inbox }: { inbox: Inbox },
  { words }: Context,
): VNode {
  useSignal(inbox.notices.version);
  const [now, setNow] = useState(Date.now());
  const [chosen, choose] = useState("");
  const list = useRef<HTMLUListElement>();
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EVERY);
    return () => clearInterval(timer);
  }, []);
  const notices = inbox.newest;
  const current = notices.some(({ id }) => id === chosen) ? chosen : notices[0]?.id;
  const rowOf = (target: EventTarget | null): HTMLElement | null =>
    (target as HTMLElement | null)?.closest("li") ?? null;
  const onKeyDown = (event: KeyboardEvent): void => {
    const move = moves[event.key];
    const row = rowOf(event.target);
    if (!move || !row || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const place = notices.findIndex(({ id }) => id === row.dataset.id);
    const next = notices[Math.max(0, Math.min(move(place, notices.length), notices.length - 1))];
    if (!next) return;
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("li") ?? [])];
    rows.find(({ dataset }) => dataset.id === next.id)?.focus();
  };
  return (
    <ul
      class="scroll rows"
      ref={list}
      // biome-ignore lint/a11y/noRedundantRoles: Safari takes it from a list without bullets
      role="list"
      aria-label={words.notifications}
      onKeyDown={onKeyDown}
      onFocusIn={({ target }) => choose(rowOf(target)?.dataset.id ?? "")}
    >
      {notices.map((notice) => (
        <ErrorBoundary key={notice.id} of={notice} frame={asItem}>
          <Row
            inbox={inbox}
            notice={notice}
            now={Math.max(now, Date.now())}
            current={notice.id === current}
          />
        </ErrorBoundary>
      ))}
    </ul>
  );
});
