import type { Collection } from "../core/collection";
import type { Connection } from "../core/connection";
import { draftOf } from "../core/drafts";
import {
  asText,
  asTexts,
  type ChatMessage,
  type Intent,
  isFields,
  readChatMessage,
} from "../core/messages";
import { Signal } from "../core/signal";
import { uuid7 } from "../core/uuid";

/** Documents made here are older than anything the kernel says of the same message. */
const FIRST_LOCAL_REV = -1_000_000;
const TYPING_FOR = 6_000;
const NOTICE_FOR = 8_000;
const OLDER_PATIENCE = 10_000;

const isLocal = (doc: ChatMessage): boolean => doc.born == null && (doc.rev ?? 0) < 0;

/** One course's chat as this page holds it, for any number of views. */
export class Room {
  readonly connection: Connection;
  readonly messages: Collection<ChatMessage>;
  readonly draft: Signal<string>;
  /** Who is typing, as far as told. */
  readonly typing = new Signal<{ names: string[]; people: number }>({ names: [], people: 0 });
  /** A refusal to be said for a while. */
  readonly notice = new Signal("");
  readonly loadingOlder = new Signal(false);

  /** Messages that were refused before the kernel held them. */
  #refused = new Map<string, ChatMessage>();
  #timers = new Map<Signal<unknown>, ReturnType<typeof setTimeout>>();

  constructor(connection: Connection) {
    this.connection = connection;
    this.messages = connection.mirror("messages", readChatMessage);
    this.draft = draftOf(connection.lesson.value.course);
    connection.listen({
      snapshot: this.#restore,
      paged: () => this.#setFor(this.loadingOlder, false),
      refused: this.#onRefused,
      signal: this.#onSignal,
    });
  }

  send(text: string, replyTo?: string): void {
    const id = uuid7();
    this.connection.intend("chat.send", { id, text, replyTo });
    this.#show(this.#localDoc(id, text, Date.now(), replyTo));
    this.draft.value = "";
  }

  retry(doc: ChatMessage): void {
    if (!isLocal(doc)) {
      this.connection.intend("chat.retry", { id: doc.id });
      return;
    }
    this.#refused.delete(doc.id);
    const { error: _, state: __, ...rest } = doc;
    const { id, replyTo } = rest;
    this.connection.intend("chat.send", { id, text: asText(doc.body), replyTo });
    this.#show({ ...rest, rev: (doc.rev ?? 0) + 1, state: "pending" });
  }

  discard(doc: ChatMessage): void {
    if (!isLocal(doc)) {
      this.connection.intend("chat.discard", { id: doc.id });
      return;
    }
    this.#refused.delete(doc.id);
    if (this.messages.remove(doc.id)) this.messages.touch();
  }

  /** Ask for older messages, unless that is under way or there are none. */
  older(): void {
    if (!this.messages.more || this.loadingOlder.value) return;
    if (this.connection.kernel.value === "gone") return;
    this.#setFor(this.loadingOlder, true, OLDER_PATIENCE, false);
    this.connection.intend("chat.older", { before: this.messages.floor }, { fleeting: true });
  }

  /** Say `notice` in the foot line for a while. */
  say(notice: string): void {
    this.#setFor(this.notice, notice, NOTICE_FOR, "");
  }

  connectNow(): void {
    this.connection.intend("lesson.retry", {}, { fleeting: true });
  }

  isOwn(doc: ChatMessage): boolean {
    const me = this.connection.lesson.value.me;
    return isLocal(doc) || (me !== null && doc.user === me.id);
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.connection.dispose();
  }

  #localDoc(id: string, body: string, at: number, replyTo?: string): ChatMessage {
    const me = this.connection.lesson.value.me;
    return {
      ...{ id, body, at, rev: FIRST_LOCAL_REV, state: "pending" },
      ...{ user: me?.id ?? "", name: me?.name ?? "", role: me?.role, replyTo },
    };
  }

  #show(doc: ChatMessage): void {
    if (this.messages.put(doc)) this.messages.touch();
  }

  /** A snapshot replaced everything: put back what only this page knows. */
  #restore = (): void => {
    this.#setFor(this.loadingOlder, false);
    for (const intent of this.connection.unsent) {
      const id = asText(intent.args.id);
      if (intent.do !== "chat.send" || id === "") continue;
      const replyTo = asText(intent.args.replyTo) || undefined;
      this.#show(this.#localDoc(id, asText(intent.args.text), timeOf(id), replyTo));
    }
    for (const doc of this.#refused.values()) this.#show(doc);
  };

  #onRefused = (intent: Intent | undefined, message: string): void => {
    if (intent?.do === "chat.older") this.#setFor(this.loadingOlder, false);
    const doc = this.messages.get(asText(intent?.args.id));
    if (intent?.do !== "chat.send" || !doc || !isLocal(doc)) {
      this.say(message);
      return;
    }
    const failed = { ...doc, rev: (doc.rev ?? 0) + 1, state: "failed", error: message } as const;
    this.#refused.set(doc.id, failed);
    this.#show(failed);
  };

  #onSignal = (name: string, data: unknown): void => {
    if (name !== "typing" || !isFields(data)) return;
    const names = asTexts(data.names);
    const people = typeof data.count === "number" ? data.count : names.length;
    this.#setFor(this.typing, { names, people }, TYPING_FOR, { names: [], people: 0 });
  };

  /** Set a signal now, and to `after` once `delay` has passed without another call. */
  #setFor<T>(target: Signal<T>, value: T, delay = 0, after?: T): void {
    clearTimeout(this.#timers.get(target as Signal<unknown>));
    this.#timers.delete(target as Signal<unknown>);
    target.value = value;
    if (delay === 0) return;
    const timer = setTimeout(() => {
      this.#timers.delete(target as Signal<unknown>);
      target.value = after as T;
    }, delay);
    this.#timers.set(target as Signal<unknown>, timer);
  }
}

/** When a UUIDv7 was made. */
function timeOf(id: string): number {
  const at = Number.parseInt(id.replace("-", "").slice(0, 12), 16);
  return Number.isFinite(at) ? at : Date.now();
}
