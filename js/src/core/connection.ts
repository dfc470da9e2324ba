// The page's end of docs/widget-protocol.md: one mirror a model, however many views show it.

import type { Collection } from "./collection";
import { attempt } from "./errors";
import { loadExtra } from "./extra_code";
import { catalogs, type Language } from "./i18n";
import { whoLooks } from "./jupyter";
import {
  asList,
  asText,
  type Doc,
  type Fields,
  type Intent,
  initialLesson,
  type KernelMessage,
  type Lesson,
  mergeLesson,
  type PageMessage,
  readKernelMessage,
  sentNow,
} from "./messages";
import { Mirrors, type Unpack, warnOf } from "./mirrors";
import type { Model } from "./model";
import { OptimisticChanges } from "./optimistic";
import { CLICK_LIVES, type Kept, Outbox } from "./outbox";
import { VisibilityReports } from "./page_visibility";
import { SettledIntents } from "./settled_intents";
import { batch, Signal } from "./signal";
import { uuid7 } from "./uuid";
import { Watchdog } from "./watchdog";

/** `waiting`: nothing heard yet; `busy`: something we sent is not confirmed; `gone`: silent. */
export type Kernel = "waiting" | "alive" | "busy" | "gone";

/** What a room hears of its connection beside its collections. */
export interface Listener {
  snapshot?(): void;
  /** Show an intent's effect at once; returns the rollback. */
  shows?(intent: Intent): (() => void) | undefined;
  paged?(collection: string): void;
  refused?(intent: Intent | undefined, message: string, code: number): void;
  signal?(name: string, data: unknown): void;
}

const BUSY_AFTER = 700;
const SNAPSHOT_LATE = 3_000;
const ASK_AGAIN = 10_000;
const ADDRESSED = ["snapshot", "page", "got", "refused"];

/** The connections of what this page shows, or has shown and may show again. */
export const onscreen = new Signal<readonly Connection[]>([]);

/**
 * The connection of a model to its kernel: one state machine, whose collections, kept intents, optimistic
 * changes and watchdog have files of their own.
 */
export class Connection {
  readonly page = uuid7();
  readonly model: Model;
  readonly lesson: Signal<Lesson>;
  readonly kernel = new Signal<Kernel>("waiting");
  /** Whether a snapshot has ever come. */
  readonly filled = new Signal(false);
  /** Whose this is, as the kernel says it: what the page keeps is kept by it. Empty: not known. */
  readonly scope = new Signal("");

  #lang: () => Language;
  #onOther: () => void;
  #listener: Listener = {};
  #mirrors = new Mirrors();
  #outbox: Outbox;
  #settled = new SettledIntents();
  #changes = new OptimisticChanges();
  #whenKnown: ((scope: string) => void)[] = [];
  #ends: (() => void)[] = [];
  #ended = new AbortController();
  #held: number | null = null;
  /** Whose eyes the last snapshot was for: what is for another's is none of ours. */
  #for = "";
  #askedAt: number | null = null;
  #timers = new Set<ReturnType<typeof setTimeout>>();
  #visibility = new VisibilityReports(() => this.#sendVisibility());
  /** There once a view has shown this: before that nothing is asked, so nothing is expected. */
  #watch: Watchdog | undefined;

  /** `onOther` is called when the model turns out to be somebody else's: this is to end then. */
  constructor(model: Model, lang: () => Language, onOther = (): void => undefined) {
    this.model = model;
    this.#lang = lang;
    this.#onOther = onOther;
    const course = String(model.get("course") ?? "");
    this.lesson = new Signal(initialLesson(course));
    this.#outbox = new Outbox(String(model.get("kind") ?? ""));
    model.on("msg:custom", this.#onMessage);
    model.on("comm:close", this.#onClosed);
    model.on("comm_live_update", this.#onLiveChange);
  }

  /**
   * Mirror the collection `name`; `read` turns what arrives into a document, or `null`, and `unpack`
   * reads those that come in a buffer.
   */
  mirror<D extends Doc>(
    name: string,
    read: (value: unknown) => D | null,
    unpack?: Unpack,
  ): Collection<D> {
    return this.#mirrors.add(name, read, unpack);
  }

  /** `listener` is told what the collections cannot say. */
  listen(listener: Listener): void {
    this.#listener = listener;
  }

  /** A view shows this: the first one begins it. */
  show(): void {
    if (this.#watch) return;
    this.#watch = new Watchdog(this.#onSilence);
    onscreen.value = [...onscreen.value, this];
    this.#ask();
    this.#visibility.begin();
  }

  get unsent(): Intent[] {
    return this.#outbox.all();
  }

  /** Run `act` once it is known whose this is, before anything of theirs is here. */
  whenKnown(act: (scope: string) => void): void {
    if (this.scope.value) act(this.scope.value);
    else this.#whenKnown.push(act);
  }

  /** Run `end` when this ends. */
  atEnd(end: () => void): void {
    this.#ends.push(end);
  }

  /** Load the file of code that the kernel has under this name, and give what it exports. */
  extra(name: string): Promise<unknown> {
    return loadExtra(this.model, name, this.#ended.signal);
  }

  /** Ask the kernel for something, and show it at once. */
  intend(action: string, args: Fields, kept: Kept = "click", later = ""): Intent {
    const intent = { id: uuid7(), do: action, args };
    this.#outbox.add(intent, kept, later);
    this.#show(intent);
    if (this.kernel.value !== "gone") this.#sendIntent(intent);
    if (kept === "click") this.#later(CLICK_LIVES, () => this.#expire());
    return intent;
  }

  /** Have it try again now to reach the service. */
  retry(): void {
    this.intend("lesson.retry", {}, "now");
  }

  dispose(): void {
    this.model.off("msg:custom", this.#onMessage);
    this.model.off("comm:close", this.#onClosed);
    this.model.off("comm_live_update", this.#onLiveChange);
    this.#watch?.dispose();
    this.#visibility.dispose();
    onscreen.value = onscreen.value.filter((other) => other !== this);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    for (const end of this.#ends) end();
    this.#ended.abort();
    this.#listener = {};
  }

  #ask(): void {
    const now = Date.now();
    if (!this.#watch || (this.#askedAt !== null && now - this.#askedAt < ASK_AGAIN)) return;
    this.#askedAt = now;
    this.#sendReady();
    this.#later(SNAPSHOT_LATE, () => {
      if (this.#askedAt !== null) this.#becomeBusy();
    });
  }

  #sendReady(): void {
    const { page } = this;
    whoLooks((who) => this.send({ op: "ready", page, lang: this.#lang(), who }));
  }

  #sendIntent(intent: Intent): void {
    const lives = this.#outbox.lives(intent.id);
    const moment = lives === null ? {} : { lives, sent: sentNow() };
    this.send({ op: "intent", page: this.page, scope: this.scope.value, ...moment, ...intent });
    this.#later(BUSY_AFTER, () => {
      if (this.#outbox.get(intent.id)) this.#becomeBusy();
    });
  }

  #sendVisibility(): void {
    if (this.kernel.value === "gone") this.#sendReady();
    else this.send({ op: "seen", page: this.page, visible: !document.hidden, sent: sentNow() });
  }

  /** Send a message to the kernel; where it cannot be sent, the kernel counts as gone. */
  send(message: PageMessage, buffers?: ArrayBuffer[]): void {
    this.#visibility.said();
    this.#watch?.said();
    try {
      this.model.send(message, undefined, buffers);
    } catch {
      this.#onClosed();
    }
  }

  #later(delay: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, delay);
    this.#timers.add(timer);
  }

  #becomeBusy(): void {
    if (this.kernel.value !== "gone") this.kernel.value = "busy";
  }

  #noLongerBusy(): void {
    if (this.#outbox.size === 0 && this.#askedAt === null) this.kernel.value = "alive";
  }

  #onClosed = (): void => {
    this.kernel.value = "gone";
    this.#askedAt = null;
  };

  #onSilence = (): void => {
    // A lesson that was left has nothing more to say.
    if (this.lesson.value.state !== "closed") this.#onClosed();
    // Not a promise of life: if it answers after all, `#revive` asks for what was missed.
    this.#sendReady();
  };

  /** The comm came or went; which of the two, a model does not tell. The answer does. */
  #onLiveChange = (): void => {
    this.#askedAt = null;
    this.#ask();
    const asked = this.#askedAt;
    this.#later(BUSY_AFTER, () => {
      if (asked !== null && this.#askedAt === asked) this.#onClosed();
    });
  };

  #onMessage = (content: unknown, buffers?: unknown): void => {
    const message = readKernelMessage(content, this.#for);
    if (!message) {
      warnOf(content);
      return;
    }
    this.#watch?.heard();
    if (message.op === "ended") {
      this.#onClosed();
      return;
    }
    attempt(() =>
      batch(() => {
        this.#revive(message);
        this.#take(message, asList(buffers));
      }),
    );
  };

  #revive(message: KernelMessage): void {
    const kernel = this.kernel.value;
    if (kernel === "waiting") this.kernel.value = "alive";
    // Its last words, come after its end, are no sign of life.
    if (kernel !== "gone" || message.lesson.state === "closed") return;
    this.kernel.value = "alive";
    if (message.op !== "snapshot" || message.to !== this.page) this.#ask();
  }

  #take(message: KernelMessage, buffers: readonly unknown[]): void {
    const addressed = ADDRESSED.includes(message.op) || message.to !== "";
    if (message.to !== this.page && (addressed || message.for !== this.#for)) return;
    const scope = asText(message.lesson.scope);
    if (scope && this.scope.value && scope !== this.scope.value) {
      this.#onOther();
      return;
    }
    switch (message.op) {
      case "snapshot":
        this.#takeSnapshot(message, buffers);
        break;
      case "batch":
        this.#takeBatch(message, buffers);
        this.#visibility.news();
        break;
      case "page":
        if (this.#mirrors.addOlder(message.in, message, buffers))
          this.#listener.paged?.(message.in);
        break;
      case "got":
        this.#takeConfirmation(message.ids);
        break;
      case "refused":
        this.#takeRefusal(message);
        break;
      case "signal":
        this.#listener.signal?.(message.name, message.data);
        break;
      case "pulse":
        this.#changes.rollBackSettled();
        if (this.#held === null || Number(message.n) > this.#held) this.#ask();
    }
  }

  #takeSnapshot(message: KernelMessage, buffers: readonly unknown[]): void {
    this.#held = message.n;
    this.#for = message.for;
    this.#askedAt = null;
    this.#tellLesson(initialLesson(this.lesson.value.course), message.lesson);
    this.#know(this.lesson.value.scope);
    this.#changes.rollBackSettled();
    this.#mirrors.reset(message.collections, buffers);
    this.#outbox.dropNow();
    this.#expire();
    this.filled.value = true;
    this.kernel.value = "alive";
    attempt(() => this.#listener.snapshot?.());
    for (const intent of this.#outbox.all()) this.#sendIntent(intent);
  }

  #takeBatch(message: KernelMessage, buffers: readonly unknown[]): void {
    const n = Number(message.n);
    if (this.#held !== null && n <= this.#held) return;
    if (this.#held === null || n > this.#held + 1) {
      this.#ask();
      return;
    }
    this.#held = n;
    this.#tellLesson(this.lesson.value, message.lesson);
    this.#mirrors.change(message.set, message.del, buffers);
    this.#changes.rollBackSettled();
  }

  #tellLesson(held: Lesson, change: Fields): void {
    this.lesson.value = mergeLesson(held, change);
    if (change.asks) this.#visibility.every(change.asks as number);
  }

  /** The scope is known. */
  #know(scope: string): void {
    if (!scope || this.scope.value) return;
    this.scope.value = scope;
    for (const act of this.#whenKnown.splice(0)) attempt(() => act(scope));
    for (const intent of this.#outbox.belong(scope)) this.#show(intent);
  }

  #show(intent: Intent): void {
    this.#changes.make(intent.id, () => this.#listener.shows?.(intent));
  }

  /** Roll back intents that have had no answer for too long, and report them as refused. */
  #expire(): void {
    const over = this.#outbox.expire();
    if (over.length === 0) return;
    const { notDone, notSent } = catalogs[this.#lang()];
    batch(() => {
      for (const { intent, kept } of over) {
        const why = kept === "click" ? notDone : notSent;
        this.#changes.rollBack(intent.id);
        if (!this.#outbox.get(intent.id)) this.#settled.giveUp(intent.id);
        attempt(() => this.#listener.refused?.(intent, why, 0));
      }
    });
    this.#noLongerBusy();
  }

  #takeConfirmation(ids: readonly string[]): void {
    for (const id of ids) {
      const intent = this.#outbox.get(id);
      if (!intent) continue;
      this.#settled.confirm(intent);
      this.#changes.settle(id);
    }
    this.#outbox.confirm(ids);
    this.#noLongerBusy();
  }

  #takeRefusal(message: KernelMessage): void {
    if (this.#settled.takeGivenUp(message.id)) return;
    const intent = this.#outbox.get(message.id) ?? this.#settled.confirmed(message.id);
    this.#outbox.confirm([message.id]);
    this.#changes.rollBack(message.id);
    this.#listener.refused?.(intent, message.message, message.code);
    this.#noLongerBusy();
  }
}
