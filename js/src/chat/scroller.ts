// Which messages are in the page, and where they stand. Rules: follow the end only from the end;
// what is being read never moves; a view without height is left alone. One class, as each of its rules
// reads and moves the same window and the same anchor.

import type { Collection } from "../core/collection";
import { on } from "../core/events";
import { batch, Signal } from "../core/signal";
import type { ChatMessage } from "./documents";
import type { Room } from "./room";
import { Count } from "./unread";

const MOST = 150;
const AT_FIRST = 60;
const TRIMMED = 100;
const STEP = 40;
/** The number of rows added at an edge at once: few, so that they fit into a frame. */
const GROWN = 12;
/** The distance from an edge within which rows are added there, in px. */
const NEAR = 900;
const AT_END = 4;
/** The distance of the first new message from the top when the view opens, in px. */
const OPENING_TOP = 56;

export interface Window {
  from: number;
  to: number;
}

interface Anchor {
  id: string;
  top: number;
}

/** The part of a room that a scroller needs. */
type Scrolled = Pick<Room, "messages" | "isOwn" | "older" | "state">;

/** A scroll position to come back to. */
export type Spot = Anchor | "end";

/** One number for how wide and how high. */
const sizeOf = (element: HTMLElement | null): number =>
  element ? element.clientWidth + element.clientHeight / 1e5 : 0;

export class Scroller {
  readonly window = new Signal<Window>({ from: 0, to: 0 });
  /** Messages of others that are new and below. */
  readonly unseen: Signal<number>;
  /** The number of them that mention the reader. */
  readonly forMe: Signal<number>;
  /** New messages above, of which the first is not loaded: as many as are. */
  readonly above = new Signal(0);
  readonly away = new Signal(false);
  /** Whether the end of the newest message can be seen. */
  readonly atNewest = new Signal(false);
  /** The time of the last turn of the wheel, by `performance.now()`. */
  wheeledAt = Number.NEGATIVE_INFINITY;
  /** The `born` of the message above which *New* stands. */
  readonly divider = new Signal<number | null>(null);

  #room: Scrolled;
  #messages: Collection<ChatMessage>;
  #element: HTMLElement | null = null;
  #size = 0;
  #generation = -1;
  #end = 0;
  #count: Count;
  #anchor: Anchor | null = null;
  /** The last known `scrollTop`: another one means that the reader has scrolled since. */
  #top = 0;
  /** The read position when the view opened, while the message after it is not loaded. */
  #readBefore: number | null = null;
  /** Whether the view has still to find out where it opened. */
  #opening = false;
  /** Whether the last line of the list is on the screen. */
  #inSight = false;

  constructor(room: Scrolled) {
    this.#room = room;
    this.#messages = room.messages;
    this.#count = new Count(room);
    this.unseen = this.#count.others;
    this.forMe = this.#count.forMe;
  }

  /** Watch `element`, whose first child holds the rows. Returns what ends it. */
  attach(element: HTMLElement): () => void {
    this.#element = element;
    const sight = new IntersectionObserver((entries) => {
      this.#inSight = entries.at(-1)?.isIntersecting === true;
      this.#lookAtEnd();
    });
    if (element.nextElementSibling) sight.observe(element.nextElementSibling);
    const observer = new ResizeObserver(this.#onResize);
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    const onWheel = (): void => {
      this.wheeledAt = performance.now();
    };
    const ends = [
      on(element, "scroll", this.#onScroll, { passive: true }),
      on(element, "wheel", onWheel, { passive: true }),
      on(document, "visibilitychange", this.#onVisibility),
    ];
    return () => {
      observer.disconnect();
      sight.disconnect();
      for (const end of ends) end();
      this.#element = null;
      this.#inSight = false;
      this.#lookAtEnd();
    };
  }

  /** The collection has changed: move the window with it. */
  onData(): void {
    const element = this.#element;
    if (element && this.#hasScrolled(element)) this.hold();
    batch(() => {
      if (this.#messages.generation !== this.#generation) this.#onReset();
      else if (this.away.value) this.#keepPlace();
      else this.#followEnd();
      this.#findFirstNew();
      const first = this.#count.update();
      if (first !== null && this.#readBefore === null) this.divider.value = first;
      this.#end = this.#messages.end;
      this.#lookAtEnd();
    });
  }

  toEnd(): void {
    batch(() => {
      this.away.value = false;
      this.#anchor = null;
      this.#followEnd();
      this.#markSeen();
      this.#lookAtEnd();
    });
    this.#put();
  }

  /** To the first message that is new, as far as it is loaded. */
  toFirstNew(): void {
    this.above.value = 0;
    const { first } = this.#messages;
    const doc = this.#messages.at(
      this.divider.value === null ? first : this.#messages.placeAfter(this.divider.value - 1),
    );
    if (doc) this.goTo(doc.id);
  }

  /** All is read, wherever the reader is. */
  readAll(): void {
    batch(() => {
      this.#markSeen();
      this.above.value = 0;
      this.divider.value = null;
      this.#readBefore = null;
    });
  }

  /** The present scroll position. */
  spot(): Spot {
    if (this.away.value) this.#capture();
    return this.away.value && this.#anchor ? this.#anchor : "end";
  }

  /** Go back to a scroll position. */
  backTo(spot: Spot): void {
    if (spot === "end") this.toEnd();
    else this.goTo(spot.id, spot.top);
  }

  /** The reader wrote something: all above is read. */
  onOwn(): void {
    this.readAll();
    this.toEnd();
  }

  /** Bring the message `id` into sight, a third below the top; false if it is not held. */
  goTo(id: string, top?: number): boolean {
    const place = this.#messages.placeOf(id);
    const element = this.#element;
    if (place === null || !element) return false;
    const { from, to } = this.window.value;
    batch(() => {
      this.away.value = true;
      this.#anchor = { id, top: top ?? element.clientHeight / 3 };
      if (place < from || place >= to) this.#setWindow(place - STEP, place + AT_FIRST);
    });
    this.#put();
    return true;
  }

  /** The reader is where the view stands now, whatever events are still to come. */
  hold(away?: boolean): void {
    const element = this.#element;
    if (!element || element.clientHeight === 0) return;
    this.#top = element.scrollTop;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    const atEnd = this.window.value.to >= this.#messages.end && below <= AT_END;
    batch(() => {
      this.away.value = away ?? !atEnd;
      if (!this.away.value) this.#markSeen();
      else if (this.#capture() <= (this.divider.value ?? -1)) this.above.value = 0;
      this.#grow(element);
      this.#lookAtEnd();
    });
  }

  /** More was read elsewhere: it is no longer new here. */
  onRead(): void {
    batch(() => {
      this.#count.start(this.#room.state.value.read);
      this.#count.update();
    });
  }

  /** Called once the new rows stand. */
  afterRender(): void {
    const element = this.#element;
    if (!element || element.clientHeight === 0) return;
    this.#follow(element);
    this.#settle(element);
  }

  #put(): void {
    if (this.#element && this.#element.clientHeight > 0) this.#settle(this.#element);
  }

  /** Put the view where it belongs. */
  #settle(element: HTMLElement): void {
    if (element.scrollHeight <= element.clientHeight) this.away.value = false;
    if (this.away.value) this.#restore(element);
    else element.scrollTop = element.scrollHeight;
    this.#top = element.scrollTop;
    this.#grow(element);
    if (!this.#opening) return;
    // Few new messages are all in sight: then this is the end.
    this.#opening = false;
    this.hold();
  }

  /** Whether the reader has scrolled, though no event has said so yet. */
  #hasScrolled(element: HTMLElement): boolean {
    if (element.clientHeight === 0 || sizeOf(element) !== this.#size) return false;
    const moved = element.scrollTop - this.#top;
    // A list that got shorter is moved down by the browser, to its end.
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    return moved >= 1 || (moved <= -1 && below > AT_END);
  }

  /** New rows stand, and the reader has scrolled since the last time: that is not to be undone. */
  #follow(element: HTMLElement): void {
    if (!this.#hasScrolled(element)) return;
    if (!this.away.value || !this.#anchor) {
      this.hold();
      return;
    }
    this.#anchor.top -= element.scrollTop - this.#top;
    this.#restore(element);
    // What was seen before may be far away by now, and leave the page when rows are added.
    this.#capture();
  }

  #setWindow(from: number, to: number): void {
    const { first, end } = this.#messages;
    const next = { from: Math.max(first, from), to: Math.min(end, to) };
    const held = this.window.value;
    if (next.from !== held.from || next.to !== held.to) this.window.value = next;
  }

  #onReset(): void {
    this.#generation = this.#messages.generation;
    const { end } = this.#messages;
    const place = this.#anchor ? this.#messages.placeOf(this.#anchor.id) : null;
    if (this.away.value && place !== null) {
      this.#setWindow(place - STEP, place + AT_FIRST);
      return;
    }
    const first = this.#count.isFresh ? this.#open() : null;
    this.away.value = first !== null;
    if (first === null) this.#setWindow(end - AT_FIRST, end);
    else this.#setWindow(first - STEP, Math.min(end, first + AT_FIRST));
  }

  /** The view opens: *New* stands where reading ended. Returns where to begin, if not at the end. */
  #open(): number | null {
    const { messages, state } = this.#room;
    const { read } = state.value;
    const known = read > 0 && read < messages.lastBorn;
    this.#count.start(known ? read : messages.lastBorn);
    if (!known) return null;
    // The first new one is not loaded, or may not be: then the newest is what matters.
    if (read < messages.floor - 1 && messages.more) {
      this.#readBefore = read;
      this.#count.update();
      this.above.value = this.unseen.value;
      this.#count.start(messages.lastBorn);
      return null;
    }
    const born = this.#count.update();
    if (born === null) return null;
    const place = messages.placeAfter(born - 1);
    this.divider.value = born;
    this.#anchor = { id: messages.at(place)?.id ?? "", top: OPENING_TOP };
    this.#opening = true;
    return place;
  }

  /** Older messages came: perhaps the first new one is among them. */
  #findFirstNew(): void {
    const read = this.#readBefore;
    const { floor, more } = this.#messages;
    if (read === null || (read < floor - 1 && more)) return;
    this.#readBefore = null;
    this.divider.value = this.#messages.at(this.#messages.placeAfter(read))?.born ?? null;
  }

  #followEnd(): void {
    const { end } = this.#messages;
    const { from, to } = this.window.value;
    const reaches = to >= this.#end;
    const start = reaches ? from : end - AT_FIRST;
    this.#setWindow(end - start > MOST ? end - TRIMMED : start, end);
    if (!document.hidden) this.#markSeen();
  }

  #keepPlace(): void {
    const { end } = this.#messages;
    const { from, to } = this.window.value;
    const reached = to >= this.#end;
    this.#setWindow(from, reached && end - from <= MOST ? end : to);
  }

  #markSeen(): void {
    this.#count.start(this.#messages.lastBorn);
  }

  #lookAtEnd(): void {
    this.atNewest.value = this.#inSight && !this.away.value && this.#element !== null;
  }

  #onVisibility = (): void => {
    if (!document.hidden && !this.away.value) this.#markSeen();
  };

  #onResize = (): void => {
    this.#size = sizeOf(this.#element);
    this.#put();
  };

  #onScroll = (): void => {
    // A scroll that comes with a change of size is the browser's, not the reader's.
    if (sizeOf(this.#element) === this.#size) this.hold();
  };

  /** Add rows at the edge that is near; drop as many at the other when there are too many. */
  #grow(element: HTMLElement): void {
    const { first, end, more } = this.#messages;
    const { from, to } = this.window.value;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (element.scrollTop < NEAR && from > first) {
      const start = Math.max(first, from - GROWN);
      if (this.away.value) this.#setWindow(start, Math.min(to, start + MOST));
      else if (to - start <= MOST) this.#setWindow(start, to);
    } else if (below < NEAR && to < end) {
      const stop = Math.min(end, to + GROWN);
      this.#setWindow(Math.max(from, stop - MOST), stop);
    } else if (element.scrollTop < NEAR && more) {
      this.#room.older();
    }
  }

  #rows(): HTMLCollectionOf<HTMLElement> | [] {
    return (this.#element?.firstElementChild?.children ?? []) as HTMLCollectionOf<HTMLElement>;
  }

  /** Remember the first row that can be seen, and where. Returns its `born`. */
  #capture(): number {
    const element = this.#element;
    if (!element || element.clientHeight === 0) return Infinity;
    const top = element.getBoundingClientRect().top;
    const rows = this.#rows();
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((rows[middle]?.getBoundingClientRect().bottom ?? 0) > top) high = middle;
      else low = middle + 1;
    }
    const row = rows[low];
    if (!row?.dataset.id) return Infinity;
    this.#anchor = { id: row.dataset.id, top: row.getBoundingClientRect().top - top };
    return this.#messages.get(row.dataset.id)?.born ?? Infinity;
  }

  #restore(element: HTMLElement): void {
    const anchor = this.#anchor;
    const row = anchor && [...this.#rows()].find(({ dataset }) => dataset.id === anchor.id);
    if (!anchor || !row) {
      // Its row may still have to be rendered; if it left the window, what is seen now counts.
      const place = this.#messages.placeOf(anchor?.id ?? "") ?? -1;
      const { from, to } = this.window.value;
      if (place < from || place >= to) this.#capture();
      return;
    }
    const top = row.getBoundingClientRect().top - element.getBoundingClientRect().top;
    if (Math.abs(top - anchor.top) >= 1) element.scrollTop += top - anchor.top;
  }
}
