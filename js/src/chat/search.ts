// Looking for messages: on the service, or among what is loaded where it cannot be asked.

import { fold } from "../core/fold";
import { bodyText } from "../core/nodes";
import { Signal } from "../core/signal";
import { search } from "./actions";
import type { ChatMessage } from "./documents";
import type { Room } from "./room";
import type { Spot } from "./scroller";

/** Milliseconds without a letter before anything is asked. */
const AFTER = 250;
/** Milliseconds an answer may take before what is loaded has to do. */
const PATIENCE = 5_000;
const PAGE = 50;

export interface Results {
  query: string;
  /** Newest first. */
  docs: readonly ChatMessage[];
  more: boolean;
  /** Where to go on, if there is more. */
  floor: number | null;
  /** Whether only what is loaded was looked through. */
  local: boolean;
}

/** One view's search. */
export class Search {
  readonly open = new Signal(false);
  readonly query = new Signal("");
  /** The last results: they stay until the next are there. */
  readonly results = new Signal<Results | null>(null);
  /** Whether the results stand over the messages. */
  readonly shown = new Signal(false);
  readonly busy = new Signal(false);
  /** Where the reader was before, and whether they left it. */
  spot: Spot = "end";
  hasMoved = false;

  #room: Room;
  /** What an answer has to be to: others come too late. */
  #asked: { query: string; before: number | undefined } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #end: () => void;

  constructor(room: Room) {
    this.#room = room;
    this.#end = room.found.subscribe(this.#onFound);
  }

  /** The text in the box is `query`. */
  set(query: string): void {
    this.query.value = query;
    this.shown.value = query.trim() !== "";
    this.#after(AFTER, () => this.#ask());
    if (this.shown.value) return;
    clearTimeout(this.#timer);
    this.#settle(null);
  }

  /** Ask now for what is in the box. Whether that is something new. */
  now(): boolean {
    const query = this.query.value.trim();
    this.shown.value = query !== "";
    const held = this.results.value;
    // What was looked for among loaded messages is asked again once it can be.
    const isHeld = query === held?.query && !(held.local && this.#canAsk);
    if (query === "" || isHeld || query === this.#asked?.query) return false;
    this.#ask();
    return true;
  }

  more(): void {
    const { docs = [], floor = null } = this.results.value ?? {};
    const before = floor ?? docs.at(-1)?.born;
    if (before != null && !this.busy.value) this.#ask(before);
  }

  close(): void {
    this.open.value = false;
    this.shown.value = false;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#end();
  }

  get #canAsk(): boolean {
    return this.#room.connection.lesson.value.state === "live" && this.#room.can("search");
  }

  #ask(before?: number): void {
    const query = this.query.value.trim();
    this.#asked = { query, before };
    const again = before !== undefined && this.results.value?.local;
    if (!this.#canAsk || again) {
      this.#askLoaded();
      return;
    }
    this.busy.value = true;
    search(this.#room, query, before);
    this.#after(PATIENCE, () => this.#askLoaded());
  }

  #askLoaded(): void {
    if (!this.#asked) return;
    const { query, before = Infinity } = this.#asked;
    this.#add({ query, ...searchLoaded(this.#room, query, before), floor: null, local: true });
  }

  #onFound = (): void => {
    const found = this.#room.found.value;
    if (!found || !this.busy.value || found.query.trim() !== this.#asked?.query) return;
    const before = this.#asked.before;
    // The answer to a page before this one, come twice.
    if (before !== undefined && found.docs.some(({ born }) => (born ?? 0) >= before)) return;
    this.#add({ ...found, query: this.#asked.query, local: false });
  };

  #add(results: Results): void {
    const held = this.#asked?.before === undefined ? [] : (this.results.value?.docs ?? []);
    this.#settle({ ...results, docs: [...held, ...results.docs] });
  }

  #settle(results: Results | null): void {
    clearTimeout(this.#timer);
    this.#asked = null;
    this.busy.value = false;
    this.results.value = results;
  }

  #after(delay: number, run: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, delay);
  }
}

/** Folded texts, as long as their documents are held. */
const folded = new WeakMap<ChatMessage, string>();

function foldedText(doc: ChatMessage): string {
  const known = folded.get(doc) ?? fold(`${doc.name}\n${bodyText(doc.body)}`);
  folded.set(doc, known);
  return known;
}

/** A page of loaded messages that contain `query`, newest first. */
export function searchLoaded(
  { messages }: Pick<Room, "messages">,
  query: string,
  before: number,
): { docs: ChatMessage[]; more: boolean } {
  const wanted = fold(query);
  const docs: ChatMessage[] = [];
  for (let place = messages.end - 1; place >= messages.first; place--) {
    const doc = messages.at(place);
    if (doc?.born == null || doc.born >= before || !foldedText(doc).includes(wanted)) continue;
    if (docs.length === PAGE) return { docs, more: true };
    docs.push(doc);
  }
  return { docs, more: false };
}
