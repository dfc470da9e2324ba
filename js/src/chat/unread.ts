// What is new to the reader, and saying what has been read.

import type { Collection } from "../core/collection";
import { Timer } from "../core/events";
import { Signal } from "../core/signal";
import { type Asked, markRead } from "./actions";
import type { ChatMessage, RoomState } from "./documents";

/** Milliseconds between two times the kernel is told. */
const TOLD_EVERY = 2_000;

/** What is counted of a room. */
interface Counted {
  messages: Collection<ChatMessage>;
  isOwn(doc: ChatMessage): boolean;
}

/** What has to be known of a room to say what is read in it. */
interface Read extends Asked {
  state: Signal<RoomState>;
  can(ability: "read"): boolean;
}

/** Counts the messages of others after the read position, at a constant cost for each new one. */
export class Count {
  readonly others = new Signal(0);
  /** The number of them that mention the reader. */
  readonly forMe = new Signal(0);

  #room: Counted;
  #generation = -1;
  /** All up to this `born` is read; -1: not known yet. */
  #read = -1;
  /** The `born` up to which has been counted, and the number of documents. */
  #upTo = -1;
  #documents = 0;
  #first: number | null = null;

  constructor(room: Counted) {
    this.#room = room;
  }

  /** Whether nothing is known yet of what was read. */
  get isFresh(): boolean {
    return this.#read < 0;
  }

  /** All up to `read` is read, and what was read stays so. */
  start(read: number): void {
    if (read < this.#read) return;
    this.#read = read;
    this.#clear();
  }

  /** Count what has come. Returns the `born` of the first new message if there was none before. */
  update(): number | null {
    const { messages } = this.#room;
    const before = this.others.value;
    // What was taken away or put between is not at the end: count anew.
    const start = messages.placeAfter(this.#read);
    const counted = messages.placeAfter(this.#upTo) - start;
    if (messages.generation !== this.#generation || counted !== this.#documents) this.#clear();
    this.#generation = messages.generation;
    let others = this.others.value;
    let forMe = this.forMe.value;
    for (let place = messages.placeAfter(this.#upTo); place < messages.end; place++) {
      const doc = messages.at(place);
      if (doc?.born == null) break;
      this.#upTo = doc.born;
      this.#documents++;
      if (this.#room.isOwn(doc)) continue;
      this.#first ??= doc.born;
      others++;
      if (doc.mentionsMe) forMe++;
    }
    this.others.value = others;
    this.forMe.value = forMe;
    return before === 0 && others > 0 ? this.#first : null;
  }

  #clear(): void {
    this.#upTo = this.#read;
    this.#documents = 0;
    this.#first = null;
    this.others.value = 0;
    this.forMe.value = 0;
  }
}

/** Sends the read position to the kernel: only forwards, and not too often. */
export class ReadMark {
  #room: Read;
  #told = 0;
  #wanted = 0;
  #timer = new Timer();

  constructor(room: Read) {
    this.#room = room;
  }

  /** All up to `born` has been seen. */
  saw(born: number): void {
    if (!this.#room.can("read")) return;
    const known = Math.max(this.#wanted, this.#told, this.#room.state.value.read);
    if (born <= known) return;
    this.#wanted = born;
    if (!this.#timer.isSet) this.#tell();
  }

  dispose(): void {
    this.#timer.stop();
  }

  #tell(): void {
    this.#told = this.#wanted;
    markRead(this.#room, this.#told);
    this.#timer.set(TOLD_EVERY, () => {
      if (this.#wanted > this.#told) this.#tell();
    });
  }
}
