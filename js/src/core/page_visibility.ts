// When the kernel is told whether this page is in sight.

import { endAll, on } from "./events";

/** The least time between two reports of a page that is used, and of one that gets news, in ms. */
const USED_EVERY = 30_000;
const NEWS_EVERY = 45_000;

/**
 * Reports whether the page is in sight: at first, when that changes, and while it is used or gets news. A
 * page at which nobody does anything reports nothing: a kernel that hears it would never be idle.
 */
export class VisibilityReports {
  #report: () => void;
  #saidAt = 0;
  #ends: (() => void)[] = [];
  #begun = false;
  #asking: ReturnType<typeof setInterval> | undefined;

  /** `report` sends one. */
  constructor(report: () => void) {
    this.#report = report;
  }

  begin(): void {
    this.#begun = true;
    this.#ends.push(on(document, "visibilitychange", this.#report));
    this.#ends.push(on(document, "pointermove keydown", () => this.#again(USED_EVERY), true));
    this.#report();
  }

  /** The kernel was sent something, so it knows that the page is there. */
  said(): void {
    this.#saidAt = Date.now();
  }

  /** The page got news. */
  news(): void {
    this.#again(NEWS_EVERY);
  }

  /** Report every so many ms, where the host lets nothing through but answers. */
  every(interval: number): void {
    this.#asking ??= setInterval(this.#report, interval);
  }

  dispose(): void {
    clearInterval(this.#asking);
    endAll(this.#ends)();
  }

  #again(after: number): void {
    if (this.#begun && Date.now() - this.#saidAt >= after) this.#report();
  }
}
