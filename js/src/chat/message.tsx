import { Component, type VNode } from "preact";
import { Button } from "../core/button";
import { Confirm } from "../core/confirm";
import { focus } from "../core/focus";
import { useCountdown, useRef, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { Picture } from "../core/pictures";
import { bodyText, linkOf, Rich } from "../core/rich_text";
import { initialOf, oneLine } from "../core/text";
import { clockTime, dayName } from "../core/time";
import { remove, withdraw } from "./actions";
import { textOf } from "./attached";
import { CollapsibleText } from "./collapsible_text";
import type { ChatMessage, Question } from "./documents";
import { Mark } from "./mark";
import { nameOf } from "./names";
import type { Pane } from "./pane";
import { Reactions } from "./reactions";
import type { Room } from "./room";
import { isStaff, Tools } from "./tools";
import type { Context, Words } from "./words";

export interface RowProps {
  doc: ChatMessage;
  /** Whether a day begins here. */
  day: boolean;
  /** Whether what the reader has not seen begins here. */
  isNew: boolean;
  /** Whether it goes on under the author of the message before. */
  grouped: boolean;
  own: boolean;
  /** The message it replies to, if loaded. */
  target: ChatMessage | undefined;
  /** Whether what it replies to is known to be gone. */
  targetGone: boolean;
  /** The question it is, if any. */
  question: Question | undefined;
  /** Whether it is the list's tab stop. */
  active: boolean;
  /** Whether its tools are there: under the pointer, or the list's tab stop. */
  tools: boolean;
  /** Whether something is open for it. */
  held: boolean;
  /** Whether it was just jumped to. */
  flashed: boolean;
  /** Whether it waits for a yes to be deleted. */
  doomed: boolean;
  /** The reader's abilities in one string: a change of it renders every row again. */
  abilities: string;
  /** The present day: times of others tell theirs. */
  today: number;
  words: Words;
  pane: Pane;
}

/** The most of a text that goes into the accessible name of its row, in UTF-16 units. */
const READ_OUT = 400;

const roleName = (role: string | undefined, words: Words): string | undefined =>
  role && role !== "student" ? (words.roles[role] ?? role) : undefined;

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

const SystemMessage = ({ doc, active, flashed }: RowProps): VNode => (
  <article
    class={flashed ? "system flash" : "system"}
    tabIndex={active ? 0 : -1}
    aria-label={oneLine(bodyText(doc.body), READ_OUT)}
  >
    <Rich body={doc.body} context={{ reachable: active }} />
  </article>
);

const rowClass = ({ doc, grouped, flashed, doomed }: RowProps): string => {
  const waiting = doc.state === "pending" || doc.state === "queued" || doc.state === "slowed";
  const faint = waiting || doc.editing || doc.deleting;
  return [
    "msg",
    ...(grouped ? ["cont"] : []),
    ...(faint ? ["pend"] : []),
    ...(flashed ? ["flash"] : []),
    ...(doomed ? ["doomed"] : []),
    ...(doc.mentionsMe ? ["named"] : []),
  ].join(" ");
};

function Message(props: RowProps): VNode {
  const { doc, own, active, words, pane, question, grouped } = props;
  const name = nameOf(doc, words, own);
  const time = clockTime(doc.at, words.lang);
  const { via } = doc;
  const unnamed = doc.user === "" && own && words.anonymously;
  const role = via ? words.via(via) : unnamed || roleName(doc.role, words);
  const answered = question?.answered !== undefined;
  const kind = doc.question && (answered ? words.answered : words.question);
  const named = doc.mentionsMe && words.mentionsYou;
  const said = [name, role, time, kind, named].filter(Boolean).join(", ");
  // Whoever goes from row to row hears what each says, not only of whom it is.
  const label = `${said}: ${oneLine(textOf(doc), READ_OUT)}`;
  const there = doc.born != null;
  return (
    <article class={rowClass(props)} tabIndex={active ? 0 : -1} aria-label={label}>
      <span class={isStaff(doc) ? "av staff" : "av"} aria-hidden="true">
        {initialOf(doc.name || name, words.lang)}
      </span>
      <header>
        <b>
          <bdi>{name}</bdi>
        </b>
        {role && <span class={via ? "" : "tag"}>{role}</span>}
        <time class="n">{time}</time>
        {doc.edited && <span>{words.edited}</span>}
        {doc.question && <Mark answered={answered} words={words} />}
      </header>
      <div class="bd">
        {doc.replyTo && <Quote {...props} />}
        {doc.type === "file" ? (
          <FileBody doc={doc} reachable={active} />
        ) : (
          bodyText(doc.body) !== "" && <CollapsibleText body={doc.body} reachable={active} />
        )}
        {doc.pictures?.map((blob) => (
          <Picture key={blob.hash} blob={blob} reachable={active} />
        ))}
        {grouped && doc.edited && <div class="state">{words.edited}</div>}
        <Reactions pane={pane} doc={doc} question={question} reachable={active} />
        <Delivery doc={doc} room={pane.room} />
        {props.doomed && <Doom doc={doc} pane={pane} />}
      </div>
      {props.tools && there && <Tools pane={pane} doc={doc} reachable={active} open={props.held} />}
    </article>
  );
}

/** One line of the message that is replied to, which leads to it. */
const Quote = withHooks(function Quote(
  { doc, target, targetGone, active, pane }: RowProps,
  { words }: Context,
): VNode {
  const { replyTo: id = "" } = doc;
  const lead = (
    <>
      <Icon name="reply" />
      <span class="sr">{words.inReplyTo}</span>
    </>
  );
  if (targetGone) {
    return (
      <div class="quote">
        {lead}
        <i>{words.deleted}</i>
      </div>
    );
  }
  const place = target?.born == null ? { id } : { id, born: target.born };
  return (
    <button
      type="button"
      class="quote"
      tabIndex={active ? 0 : -1}
      title={words.goTo}
      onClick={() => pane.jump(place, words.gone)}
    >
      {lead}
      {target ? (
        <>
          <b>
            <bdi>{nameOf(target, words, pane.room.isOwn(target))}</bdi>
          </b>
          <span dir="auto">{oneLine(textOf(target), 200)}</span>
        </>
      ) : (
        <span>{words.earlier}</span>
      )}
    </button>
  );
});

/** Characters that change the direction of writing: `gpj.exe` would read as `exe.jpg`. */
const TURNS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;

/** A file: its name and, if there is an address that can be followed, where it leads. */
const FileBody = withHooks(function FileBody(
  { doc, reachable }: { doc: ChatMessage; reachable: boolean },
  { words }: Context,
): VNode {
  const text = bodyText(doc.body).replace(TURNS, "").trim();
  const href = linkOf(doc.body);
  const host = href && new URL(href).host;
  const inside = (
    <>
      <Icon name="file" />
      <span class="sr">{words.file}</span>
      <bdi>{text || href}</bdi>
      {host && <span class="host">{host}</span>}
    </>
  );
  if (!href) return <p class="file">{inside}</p>;
  return (
    <a
      class="file"
      href={href}
      target="_blank"
      rel="noopener noreferrer"
      tabIndex={reachable ? 0 : -1}
    >
      {inside}
    </a>
  );
});

/** A deletion asks in its place. */
const Doom = withHooks(function Doom(
  { doc, pane }: { doc: ChatMessage; pane: Pane },
  { words }: Context,
): VNode {
  const box = useRef<HTMLDivElement>();
  const leave = (): void => {
    focus(box.current?.closest("article"));
    pane.doomed.value = null;
  };
  const onYes = (): void => {
    leave();
    remove(pane.room, doc);
  };
  return (
    <div ref={box}>
      <Confirm question={words.confirmRemove} yes={words.remove} onYes={onYes} onNo={leave} />
    </div>
  );
});

/** The delivery state of an own message or of a change to it. */
const Delivery = withHooks(function Delivery(
  { doc, room }: { doc: ChatMessage; room: Room },
  { words }: Context,
): VNode | null {
  const { state, error, code, editing, deleting } = doc;
  const seconds = useCountdown(state === "slowed" ? (doc.retryAt ?? null) : null);
  if (deleting || editing) {
    const word = deleting ? words.deleting : editing === "queued" ? words.queued : words.saving;
    return (
      <div class="state">
        <Icon name="clock" />
        {word}
      </div>
    );
  }
  if (!state) return null;
  if (state !== "failed" && state !== "held") {
    return (
      <div class="state n">
        <Icon name={state === "unconfirmed" ? "check" : "clock"} />
        {state === "slowed" ? (seconds ? words.slowed(seconds) : words.pending) : words[state]}
        {doc.withdrawable && <Button onClick={() => withdraw(room, doc)}>{words.withdraw}</Button>}
      </div>
    );
  }
  return (
    <div class="state bad">
      <span role="alert" class="why">
        <Icon name="alert" />
        <span>
          {words.failed}
          {error && (
            <>
              {" · "}
              <bdi>{words.refusal(code ?? 0, error)}</bdi>
            </>
          )}
        </span>
      </span>
      <Button onClick={() => room.retry(doc)}>{words.retry}</Button>
      <Button look="quiet" onClick={() => room.discard(doc)}>
        {words.discard}
      </Button>
    </div>
  );
});
