import { Signal } from "../core/signal";
import { reach } from "./actions";
import type { Place } from "./documents";
import type { Room } from "./room";
import { Scroller } from "./scroller";

/** How long a message that was jumped to stands out. */
const FLASH_FOR = 2_000;
const PATIENCE = 10_000;

/** One view of a room: what it shows of it, and where. */
export class Pane {
  readonly room: Room;
  readonly scroller: Scroller;
  /** What stands in the middle. */
  readonly shown = new Signal<"messages" | "questions">("messages");
  /** The message that was jumped to, for as long as it stands out. */
  readonly flashed = new Signal<string | null>(null);

  #sought: Place | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ends: (() => void)[];

  constructor(room: Room) {
    this.room = room;
    this.scroller = new Scroller(room);
    this.#ends = [room.messages.version.subscribe(() => this.#seek())];
  }

  /** Bring a message into sight; one that is not loaded is asked for first. */
  jump(place: Place): void {
    this.shown.value = "messages";
    this.#sought = place;
    this.#after(PATIENCE, () => {
      this.#sought = null;
    });
    if (!this.room.messages.get(place.id)) reach(this.room, place);
    // The list may have to come back first.
    queueMicrotask(() => this.#seek());
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const end of this.#ends) end();
  }

  #seek(): void {
    const id = this.#sought?.id;
    if (id === undefined || !this.room.messages.get(id)) return;
    if (!this.scroller.goTo(id)) return;
    this.#sought = null;
    this.flashed.value = id;
    this.#after(FLASH_FOR, () => {
      this.flashed.value = null;
    });
  }

  #after(delay: number, run: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, delay);
  }
}
