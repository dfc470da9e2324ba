// Which cells are in the page, and where they stand. Rules: follow the end only from the end; what
// is being read never moves; a view without height is left alone.

import { on } from "../core/events";
import { batch, Signal } from "../core/signal";
import type { Room } from "./room";

/** Rows in the page at first, at most, and at each growth. */
const AT_FIRST = 20;
const MOST = 60;
const STEP = 15;
/** The distance from an edge within which rows are added there, in px. */
const NEAR = 700;
const AT_END = 6;

export class Scroller {
  readonly window = new Signal({ from: 0, to: 0 });
  readonly following = new Signal(true);
  /** Cells that came since it was followed last. */
  readonly fresh = new Signal(0);

  #room: Room;
  #element: HTMLElement | null = null;
  #anchor: { id: string; top: number } | null = null;
  #top = 0;
  #left = -1;
  #generation = -1;
  #end: () => void;

  constructor(room: Room) {
    this.#room = room;
    this.#end = room.cells.version.subscribe(() => this.#onData());
    this.#onData();
  }

  dispose(): void {
    this.#end();
  }

  attach(element: HTMLElement): () => void {
    this.#element = element;
    const observer = new ResizeObserver(() => this.settle());
    observer.observe(element);
    if (element.firstElementChild) observer.observe(element.firstElementChild);
    const end = on(element, "scroll", this.#onScroll, { passive: true });
    return () => {
      observer.disconnect();
      end();
      this.#element = null;
    };
  }

  /** After a rendering: to the end, or so that what was in sight stands where it stood. */
  settle(): void {
    const element = this.#element;
    if (!element || element.clientHeight === 0) return;
    if (this.following.value) {
      element.scrollTop = element.scrollHeight;
    } else if (this.#anchor) {
      const row = this.#row(this.#anchor.id);
      if (row) {
        const moved = this.#topOf(row) - this.#anchor.top;
        if (Math.abs(moved) > 1) element.scrollTop += moved;
      }
    }
    this.#top = element.scrollTop;
    this.#capture();
  }

  toEnd(): void {
    batch(() => {
      this.following.value = true;
      this.fresh.value = 0;
      this.#followEnd();
    });
    this.settle();
  }

  follow(on: boolean): void {
    if (on) this.toEnd();
    else this.#letGo();
  }

  /** Bring a cell into sight; false if it is not loaded. */
  goTo(id: string): boolean {
    const place = this.#room.cells.placeOf(id);
    if (place === null) return false;
    batch(() => {
      this.#letGo();
      this.#set(place - STEP, place + STEP);
    });
    this.#anchor = { id, top: 40 };
    return true;
  }

  /** Whether a row stands in sight, as a whole cell. */
  inSight(id: string): boolean {
    const row = this.#row(id);
    const element = this.#element;
    if (!row || !element || row.classList.contains("folded")) return false;
    const top = this.#topOf(row);
    return top < element.clientHeight && top + row.offsetHeight > 0;
  }

  #row(id: string): HTMLElement | undefined {
    const rows = this.#element?.querySelectorAll<HTMLElement>("[data-id]") ?? [];
    return [...rows].find((row) => row.dataset.id === id);
  }

  #topOf(row: HTMLElement): number {
    const top = this.#element?.getBoundingClientRect().top ?? 0;
    return row.getBoundingClientRect().top - top;
  }

  #capture(): void {
    const rows = [...(this.#element?.querySelectorAll<HTMLElement>("[data-id]") ?? [])];
    const first = rows.find((row) => this.#topOf(row) + row.offsetHeight > 0);
    if (first) this.#anchor = { id: first.dataset.id ?? "", top: this.#topOf(first) };
  }

  #letGo(): void {
    if (!this.following.value) return;
    this.#left = this.#room.cells.lastBorn;
    this.following.value = false;
    this.fresh.value = 0;
  }

  #onScroll = (): void => {
    const element = this.#element;
    if (!element || element.clientHeight === 0) return;
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    const up = element.scrollTop < this.#top - 1;
    this.#top = element.scrollTop;
    this.#capture();
    const { from, to } = this.window.value;
    const { end, first } = this.#room.cells;
    if (below <= AT_END && to >= end) {
      this.following.value = true;
      this.fresh.value = 0;
      return;
    }
    if (up) this.#letGo();
    if (this.following.value) return;
    if (element.scrollTop < NEAR) {
      if (from > first) this.#set(from - STEP, Math.min(to, from - STEP + MOST));
      else this.#room.older();
    } else if (below < NEAR && to < end) {
      this.#set(Math.max(from, to + STEP - MOST), to + STEP);
    }
  };

  #onData(): void {
    const { cells } = this.#room;
    batch(() => {
      if (cells.generation !== this.#generation) {
        this.#generation = cells.generation;
        this.following.value = true;
      }
      if (this.following.value) {
        this.#followEnd();
        return;
      }
      const { from, to } = this.window.value;
      this.#set(from, Math.max(to, Math.min(cells.end, from + MOST)));
      let count = 0;
      for (let place = cells.placeAfter(this.#left); place < cells.end; place++) count++;
      this.fresh.value = count;
    });
  }

  #followEnd(): void {
    const { end } = this.#room.cells;
    this.#set(end - AT_FIRST, end);
  }

  #set(from: number, to: number): void {
    const { first, end } = this.#room.cells;
    const now = { from: Math.max(first, from), to: Math.min(end, to) };
    const { from: was, to: until } = this.window.value;
    if (now.from !== was || now.to !== until) this.window.value = now;
  }
}
