import { Signal } from "./signal";

/** A value that is there for a while, then again what it was at first. */
export class TransientSignal<T> extends Signal<T> {
  #rest: T;
  #delay: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** It is there for `delay` ms after it was shown last. */
  constructor(rest: T, delay: number) {
    super(rest);
    this.#rest = rest;
    this.#delay = delay;
  }

  show(value: T): void {
    this.dispose();
    this.value = value;
    this.#timer = setTimeout(() => this.end(), this.#delay);
  }

  end(): void {
    this.dispose();
    this.value = this.#rest;
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
