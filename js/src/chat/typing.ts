// Telling the class that one is typing: soon after it began, then not too often, and when it ends.

import { Timer } from "../core/events";
import { type } from "./actions";
import type { Room } from "./room";

/** Milliseconds of typing before it is told. Who pastes a line and sends it has not been typing:
 * word of it would only get into the message's way. */
const AFTER = 400;

/** Milliseconds between two times it is told, and of rest after which it is over. */
const EVERY = 3_000;

export class TypingTeller {
  #room: Room;
  #toldAt: number | null = null;
  #soon = new Timer();
  #rest = new Timer();

  constructor(room: Room) {
    this.#room = room;
  }

  /** The text has changed, and is now `text`. */
  typed(text: string): void {
    if (text.trim() === "" || !this.#room.can("typing")) {
      this.stop();
      return;
    }
    if (this.#toldAt === null) {
      if (!this.#soon.isSet) this.#soon.set(AFTER, () => this.#tell());
    } else if (Date.now() - this.#toldAt >= EVERY) this.#tell();
    this.#rest.set(EVERY, () => this.stop());
  }

  stop(): void {
    this.#rest.stop();
    this.#soon.stop();
    if (this.#toldAt === null) return;
    this.#toldAt = null;
    if (this.#room.can("typing")) type(this.#room, false);
  }

  #tell(): void {
    this.#toldAt = Date.now();
    if (this.#room.can("typing")) type(this.#room, true);
  }
}
