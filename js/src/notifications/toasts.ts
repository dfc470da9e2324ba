// What pops up beside the views: one at a time, for six seconds that pass only while nobody is at
// it and the page can be seen.

import type { Collection } from "../core/collection";
import { on, Timer } from "../core/events";
import { Signal } from "../core/signal";
import type { Notice } from "./documents";

const SHOWN_FOR = 6_000;
/** The most toasts that wait; further ones stay in the list only. */
const MOST_WAITING = 3;

/** Where they come from. */
interface Source {
  notices: Collection<Notice>;
  read(id: string): void;
}

export class Toasts {
  readonly shown = new Signal<Notice | null>(null);

  #inbox: Source;
  #waiting: string[] = [];
  #held = false;
  #left = 0;
  #since = 0;
  #timer = new Timer();
  #end: () => void;

  constructor(inbox: Source) {
    this.#inbox = inbox;
    this.#end = on(document, "visibilitychange", this.#run);
  }

  add(fresh: readonly Notice[]): void {
    this.#waiting = [...this.#waiting, ...fresh.map(({ id }) => id)].slice(-MOST_WAITING);
    this.look();
    if (!this.shown.value) this.#next();
  }

  /** Drop the toasts whose notifications have been read or deleted. */
  look(): void {
    const { shown } = this;
    const { notices } = this.#inbox;
    this.#waiting = this.#waiting.filter((id) => notices.get(id)?.read === false);
    if (!shown.value) return;
    const now = notices.get(shown.value.id);
    if (!now || now.read) this.#next();
    else shown.value = now;
  }

  /** Close the toast and mark its notification as read. */
  dismiss(): void {
    const { value } = this.shown;
    if (!value) return;
    this.#inbox.read(value.id);
    if (this.shown.value === value) this.#next();
  }

  /** Keep the toast while the pointer or the focus is in it. */
  hold(held: boolean): void {
    this.#held = held;
    this.#run();
  }

  clear(): void {
    this.#waiting = [];
    this.#take();
  }

  dispose(): void {
    this.#end();
    this.clear();
  }

  #next(): void {
    this.#take();
    const id = this.#waiting.shift();
    const notice = id === undefined ? undefined : this.#inbox.notices.get(id);
    if (!notice) return;
    this.#left = SHOWN_FOR;
    this.shown.value = notice;
    this.#run();
  }

  #take(): void {
    this.#stop();
    this.#held = false;
    this.shown.value = null;
  }

  #stop(): void {
    if (!this.#timer.isSet) return;
    this.#timer.stop();
    this.#left = Math.max(0, this.#left - (Date.now() - this.#since));
  }

  #run = (): void => {
    this.#stop();
    if (!this.shown.value || this.#held || document.hidden) return;
    this.#since = Date.now();
    this.#timer.set(this.#left, () => this.#next());
  };
}
