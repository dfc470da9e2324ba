import type { VNode } from "preact";
import { ErrorBoundary } from "../core/error_boundary";
import { findAll, focus, focusIn, placeAfter } from "../core/focus";
import { useEffect, useMemo, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { isSameDay, today } from "../core/time";
import type { ChatMessage } from "./documents";
import { Row, type RowProps } from "./message";
import { type Pane, watchReading } from "./pane";
import type { Room } from "./room";
import type { Scroller } from "./scroller";
import { onMessageKey } from "./tools";
import { UnreadPill } from "./unread_pill";
import type { Context } from "./words";

/** Milliseconds after which the wheel is at rest. */
const WHEEL_REST = 120;
const GROUP_WITHIN = 5 * 60_000;

const isGrouped = (doc: ChatMessage, before: ChatMessage): boolean =>
  doc.user === before.user &&
  doc.user !== "" &&
  !doc.replyTo &&
  !doc.question &&
  doc.type === before.type &&
  doc.type !== "system" &&
  Math.abs(doc.at - before.at) < GROUP_WITHIN;

interface Props {
  pane: Pane;
}

/** The rows of the window, each with what it needs to know of the one before. */
function useRows(
  pane: Pane,
  { words }: Context,
  { hot, active }: { hot: string | null; active: string | null },
): RowProps[] {
  const { room, scroller } = pane;
  const { messages, questions } = room;
  const held = useSignal(pane.held);
  const flashed = useSignal(pane.flashed);
  const doomed = useSignal(pane.doomed);
  const abilities = useAbilities(room);
  const divider = useSignal(scroller.divider);
  const day0 = useSignal(today);
  // A service without search keeps messages that nobody can load: what is not here may be there.
  const keepsAll = room.state.value.can.includes("search");
  const rows: RowProps[] = [];
  useSignal(room.connection.lesson);
  useSignal(messages.version);
  useSignal(questions.version);
  // Without a pointer that hovers, all tools are always there.
  const touch = useMemo(() => matchMedia("(hover: none)").matches, []);
  const { from, to } = useSignal(scroller.window);
  for (let place = from; place < to; place++) {
    const doc = messages.at(place);
    if (!doc) continue;
    const before = messages.at(place - 1);
    const day = before ? !isSameDay(doc.at, before.at) : !messages.more;
    const isNew = divider !== null && doc.born === divider;
    rows.push({
      doc,
      day,
      isNew,
      grouped: before !== undefined && !day && !isNew && isGrouped(doc, before),
      own: room.isOwn(doc),
      target: doc.replyTo ? messages.get(doc.replyTo) : undefined,
      targetGone: keepsAll && doc.replyTo !== undefined && messages.isGone(doc.replyTo),
      question: questions.get(doc.id),
      active: doc.id === active,
      tools: touch || doc.id === hot || doc.id === active || doc.id === held,
      held: doc.id === held,
      flashed: doc.id === flashed,
      doomed: doc.id === doomed,
      abilities,
      today: day0,
      words,
      pane,
    });
  }
  const last = rows.at(-1);
  if (last && !rows.some((row) => row.active)) {
    last.active = true;
    last.tools = true;
  }
  return rows;
}

/** The reader's abilities in one string, rendered again whenever they change. */
function useAbilities(room: Room): string {
  useSignal(room.connection.kernel);
  useSignal(room.connection.lesson);
  return useSignal(room.state)
    .can.filter((ability) => room.can(ability))
    .join(" ");
}

/** The message an event happens in. */
const idOf = ({ target }: Event): string | null =>
  (target as HTMLElement).closest<HTMLElement>("[data-id]")?.dataset.id ?? null;

const articlesOf = (list: HTMLElement): HTMLElement[] => findAll(list, "article");

/** To the end, and the focus with it once its row stands. */
function goToEnd(list: HTMLElement, scroller: Scroller): void {
  scroller.toEnd();
  queueMicrotask(() => focus(articlesOf(list).at(-1)));
}

/** Moving between messages: one tab stop, arrows, Home and End. */
function moveAmong(event: KeyboardEvent, scroller: Scroller): void {
  const list = event.currentTarget as HTMLElement;
  const articles = articlesOf(list);
  const held = focusIn(list);
  const at = articles.indexOf(held as HTMLElement);
  const { top } = list.getBoundingClientRect();
  // From the list itself, to the first row in sight.
  const seen = articles.findIndex((row) => row.getBoundingClientRect().bottom > top);
  if (at < 0 && held !== list) return;
  const place = placeAfter(event, at, articles.length);
  if (place === undefined) return;
  event.preventDefault();
  if (event.key === "End") {
    goToEnd(list, scroller);
    return;
  }
  if (place < 0) list.scrollTop = 0;
  const next = articles[at < 0 && event.key !== "Home" ? seen : place];
  focus(next);
  next?.scrollIntoView({ block: "nearest" });
  scroller.hold();
}

/** Remembers what has the focus before a rendering; the result puts it back, or near, after it. */
function keepFocus(list: HTMLElement | null, { messages }: Room): () => void {
  const held = focusIn(list);
  if (!list || !held || held === list) return () => {};
  const slots = (): HTMLElement[] => findAll(list, ".slot");
  const slot = held.closest<HTMLElement>(".slot");
  const at = slots().indexOf(slot as HTMLElement);
  return () => {
    if (focusIn(list)) return;
    if (held.isConnected) focus(held);
    else if (slot?.isConnected) focus(slot.querySelector("article"));
    else if (messages.get(slot?.dataset.id ?? "")) focus(list);
    else focus((slots()[at] ?? slots().at(-1))?.querySelector("article"));
  };
}

const inSlot =
  (id: string) =>
  (sentence: string): VNode => (
    <div class="slot" data-id={id}>
      <p class="unshown">{sentence}</p>
    </div>
  );

export const Log = withHooks(function Log({ pane }: Props, { words }: Context): VNode {
  const { room, scroller } = pane;
  const element = useRef<HTMLDivElement>();
  const [active, setActive] = useState<string | null>(null);
  useMemo(() => scroller.onData(), [scroller]);
  const [hot, setHot] = useState<string | null>(null);
  const rows = useRows(pane, { words }, { hot, active });

  const refocus = keepFocus(element.current, room);
  useEffect(() => {
    scroller.afterRender();
    refocus();
  });
  useEffect(() => {
    const list = element.current;
    if (!list) return;
    const detach = scroller.attach(list);
    return () => {
      // The last message went: the box is what is left.
      if (focusIn(list)) focus(list.closest(".talk")?.querySelector("textarea"));
      detach();
    };
  }, [scroller]);
  useEffect(() => room.messages.version.subscribe(() => scroller.onData()), [room, scroller]);
  useEffect(() => watchReading(pane), [pane]);

  const flashed = useSignal(pane.flashed);
  useEffect(() => {
    const slots = findAll(element.current, ".slot");
    const slot = slots.find(({ dataset }) => dataset.id === flashed);
    focus(slot?.querySelector("article"));
  }, [flashed]);

  const onFocus = (event: FocusEvent): void => {
    const id = idOf(event);
    if (id) setActive(id);
  };
  const pointed = useRef<ReturnType<typeof setTimeout>>();
  // Rows that pass under a pointer are not pointed at.
  const point = (id: string | null): void => {
    clearTimeout(pointed.current ?? 0);
    const isScrolling = performance.now() - scroller.wheeledAt < WHEEL_REST;
    if (isScrolling) pointed.current = setTimeout(() => setHot(id), WHEEL_REST);
    else setHot(id);
  };
  useEffect(() => () => clearTimeout(pointed.current ?? 0), []);
  const onPointer = (event: PointerEvent): void => {
    if (event.pointerType !== "touch") point(idOf(event));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const article = event.target as HTMLElement;
    const doc = room.messages.get(idOf(event) ?? "");
    const onRow = article.tagName === "ARTICLE";
    if (onRow && doc && onMessageKey(pane, doc, article, words, event)) event.preventDefault();
    else if (event.key === "Escape" && !onRow) focus(article.closest("article"));
    else moveAmong(event, scroller);
  };
  // A message that unfolds grows downwards, also at the end; one that folds stays in sight.
  const onFold = (event: Event): void => {
    const button = (event.target as HTMLElement).closest(".fold");
    if (!button) return;
    scroller.hold(true);
    if (button.getAttribute("aria-expanded") === "false") return;
    requestAnimationFrame(() => {
      button.closest("article")?.scrollIntoView({ block: "nearest" });
      scroller.hold();
    });
  };
  const away = useSignal(scroller.away);
  const loading = useSignal(room.loadingOlder);
  return (
    <div class="logbox">
      <div
        ref={element}
        class="log"
        role="log"
        tabIndex={-1}
        aria-label={words.chat}
        aria-live={away ? "off" : "polite"}
        onKeyDown={onKeyDown}
        onPointerOver={onPointer}
        onPointerLeave={() => point(null)}
        onFocusIn={onFocus}
        onClickCapture={onFold}
      >
        <div class="rows">
          {rows.map((row) => (
            <ErrorBoundary key={row.doc.id} of={row.doc} frame={inSlot(row.doc.id)}>
              <Row {...row} />
            </ErrorBoundary>
          ))}
        </div>
      </div>
      <i class="end" />
      {loading && (
        <span class="older" role="status">
          {words.loading}
        </span>
      )}
      <UnreadPill pane={pane} onEnd={() => element.current && goToEnd(element.current, scroller)} />
    </div>
  );
});
