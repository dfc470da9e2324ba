// Values that tell when they change: as much of a reactive library as the widgets need.

import { attempt } from "./errors";

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
