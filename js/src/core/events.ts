/** Listen to `target` for all of `types`, by spaces. Returns what ends it. */
export function on(
  target: EventTarget,
  types: string,
  run: (event: Event) => void,
  options?: boolean | AddEventListenerOptions,
): () => void {
  const each = types.split(" ");
  for (const type of each) target.addEventListener(type, run, options);
  return () => {
    for (const type of each) target.removeEventListener(type, run, options);
  };
}

/** One function that runs all of `ends`. */
export const endAll = (ends: readonly (() => void)[]) => (): void => {
  for (const end of ends) end();
};

/** One action that is still to come: another one takes its place. */
export class Timer {
  #handle: ReturnType<typeof setTimeout> | undefined;

  /** Whether an action is still to come. */
  get isSet(): boolean {
    return this.#handle !== undefined;
  }

  /** Run `act` in `delay` ms, unless this is stopped or set again before. */
  set(delay: number, act: () => void): void {
    this.stop();
    this.#handle = setTimeout(() => {
      this.#handle = undefined;
      act();
    }, delay);
  }

  stop = (): void => {
    clearTimeout(this.#handle);
    this.#handle = undefined;
  };
}
