// Which messages are in the page, and where they stand. Rules: follow the end only from the end;
// what is being read never moves; a view without height is left alone.

import type { Collection } from "../core/collection";
import { on } from "../core/events";
import { batch, Signal } from "../core/signal";
import type { ChatMessage } from "./documents";
import type { Room } from "./room";

const MOST = 150;
const AT_FIRST = 60;
const TRIMMED = 100;
const STEP = 40;
/** How near an edge, in px, the window grows there. */
const NEAR = 500;
const AT_END = 4;

export interface Window {
  from: number;
  to: number;
}

interface Anchor {
  id: string;
  top: number;
}

/** What it has to know of a room. */
type Scrolled = Pick<Room, "messages" | "isOwn" | "older">;

/** One number for how wide and how high. */
const sizeOf = (element: HTMLElement | null): number =>
  element ? element.clientWidth + element.clientHeight / 1e5 : 0;

export class Scroller {
  readonly window = new Signal<Window>({ from: 0, to: 0 });
  /** Messages of others that came while the reader was away from the end. */
  readonly unseen = new Signal(0);
  readonly away = new Signal(false);
  /** The `born` of the message above which *New* stands. */
  readonly divider = new Signal<number | null>(null);

  #room: Scrolled;
  #messages: Collection<ChatMessage>;
  #element: HTMLElement | null = null;
  #size = 0;
  #generation = -1;
  #end = 0;
  #seen = -1;
  #anchor: Anchor | null = null;

  constructor(room: Scrolled) {
    this.#room = room;
    this.#messages = room.messages;
  }

  /** Watch `element`, whose first child holds the rows. Returns what ends it. */
  attach(element: HTMLElement): () => void {
    this.#element = element;
    const observer = new ResizeObserver(this.#onResize);
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    const endScroll = on(element, "scroll", this.#onScroll, { passive: true });
    const endVisibility = on(document, "visibilitychange", this.#onVisibility);
    return () => {
      observer.disconnect();
      endScroll();
      endVisibility();
      this.#element = null;
    };
  }

  /** The collection has changed: move the window with it. */
  onData(): void {
    batch(() => {
      if (this.#messages.generation !== this.#generation) this.#onReset();
      else if (this.away.value) this.#keepPlace();
      else this.#followEnd();
      this.#countUnseen();
      this.#end = this.#messages.end;
    });
  }

  toEnd(): void {
    batch(() => {
      this.away.value = false;
      this.#anchor = null;
      this.#followEnd();
      this.#markSeen();
    });
    this.afterRender();
  }

  /** The reader wrote something: all above is read. */
  onOwn(): void {
    this.divider.value = null;
    this.toEnd();
  }

  /** Bring the message `id` into sight, a third below the top; false if it is not held. */
  goTo(id: string): boolean {
    const place = this.#messages.placeOf(id);
    const element = this.#element;
    if (place === null || !element) return false;
    const { from, to } = this.window.value;
    batch(() => {
      this.away.value = true;
      this.#anchor = { id, top: element.clientHeight / 3 };
      if (place < from || place >= to) this.#setWindow(place - STEP, place + AT_FIRST);
    });
    this.afterRender();
    return true;
  }

  /** The reader is where the view stands now, whatever events are still to come. */
  hold(away?: boolean): void {
    const element = this.#element;
    if (!element || element.clientHeight === 0) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    const atEnd = this.window.value.to >= this.#messages.end && below <= AT_END;
    batch(() => {
      this.away.value = away ?? !atEnd;
      if (this.away.value) this.#capture();
      else this.#markSeen();
      this.#grow(element);
    });
  }

  /** Called once the new rows stand. */
  afterRender(): void {
    const element = this.#element;
    if (!element || element.clientHeight === 0) return;
    if (element.scrollHeight <= element.clientHeight) this.away.value = false;
    if (this.away.value) this.#restore(element);
    else element.scrollTop = element.scrollHeight;
    this.#grow(element);
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
    this.away.value = false;
    this.#setWindow(end - AT_FIRST, end);
    if (this.#seen < 0) this.#seen = this.#messages.lastBorn;
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

  #countUnseen(): void {
    const { end } = this.#messages;
    let count = 0;
    let first: number | null = null;
    for (let place = this.#messages.placeAfter(this.#seen); place < end; place++) {
      const doc = this.#messages.at(place);
      if (!doc || doc.born == null || this.#room.isOwn(doc)) continue;
      first ??= doc.born;
      count++;
    }
    if (count > 0 && this.unseen.value === 0) this.divider.value = first;
    this.unseen.value = count;
  }

  #markSeen(): void {
    this.#seen = Math.max(this.#seen, this.#messages.lastBorn);
    this.unseen.value = 0;
  }

  #onVisibility = (): void => {
    if (!document.hidden && !this.away.value) this.#markSeen();
  };

  #onResize = (): void => {
    this.#size = sizeOf(this.#element);
    this.afterRender();
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
      const start = Math.max(first, from - STEP);
      if (this.away.value) this.#setWindow(start, Math.min(to, start + MOST));
      else if (to - start <= MOST) this.#setWindow(start, to);
    } else if (below < NEAR && to < end) {
      const stop = Math.min(end, to + STEP);
      this.#setWindow(Math.max(from, stop - MOST), stop);
    } else if (element.scrollTop < NEAR && more) {
      this.#room.older();
    }
  }

  #rows(): HTMLElement[] {
    return [...(this.#element?.firstElementChild?.children ?? [])] as HTMLElement[];
  }

  /** Remember the first row that can be seen, and where. */
  #capture(): void {
    const element = this.#element;
    if (!element || element.clientHeight === 0) return;
    const top = element.getBoundingClientRect().top;
    for (const row of this.#rows()) {
      const box = row.getBoundingClientRect();
      if (box.bottom <= top || !row.dataset.id) continue;
      this.#anchor = { id: row.dataset.id, top: box.top - top };
      return;
    }
  }

  #restore(element: HTMLElement): void {
    const anchor = this.#anchor;
    const row = anchor && this.#rows().find((candidate) => candidate.dataset.id === anchor.id);
    if (!anchor || !row) return;
    const top = row.getBoundingClientRect().top - element.getBoundingClientRect().top;
    if (Math.abs(top - anchor.top) >= 1) element.scrollTop += top - anchor.top;
  }
}
