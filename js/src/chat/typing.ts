// Telling the class that one is typing: at the first letter, then not too often, and when it ends.

import { type } from "./actions";
import type { Room } from "./room";

/** Milliseconds between two times it is told, and of rest after which it is over. */
const EVERY = 3_000;

export class TypingTeller {
  #room: Room;
  #toldAt: number | null = null;
  #rest: ReturnType<typeof setTimeout> | undefined;

  constructor(room: Room) {
    this.#room = room;
  }

  /** The text has changed, and is now `text`. */
  typed(text: string): void {
    clearTimeout(this.#rest);
    if (text.trim() === "" || !this.#room.can("typing")) {
      this.stop();
      return;
    }
    const now = Date.now();
    if (this.#toldAt === null || now - this.#toldAt >= EVERY) {
      this.#toldAt = now;
      type(this.#room, true);
    }
    this.#rest = setTimeout(() => this.stop(), EVERY);
  }

  stop(): void {
    clearTimeout(this.#rest);
    if (this.#toldAt === null) return;
    this.#toldAt = null;
    if (this.#room.can("typing")) type(this.#room, false);
  }
}
