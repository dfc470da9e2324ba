const SILENCE = 35_000;
const TICK = 5_000;
/** A tick that comes later than this was itself held up: a sleeping laptop proves nothing. */
const LATEST_TICK = 2 * TICK;

/**
 * Calls `onSilence` once something was said and then nothing heard for 35 s of waking time; again only
 * after something was heard.
 */
export class Watchdog {
  #state: "content" | "waiting" | "over" = "content";
  #silent = 0;
  #last = Date.now();
  #timer: ReturnType<typeof setInterval>;

  constructor(onSilence: () => void) {
    this.#timer = setInterval(() => {
      const now = Date.now();
      this.#silent += Math.min(now - this.#last, LATEST_TICK);
      this.#last = now;
      if (this.#state !== "waiting" || this.#silent < SILENCE) return;
      this.#state = "over";
      onSilence();
    }, TICK);
  }

  said(): void {
    if (this.#state !== "content") return;
    this.#state = "waiting";
    this.#silent = 0;
    this.#last = Date.now();
  }

  heard(): void {
    this.#state = "content";
  }

  dispose(): void {
    clearInterval(this.#timer);
  }
}
