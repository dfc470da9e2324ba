import type { VNode } from "preact";
import { asItem, ErrorBoundary } from "../core/error_boundary";
import { findAll, moveFocus } from "../core/focus";
import { useNow, useRef, useSignal, useState, withHooks } from "../core/hooks";
import type { Inbox } from "./inbox";
import { Row } from "./row";
import type { Context } from "./words";

/** The notifications, the newest first: one tab stop, arrows move. */
export const List = withHooks(function List(
  { inbox }: { inbox: Inbox },
  { words }: Context,
): VNode {
  useSignal(inbox.notices.version);
  const now = useNow();
  const [chosen, choose] = useState("");
  const list = useRef<HTMLUListElement>();
  const notices = inbox.newest;
  const current = notices.some(({ id }) => id === chosen) ? chosen : notices[0]?.id;
  const rowOf = (target: EventTarget | null): HTMLElement | null =>
    (target as HTMLElement | null)?.closest("li") ?? null;
  const onKeyDown = (event: KeyboardEvent): void => {
    moveFocus(event, findAll(list.current, "li[data-id]"));
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
          <Row inbox={inbox} notice={notice} now={now} current={notice.id === current} />
        </ErrorBoundary>
      ))}
    </ul>
  );
});
