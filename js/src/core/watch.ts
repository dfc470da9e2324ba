const SILENCE = 35_000;
const TICK = 5_000;
/** A tick that comes later than this was itself held up: a sleeping laptop proves nothing. */
const LATEST_TICK = 2 * TICK;

/** Calls `onSilence` once nothing was heard for 35 s of waking time. */
export class Watch {
  #silent = 0;
  #last = Date.now();
  #timer: ReturnType<typeof setInterval>;

  constructor(onSilence: () => void) {
    this.#timer = setInterval(() => {
      const now = Date.now();
      const before = this.#silent;
      this.#silent += Math.min(now - this.#last, LATEST_TICK);
      this.#last = now;
      if (before < SILENCE && this.#silent >= SILENCE) onSilence();
    }, TICK);
  }

  heard(): void {
    this.#silent = 0;
    this.#last = Date.now();
  }

  dispose(): void {
    clearInterval(this.#timer);
  }
}
