import type { VNode } from "preact";
import { useEffect, useMemo, useRef, useSignal, useState, withHooks } from "../core/hooks";
import type { Context } from "../core/i18n";
import { Icon } from "../core/icons";
import type { ChatMessage } from "../core/messages";
import { isSameDay } from "../core/time";
import { Row, type RowProps } from "./message";
import type { Room } from "./room";
import type { Scroller } from "./scroller";

const GROUP_WITHIN = 5 * 60_000;

const isGrouped = (doc: ChatMessage, before: ChatMessage): boolean =>
  doc.user === before.user &&
  !doc.replyTo &&
  doc.type === before.type &&
  doc.type !== "system" &&
  Math.abs(doc.at - before.at) < GROUP_WITHIN;

interface Props {
  room: Room;
  scroller: Scroller;
}

/** The rows of the window, each with what it needs to know of the one before. */
function useRows({ room, scroller }: Props, { words }: Context, active: string | null): RowProps[] {
  const { messages } = room;
  const me = useSignal(room.connection.lesson).me?.id ?? null;
  const divider = useSignal(scroller.divider);
  const rows: RowProps[] = [];
  useSignal(messages.version);
  const { from, to } = useSignal(scroller.window);
  for (let place = from; place < to; place++) {
    const doc = messages.at(place);
    if (!doc) continue;
    const before = messages.at(place - 1);
    const day = before ? !isSameDay(doc.at, before.at) : !messages.more;
    const isNew = divider !== null && doc.born === divider;
    rows.push({
      doc,
      me,
      day,
      isNew,
      grouped: before !== undefined && !day && !isNew && isGrouped(doc, before),
      own: room.isOwn(doc),
      target: doc.replyTo ? messages.get(doc.replyTo) : undefined,
      active: doc.id === active,
      words,
      room,
    });
  }
  const last = rows.at(-1);
  if (last && !rows.some((row) => row.active)) last.active = true;
  return rows;
}

/** Moving between messages: one tab stop, arrows, Home and End. */
function moveFocus(event: KeyboardEvent, scroller: Scroller): void {
  const list = event.currentTarget as HTMLElement;
  const articles = [...list.querySelectorAll<HTMLElement>("article")];
  const root = list.getRootNode() as ShadowRoot;
  const at = articles.indexOf(root.activeElement as HTMLElement);
  if (at < 0) return;
  const step = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: articles.length - 1 }[event.key];
  if (step === undefined) return;
  if (event.key === "End") scroller.toEnd();
  event.preventDefault();
  const next = articles[step];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

export const Log = withHooks(function Log({ room, scroller }: Props, { words }: Context): VNode {
  const element = useRef<HTMLDivElement>();
  const [active, setActive] = useState<string | null>(null);
  useMemo(() => scroller.onData(), [scroller]);
  const rows = useRows({ room, scroller }, { words }, active);

  useEffect(() => {
    scroller.afterRender();
  });
  useEffect(() => (element.current ? scroller.attach(element.current) : undefined), [scroller]);
  useEffect(() => room.messages.version.subscribe(() => scroller.onData()), [room, scroller]);

  const onFocus = (event: FocusEvent): void => {
    const slot = (event.target as HTMLElement).closest<HTMLElement>("[data-id]");
    if (slot?.dataset.id) setActive(slot.dataset.id);
  };
  const away = useSignal(scroller.away);
  const unseen = useSignal(scroller.unseen);
  const loading = useSignal(room.loadingOlder);
  return (
    <div class="logbox">
      <div
        ref={element}
        class="log"
        role="log"
        aria-label={words.chat}
        aria-live={away ? "off" : "polite"}
        onKeyDown={(event) => moveFocus(event, scroller)}
        onFocusIn={onFocus}
      >
        <div class="rows">
          {rows.map((row) => (
            <Row key={row.doc.id} {...row} />
          ))}
        </div>
      </div>
      {loading && (
        <span class="older" role="status">
          {words.loading}
        </span>
      )}
      {away && unseen > 0 && (
        <div class="fade">
          <button type="button" class="newpill fill n" onClick={() => scroller.toEnd()}>
            <Icon name="down" />
            {words.pill(unseen)}
          </button>
        </div>
      )}
    </div>
  );
});
