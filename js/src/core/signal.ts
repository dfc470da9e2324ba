// Values that tell when they change: as much of a reactive library as the widgets need.

import { attempt } from "./errors";
import { Timer } from "./events";

type Listener = () => void;

let depth = 0;
const waiting = new Set<Listener>();

/** Run `change`; whoever listens is told once, afterwards, and one that throws alone. */
export function batch(change: () => void): void {
  depth++;
  try {
    change();
  } finally {
    if (--depth === 0) {
      const told = [...waiting];
      waiting.clear();
      for (const listener of told) attempt(listener);
    }
  }
}

/** A value that tells who listens when it changes. */
export class Signal<T> {
  #value: T;
  #listeners = new Set<Listener>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set value(value: T) {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    batch(() => {
      for (const listener of this.#listeners) waiting.add(listener);
    });
  }

  /** Call `listener` after each change. Returns what ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      waiting.delete(listener);
    };
  }
}

/** A value that is shown for a while and then returns to what it was at first. */
export class TransientSignal<T> extends Signal<T> {
  #rest: T;
  #delay: number;
  #timer = new Timer();

  /** Each value that is shown lasts `delay` ms. */
  constructor(rest: T, delay: number) {
    super(rest);
    this.#rest = rest;
    this.#delay = delay;
  }

  show(value: T): void {
    this.value = value;
    this.#timer.set(this.#delay, () => this.end());
  }

  end(): void {
    this.dispose();
    this.value = this.#rest;
  }

  dispose(): void {
    this.#timer.stop();
  }
}

/** How long a refusal is shown, in ms. */
const REFUSAL_FOR = 8_000;

/** The text of a refusal, for as long as it is shown. */
export const refusalSignal = (): TransientSignal<string> => new TransientSignal("", REFUSAL_FOR);
