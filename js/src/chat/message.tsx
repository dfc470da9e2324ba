import { Component, type VNode } from "preact";
import { useCountdown, useState, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { bodyText, Rich } from "../core/nodes";
import { clockTime, dayName } from "../core/time";
import type { ChatMessage } from "./documents";
import type { Room } from "./room";
import type { Context, Words } from "./words";

const FOLD_OVER = 12;
const CHARACTERS_A_LINE = 72;
const STAFF: readonly (string | undefined)[] = ["instructor", "admin"];

export interface RowProps {
  doc: ChatMessage;
  me: string | null;
  /** Whether a day begins here. */
  day: boolean;
  /** Whether what the reader has not seen begins here. */
  isNew: boolean;
  /** Whether it goes on under the author of the message before. */
  grouped: boolean;
  own: boolean;
  /** What it replies to, if known. */
  target: ChatMessage | undefined;
  /** Whether it is the list's tab stop. */
  active: boolean;
  words: Words;
  room: Room;
}

const nameOf = (doc: ChatMessage, own: boolean, words: Words): string =>
  own ? words.you : doc.name.trim() || words.unnamed;

const initialOf = (name: string, lang: string): string =>
  ([...name.trim()][0] ?? "·").toLocaleUpperCase(lang);

const roleName = (role: string | undefined, words: Words): string | undefined =>
  role && role !== "student" ? (words.roles[role] ?? role) : undefined;

/** Lines the text will take, roughly: enough to decide whether to fold it. */
function lineCount(text: string): number {
  let lines = 0;
  for (const line of text.split("\n")) lines += Math.ceil(line.length / CHARACTERS_A_LINE) || 1;
  return lines;
}

/** One message. Rendered again only if something about it has changed. */
export class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const held: RowProps = this.props;
    return (Object.keys(next) as (keyof RowProps)[]).some((key) => next[key] !== held[key]);
  }

  override render(): VNode {
    return slot(this.props);
  }
}

function slot(props: RowProps): VNode {
  const { doc, day, isNew, words } = props;
  return (
    <div class="slot" data-id={doc.id}>
      {day && <div class="rule">{dayName(doc.at, words)}</div>}
      {isNew && <div class="rule new">{words.divider}</div>}
      {doc.type === "system" ? <SystemMessage {...props} /> : <Message {...props} />}
    </div>
  );
}

const SystemMessage = ({ doc, me, active }: RowProps): VNode => (
  <article class="system" tabIndex={active ? 0 : -1}>
    <Rich body={doc.body} context={{ reachable: active, me }} />
  </article>
);

const rowClass = ({ doc, grouped }: RowProps): string => {
  const waiting = doc.state === "pending" || doc.state === "queued" || doc.state === "slowed";
  return `msg${grouped ? " cont" : ""}${waiting ? " pend" : ""}`;
};

function Message(props: RowProps): VNode {
  const { doc, own, me, active, target, words } = props;
  const name = nameOf(doc, own, words);
  const time = clockTime(doc.at, words.lang);
  const role = roleName(doc.role, words);
  const label = [name, role, time].filter(Boolean).join(", ");
  return (
    <article class={rowClass(props)} tabIndex={active ? 0 : -1} aria-label={label}>
      <span class={STAFF.includes(doc.role) ? "av staff" : "av"} aria-hidden="true">
        {initialOf(doc.name || name, words.lang)}
      </span>
      <header>
        <b>
          <bdi>{name}</bdi>
        </b>
        {role && <span class="tag">{role}</span>}
        <time class="n">{time}</time>
        {doc.edited && <span>{words.edited}</span>}
      </header>
      <div class="bd">
        {target && <Quote doc={target} own={props.room.isOwn(target)} />}
        <Folded doc={doc} reachable={active} me={me} />
        <Reactions doc={doc} />
        <Delivery doc={doc} room={props.room} />
      </div>
    </article>
  );
}

const Quote = withHooks(function Quote(
  { doc, own }: { doc: ChatMessage; own: boolean },
  { words }: Context,
): VNode {
  return (
    <div class="quote">
      <Icon name="reply" />
      <span class="sr">{words.inReplyTo}</span>
      <b>
        <bdi>{nameOf(doc, own, words)}</bdi>
      </b>
      <span dir="auto">{bodyText(doc.body).slice(0, 200).replaceAll("\n", " ")}</span>
    </div>
  );
});

interface FoldedProps {
  doc: ChatMessage;
  reachable: boolean;
  me: string | null;
}

const Folded = withHooks(function Folded(
  { doc, reachable, me }: FoldedProps,
  { words }: Context,
): VNode {
  const [open, setOpen] = useState(false);
  const long = lineCount(bodyText(doc.body)) > FOLD_OVER + 2;
  return (
    <>
      <div class={`text${long && !open ? " folded" : ""}`}>
        <Rich body={doc.body} context={{ reachable, me }} />
      </div>
      {long && (
        <button
          type="button"
          class="btn"
          aria-expanded={open}
          tabIndex={reachable ? 0 : -1}
          onClick={() => setOpen(!open)}
        >
          {open ? words.showLess : words.showAll}
        </button>
      )}
    </>
  );
});

const Reactions = withHooks(function Reactions(
  { doc }: { doc: ChatMessage },
  { words }: Context,
): VNode | null {
  if (doc.reactions.length === 0) return null;
  return (
    <ul class="rx" aria-label={words.reactions}>
      {doc.reactions.map(({ emoji, count, own }) => (
        <li key={emoji} class={own ? "chip own n" : "chip n"}>
          <span aria-hidden="true">
            <span>{emoji}</span>
            {count}
          </span>
          <span class="sr">{words.reaction(emoji, count, own)}</span>
        </li>
      ))}
    </ul>
  );
});

/** Where an own message is on its way; nothing once it is there. */
const Delivery = withHooks(function Delivery(
  { doc, room }: { doc: ChatMessage; room: Room },
  { words }: Context,
): VNode | null {
  const { state, error } = doc;
  const seconds = useCountdown(state === "slowed" ? (doc.until ?? null) : null);
  if (!state) return null;
  if (state !== "failed" && state !== "held") {
    return (
      <div class="state n">
        <Icon name="clock" />
        {state === "slowed" && seconds
          ? words.slowed(seconds)
          : words[state === "queued" || state === "unconfirmed" ? state : "pending"]}
      </div>
    );
  }
  return (
    <div class="state bad">
      <span role="alert" class="why">
        <Icon name="alert" />
        {words.failed}
        {error && (
          <>
            {" · "}
            <bdi>{error}</bdi>
          </>
        )}
      </span>
      <button type="button" class="btn" onClick={() => room.retry(doc)}>
        {words.retry}
      </button>
      <button type="button" class="btn quiet" onClick={() => room.discard(doc)}>
        {words.discard}
      </button>
    </div>
  );
});
