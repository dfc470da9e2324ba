// Looking for messages: on the service, or among what is loaded where it cannot be asked.

import { Timer } from "../core/events";
import { bodyText } from "../core/rich_text";
import { Signal } from "../core/signal";
import { searchKey } from "../core/text";
import { search } from "./actions";
import type { ChatMessage, Found, Refusal } from "./documents";
import type { Room } from "./room";
import type { Spot } from "./scroller";

/** Milliseconds without a letter before anything is asked. */
const AFTER = 250;
/** Milliseconds an answer may take before what is loaded has to do. */
const PATIENCE = 5_000;
const PAGE = 50;
/** Milliseconds after which it is asked again, if nothing is said, and at least and at most. */
const AGAIN = 5_000;
const SOONEST = 1_000;
const LATEST = 60_000;
/** Codes from here on are refusals for good. */
const FOR_GOOD = 4500;
const RATE_LIMITED = 4004;

/**
 * Why the service did not look: it cannot (`unable`), there is no connection (`away`), no answer
 * yet (`late`), too many searches (`limited`), or what `refusal` says, for now or `forGood`.
 */
export interface Missed {
  why: "unable" | "away" | "late" | "limited" | "refused" | "forGood";
  /** Whether what is loaded was looked through instead. */
  local: boolean;
  refusal: Refusal | null;
  /** The time of the next attempt, in ms since 1970. */
  at: number | null;
}

export interface Results {
  query: string;
  /** Newest first. */
  docs: readonly ChatMessage[];
  more: boolean;
  /** The `born` below which the next page begins. */
  floor: number | null;
  /** The reason why not all messages were searched. */
  missed: Missed | null;
}

/** The search of one view. */
export class Search {
  readonly open = new Signal(false);
  readonly query = new Signal("");
  /** The last results: they stay until the next are there. */
  readonly results = new Signal<Results | null>(null);
  /** Whether the results stand over the messages. */
  readonly shown = new Signal(false);
  readonly busy = new Signal(false);
  /** The scroll position before the search, and whether the reader left it. */
  spot: Spot = "end";
  hasMoved = false;

  #room: Room;
  /** The request whose answer is awaited: others come too late. */
  #asked: { query: string; before: number | undefined } | null = null;
  /** The request without an answer, to be sent again. */
  #missed: { before: number | undefined } | null = null;
  #timer = new Timer();
  #ends: (() => void)[];

  constructor(room: Room) {
    this.#room = room;
    this.#ends = [
      room.found.subscribe(this.#onFound),
      room.connection.lesson.subscribe(this.#onLesson),
    ];
  }

  /** The text in the box is `query`. */
  set(query: string): void {
    this.query.value = query;
    this.shown.value = query.trim() !== "";
    this.#timer.set(AFTER, () => this.#ask());
    if (this.shown.value) return;
    this.#timer.stop();
    this.#settle(null);
  }

  /** Ask now for what is in the box. Whether that is something new. */
  now(): boolean {
    const query = this.query.value.trim();
    this.shown.value = query !== "";
    const held = this.results.value;
    // What was looked for among loaded messages is asked again once it can be.
    const isHeld = query === held?.query && !(held.missed?.local && this.#canAsk);
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
    this.#settle(this.results.value);
  }

  dispose(): void {
    this.#timer.stop();
    for (const end of this.#ends) end();
  }

  get #canAsk(): boolean {
    return this.#room.connection.lesson.value.state === "live" && this.#room.can("search");
  }

  #ask(before?: number): void {
    const query = this.query.value.trim();
    this.#asked = { query, before };
    const missed = this.results.value?.missed;
    if (before !== undefined && missed?.local) this.#miss(missed);
    else if (!this.#room.state.value.can.includes("search")) this.#miss(missedFor("unable"));
    else if (!this.#canAsk) this.#miss(missedFor("away"));
    else {
      this.busy.value = true;
      search(this.#room, query, before);
      this.#timer.set(PATIENCE, () => this.#wait());
    }
  }

  /** No answer for long: what is loaded has to do, until it comes after all. */
  #wait(): void {
    const asked = this.#asked;
    this.#miss(missedFor("late"));
    this.#asked = asked;
    this.busy.value = true;
    this.#timer.set(AGAIN, () => this.#ask(asked?.before));
  }

  /** Search the loaded messages, as the service has not searched. */
  #miss(missed: Missed, page?: Found): void {
    if (!this.#asked) return;
    const { query, before } = this.#asked;
    const held = this.results.value;
    const rest = before !== undefined && held && !held.missed?.local ? held : null;
    if (rest) {
      // What the service has found already stays.
      this.#settle({ ...rest, missed: { ...missed, local: false } });
    } else {
      const found = page ?? searchLoaded(this.#room, query, before ?? Infinity);
      this.#add({ floor: null, ...found, query, missed });
    }
    const again = { before: rest ? before : undefined };
    this.#missed = again;
    if (missed.at !== null) this.#timer.set(missed.at - Date.now(), () => this.#ask(again.before));
  }

  /** There is a connection again: what was missed without one is asked for. */
  #onLesson = (): void => {
    const { why, at } = this.results.value?.missed ?? {};
    const waits = why === "away" && at === null && this.open.value && !this.#asked;
    if (waits && this.#missed && this.#canAsk) this.#ask(this.#missed.before);
  };

  #onFound = (): void => {
    const found = this.#room.found.value;
    if (!found || !this.busy.value || found.query.trim() !== this.#asked?.query) return;
    const before = this.#asked.before;
    // The answer to a page before this one, come twice.
    if (before !== undefined && found.docs.some(({ born }) => (born ?? 0) >= before)) return;
    if (found.missed) this.#miss(missedBy(found.missed), found);
    else this.#add({ ...found, query: this.#asked.query, missed: null });
  };

  #add(results: Results): void {
    const held = this.#asked?.before === undefined ? [] : (this.results.value?.docs ?? []);
    this.#settle({ ...results, docs: [...held, ...results.docs] });
  }

  #settle(results: Results | null): void {
    this.#timer.stop();
    this.#asked = this.#missed = null;
    this.busy.value = false;
    this.results.value = results;
  }
}

const missedFor = (why: Missed["why"], refusal: Refusal | null = null, after?: number): Missed => ({
  why,
  local: true,
  refusal,
  at: after === undefined ? null : Date.now() + Math.min(Math.max(after, SOONEST), LATEST),
});

/** The reason why the service did not search, from a refusal. */
function missedBy(refusal: Refusal): Missed {
  if (refusal.code === 0) return missedFor("away", refusal, AGAIN);
  if (refusal.code >= FOR_GOOD) return missedFor("forGood", refusal);
  const why = refusal.code === RATE_LIMITED ? "limited" : "refused";
  return missedFor(why, refusal, refusal.again ?? AGAIN);
}

/** Folded texts, as long as their documents are held. */
const folded = new WeakMap<ChatMessage, string>();

function foldedText(doc: ChatMessage): string {
  const known = folded.get(doc) ?? searchKey(`${doc.name}\n${bodyText(doc.body)}`);
  folded.set(doc, known);
  return known;
}

/** A page of loaded messages that contain `query`, newest first. */
export function searchLoaded(
  { messages }: Pick<Room, "messages">,
  query: string,
  before: number,
): { docs: ChatMessage[]; more: boolean } {
  const wanted = searchKey(query);
  const docs: ChatMessage[] = [];
  for (let place = messages.end - 1; place >= messages.first; place--) {
    const doc = messages.at(place);
    if (doc?.born == null || doc.born >= before || !foldedText(doc).includes(wanted)) continue;
    if (docs.length === PAGE) return { docs, more: true };
    docs.push(doc);
  }
  return { docs, more: false };
}
