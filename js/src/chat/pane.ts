import { endAll, on, Timer } from "../core/events";
import { Floats } from "../core/float";
import { Signal } from "../core/signal";
import { reach } from "./actions";
import type { ChatMessage, Place } from "./documents";
import type { Room } from "./room";
import { Scroller } from "./scroller";
import { Search } from "./search";

/** The time for which a message that was jumped to is highlighted, in ms. */
const FLASH_FOR = 2_000;
/** The time a message may take to be loaded, in ms. */
const PATIENCE = 15_000;
/** The most pages of older messages that are loaded to find one. */
const MOST_PAGES = 40;

/** The state of one view of a room: its scroll position, search, popups and highlights. */
export class Pane {
  readonly room: Room;
  readonly scroller: Scroller;
  readonly floats = new Floats();
  readonly search: Search;
  /** The content between header and box. */
  readonly shown = new Signal<"messages" | "questions">("messages");
  /** The message that was jumped to, for as long as it stands out. */
  readonly flashed = new Signal<string | null>(null);
  /** The message that a menu or the picker is open for. */
  readonly held = new Signal<string | null>(null);
  /** The message that is about to be deleted, if the reader says so. */
  readonly doomed = new Signal<string | null>(null);

  #sought: Place | null = null;
  #missing = "";
  /** Pages that may still be asked for. */
  #pages = 0;
  #timer = new Timer();
  #ends: (() => void)[];

  constructor(room: Room) {
    this.room = room;
    this.scroller = new Scroller(room);
    this.search = new Search(room);
    const seek = (): void => this.#seek();
    this.#ends = [room.messages.version.subscribe(seek), room.loadingOlder.subscribe(seek)];
  }

  /**
   * Bring a message into sight; one that is not loaded is asked for first. `missing` is said of
   * one that is nowhere.
   */
  jump(place: Place, missing = ""): void {
    this.shown.value = "messages";
    this.#sought = place;
    this.#missing = missing;
    this.#pages = MOST_PAGES;
    this.#giveUpLater();
    if (!this.room.messages.get(place.id) && place.born != null) reach(this.room, place);
    // The list may have to come back first.
    requestAnimationFrame(() => this.#seek());
  }

  /** Show the message that the reader has just sent, unless it is a question among questions. */
  onOwn(isQuestion: boolean): void {
    if (!isQuestion) this.shown.value = "messages";
    this.search.shown.value = false;
    this.search.spot = "end";
    this.scroller.onOwn();
  }

  /** A menu or the picker opens for a message: what is being read stays where it is. */
  hold(doc: ChatMessage): () => void {
    this.held.value = doc.id;
    this.scroller.hold(true);
    return () => {
      this.held.value = null;
      this.scroller.hold();
    };
  }

  dispose(): void {
    this.#timer.stop();
    this.search.dispose();
    for (const end of this.#ends) end();
  }

  #seek(): void {
    const place = this.#sought;
    if (!place) return;
    if (!this.room.messages.get(place.id)) {
      this.#walk(place);
      return;
    }
    if (!this.scroller.goTo(place.id)) return;
    this.#sought = null;
    this.flashed.value = place.id;
    this.#timer.set(FLASH_FOR, () => {
      this.flashed.value = null;
    });
  }

  /**
   * One more page of older messages. A reply does not say where its original stands, and a pin is
   * younger than its message: then page by page, until it is there or there are no more.
   */
  #walk({ born }: Place): void {
    const { messages, loadingOlder } = this.room;
    const asked = born != null && messages.more && messages.floor > born;
    if (asked || loadingOlder.value) return;
    if (messages.more && this.#pages-- > 0) {
      this.#giveUpLater();
      this.room.older();
      return;
    }
    this.#sought = null;
    if (this.#missing) this.room.say(this.#missing);
  }

  #giveUpLater(): void {
    this.#timer.set(PATIENCE, () => {
      this.#sought = null;
    });
  }
}

/** Send the read position whenever the newest message is in sight of a focused page. */
export function watchReading({ room, scroller, search }: Pane): () => void {
  const look = (): void => {
    if (!scroller.atNewest.value || search.shown.value || document.hidden || !document.hasFocus())
      return;
    room.readMark.saw(room.messages.lastBorn);
  };
  const ends = [
    scroller.atNewest.subscribe(look),
    search.shown.subscribe(look),
    room.messages.version.subscribe(look),
    room.state.subscribe(() => {
      scroller.onRead();
      look();
    }),
    on(document, "visibilitychange", look),
    on(window, "focus", look),
  ];
  return endAll(ends);
}
