import type { Collection } from "../core/collection";
import type { Connection } from "../core/connection";
import {
  asList,
  asNumber,
  asText,
  type Fields,
  hasEnded,
  type Intent,
  isFields,
} from "../core/messages";
import { keep, keepText } from "../core/persistent";
import type { BlobRef } from "../core/pictures";
import { type Projected, projectorOf } from "../core/projector";
import { Signal, TransientSignal } from "../core/signal";
import { oneLine } from "../core/text";
import { timeOf, uuid7 } from "../core/uuid";
import { type Attachment, keepAttached, textOf } from "./attached";
import {
  type Ability,
  type ChatMessage,
  type Found,
  type Mute,
  type Pin,
  plainRoom,
  type Question,
  type Reaction,
  type RoomState,
  readChatMessage,
  readFound,
  readMute,
  readPin,
  readQuestion,
  readRoomState,
  readSource,
  readTyping,
  type Source,
} from "./documents";
import { Editing } from "./edit";
import { ReadMark } from "./unread";

/** A refusal shown in the foot line. */
export interface Said {
  text: string;
  /** Its number in the table of codes; 0: none. */
  code: number;
}

/** The `rev` of what only this page knows. */
const LOCAL = -1;
const TYPING_FOR = 6_000;
const NOTICE_FOR = 8_000;
const OLDER_PATIENCE = 10_000;

const isLocal = (doc: ChatMessage): boolean => doc.born == null && doc.rev === LOCAL;

/** One course's chat as this page holds it, for any number of views. */
export class Room {
  readonly connection: Connection;
  readonly messages: Collection<ChatMessage>;
  /** The newest pin last. */
  readonly pins: Collection<Pin>;
  readonly questions: Collection<Question>;
  /** The muted people; empty unless the reader is staff. */
  readonly mutes: Collection<Mute>;
  /** The reader's abilities, slow mode, mute and read position. */
  readonly state = new Signal<RoomState>(plainRoom);
  /** The view that shows a class the questions, in this page. */
  readonly projected: Signal<Projected>;
  readonly draft: Signal<string>;
  /** The message the next one will reply to: kept with the draft. */
  readonly replyTo: Signal<ChatMessage | null>;
  /** Whether the next message will be a question. */
  readonly asking: Signal<boolean>;
  /** Whether the next question will be anonymous. */
  readonly anonymous: Signal<boolean>;
  /** The pictures that go with the next message. */
  readonly attached: Signal<readonly Attachment[]>;
  /** The message whose text is being changed in the box. */
  readonly editing = new Signal<ChatMessage | null>(null);
  /** The last answer to a request for a message's source. */
  readonly source = new Signal<Source | null>(null);
  /** The last page of what a search found. */
  readonly found = new Signal<Found | null>(null);
  /** The people who are typing. */
  readonly typing = new TransientSignal<{ names: string[]; people: number }>(
    { names: [], people: 0 },
    TYPING_FOR,
  );
  /** The last refusal, for a while. */
  readonly notice = new TransientSignal<Said | null>(null, NOTICE_FOR);
  readonly loadingOlder = new TransientSignal(false, OLDER_PATIENCE);
  /** The time at which the reader last sent a message, in ms since 1970; 0: never. */
  readonly sentAt = new Signal(0);
  /** The text in the box while `editing`. */
  readonly edit: Editing;
  readonly readMark: ReadMark;

  /** Functions that remove messages which were refused before the kernel had them, by id. */
  #refused = new Map<string, () => void>();
  #states: Collection<RoomState>;
  /** As far as older messages were asked for, by `born`. */
  #reaching = Infinity;

  constructor(connection: Connection) {
    this.connection = connection;
    this.messages = connection.mirror("messages", readChatMessage);
    this.pins = connection.mirror("pins", readPin);
    this.questions = connection.mirror("questions", readQuestion);
    this.mutes = connection.mirror("mutes", readMute);
    this.#states = connection.mirror("room", readRoomState);
    this.#states.version.subscribe(() => {
      this.state.value = this.#states.get("room") ?? plainRoom;
    });
    this.projected = projectorOf(connection);
    this.draft = keepText("draft", connection);
    this.replyTo = keep("reply", connection, readChatMessage);
    this.asking = keep("ask", connection, (stored) => stored === true);
    this.anonymous = keep("anonymous", connection, (stored) => stored === true);
    this.attached = keepAttached(connection);
    this.edit = new Editing(this);
    this.readMark = new ReadMark(this);
    this.messages.version.subscribe(this.#dropReply);
    connection.listen({
      snapshot: () => {
        this.loadingOlder.end();
        this.edit.ask();
      },
      shows: this.#shows,
      paged: this.#onPaged,
      refused: this.#onRefused,
      signal: this.#onSignal,
    });
  }

  /** Whether the reader has an ability now, by the kernel's last word. */
  can(ability: Ability): boolean {
    const { readonly, state } = this.connection.lesson.value;
    if (this.connection.kernel.value === "gone") return false;
    if (hasEnded(state)) return false;
    return this.state.value.can.includes(ability) && (!readonly || ability === "search");
  }

  send(
    text: string,
    {
      replyTo,
      question,
      anonymous,
      pictures = [],
    }: {
      replyTo?: string;
      question?: boolean;
      anonymous?: boolean;
      pictures?: readonly BlobRef[];
    } = {},
  ): void {
    this.#send({
      ...{ id: uuid7(), text },
      ...(replyTo && { replyTo }),
      ...(question && { question }),
      ...(anonymous && { anonymous }),
      ...(pictures[0] && { pictures }),
    });
    this.draft.value = "";
    this.sentAt.value = Date.now();
  }

  #send(args: Fields): void {
    this.connection.intend("chat.send", args, "written");
  }

  retry(doc: ChatMessage): void {
    if (!isLocal(doc)) {
      this.connection.intend("chat.retry", { id: doc.id });
      return;
    }
    const { id, replyTo, question, mine, pictures } = doc;
    this.#forget(id);
    this.#send({
      ...{ id, text: asText(doc.body) },
      ...(replyTo && { replyTo }),
      ...(question && { question }),
      ...(mine && { anonymous: true }),
      ...(pictures?.[0] && { pictures }),
    });
  }

  discard(doc: ChatMessage): void {
    if (!isLocal(doc)) {
      this.connection.intend("chat.discard", { id: doc.id });
      return;
    }
    this.#forget(doc.id);
  }

  /** A message that was refused is not to be seen any more. */
  #forget(id: string): void {
    this.#refused.get(id)?.();
    this.#refused.delete(id);
  }

  /** Ask for older messages, unless that is under way or there are none. */
  older(): void {
    if (!this.messages.more || this.loadingOlder.value) return;
    if (this.connection.kernel.value === "gone") return;
    this.loadingOlder.show(true);
    this.connection.intend("chat.older", { before: this.messages.floor }, "now");
  }

  /** Older messages, as far as `born`, have been asked for. */
  expectOlder(born: number): void {
    this.#reaching = Math.min(this.#reaching, born);
    this.loadingOlder.show(true);
  }

  /** Show `text` in the foot line for a while. */
  say(text: string, code = 0): void {
    this.notice.show(text ? { text, code } : null);
  }

  isOwn(doc: ChatMessage): boolean {
    const me = this.connection.lesson.value.me;
    return isLocal(doc) || doc.mine === true || (me !== null && doc.user === me.id);
  }

  dispose(): void {
    for (const brief of [this.typing, this.notice, this.loadingOlder]) brief.dispose();
    this.readMark.dispose();
    this.connection.dispose();
  }

  /** The optimistic change of an intent; returns its rollback. */
  #shows = ({ do: action, args }: Intent): (() => void) | undefined => {
    const id = asText(args.id);
    const on = args.on === true;
    switch (action) {
      case "chat.send":
        return this.messages.overlay(id, (told) => told ?? this.#localDoc(args));
      case "chat.react":
        return this.messages.overlay(id, (told) => told && reacted(told, asText(args.emoji), on));
      case "chat.upvote":
        return this.questions.overlay(id, (told) => {
          if (!told || told.own === on) return told;
          return { ...told, own: on, votes: Math.max(0, told.votes + (on ? 1 : -1)) };
        });
      default:
        return undefined;
    }
  };

  #localDoc(args: Fields): ChatMessage {
    const me = this.connection.lesson.value.me;
    const id = asText(args.id);
    const replyTo = asText(args.replyTo) || undefined;
    return {
      ...{ id, body: asText(args.text), at: timeOf(id), rev: LOCAL, state: "pending" },
      ...(args.anonymous === true
        ? { user: "", name: "", mine: true }
        : { user: me?.id ?? "", name: me?.name ?? "", role: me?.role }),
      ...{ reactions: [], replyTo },
      ...(args.question === true && { question: true }),
      pictures: asList(args.pictures) as readonly BlobRef[],
    };
  }

  /** Pages may follow one another until what was asked for is there. */
  #onPaged = (): void => {
    const { floor, more } = this.messages;
    if (more && floor > this.#reaching && this.#reaching < Infinity) {
      this.expectOlder(this.#reaching);
      return;
    }
    this.#reaching = Infinity;
    this.loadingOlder.end();
  };

  /** Nobody can reply to what was deleted. */
  #dropReply = (): void => {
    const doc = this.replyTo.value;
    if (!doc || !this.connection.filled.value || this.messages.get(doc.id)) return;
    if ((doc.born ?? 0) >= this.messages.floor) this.replyTo.value = null;
  };

  #onRefused = (intent: Intent | undefined, message: string, code: number): void => {
    const id = asText(intent?.args.id);
    if (intent?.do === "chat.older" || intent?.do === "chat.reach") {
      this.#reaching = Infinity;
      this.loadingOlder.end();
    }
    if (intent?.do === "chat.edit") this.edit.refused(id);
    if (intent?.do !== "chat.send" || this.messages.get(id)) {
      this.say(message, code);
      return;
    }
    this.sentAt.value = 0;
    const failed = {
      ...this.#localDoc(intent.args),
      state: "failed",
      error: message,
      code,
    } as const;
    this.#refused.set(
      id,
      this.messages.overlay(id, (told) => told ?? failed),
    );
  };

  #onSignal = (name: string, data: unknown): void => {
    if (!isFields(data)) return;
    switch (name) {
      case "typing":
        this.typing.show(readTyping(data));
        break;
      case "notice":
        this.say(asText(data.message), asNumber(data.code) ?? 0);
        if (data.what === "edit_message") this.edit.refused(asText(data.id));
        break;
      case "source":
        this.source.value = readSource(data) ?? this.source.value;
        break;
      case "found":
        this.found.value = readFound(data) ?? this.found.value;
    }
  };
}

/** A message with an emoji of the reader set, or not. */
function reacted(doc: ChatMessage, emoji: string, on: boolean): ChatMessage {
  const held = doc.reactions.find((reaction) => reaction.emoji === emoji);
  const reactions = held
    ? doc.reactions.flatMap((reaction) => (reaction === held ? withOwn(held, on) : [reaction]))
    : [...doc.reactions, ...withOwn({ emoji, count: 0, names: [], own: false }, on)];
  return { ...doc, reactions };
}

/** A reaction with the reader in or out of it; none at all if nobody is left. */
function withOwn(held: Reaction, on: boolean): Reaction[] {
  if (held.own === on) return held.count > 0 ? [held] : [];
  const count = held.count + (on ? 1 : -1);
  return count > 0 ? [{ ...held, count, own: on }] : [];
}

/** The longest excerpt, in UTF-16 units. */
const LONGEST = 500;

/** The text of a pin or question in one line: of its message if loaded, else as the kernel has it. */
export function excerptOf(room: Room, { id, text }: Pick<Pin, "id" | "text">): string {
  const message = room.messages.get(id);
  return oneLine(message ? textOf(message) : text, LONGEST);
}
