// What a pointer does on the sheet: it draws, erases, selects, drags, pans and zooms.

import { endAll, on } from "../core/events";
import { uuid7 } from "../core/uuid";
import { type Item, TOOLS, type Tool } from "./documents";
import { boxAround, boxOf, isAt, overlap, topmost } from "./geometry";
import type { Point } from "./points";
import type { Room } from "./room";
import type { Viewport } from "./viewport";

/** Between two parts of a stroke, in ms. */
const PART_EVERY = 33;
/** How near to a thing a pointer has to be, in pixels of the screen. */
const REACH = 8;

/** What a pointer that is down is doing. */
interface Stroke {
  pointer: number;
  id: string;
  points: Point[];
  /** The points that others know. */
  told: number;
  toldAt: number;
}

/** The page that is drawn, and what is on it, the lowest first. */
export interface DrawnPage {
  readonly id: string;
  readonly items: readonly Item[];
}

/** The pointers on a sheet. */
export class Pointers {
  stroke: Stroke | null = null;
  /** What the eraser has touched, until the pointer goes up. */
  readonly erasing = new Map<string, Item>();
  /** By how much what is selected is dragged. */
  drag: { from: Point; by: Point } | null = null;
  /** Whether the pointer pans, as the space bar is down. */
  spaceHeld = false;
  /** Listens no more. */
  readonly end: () => void;
  #room: Room;
  #canvas: HTMLCanvasElement;
  #viewport: Viewport;
  #page: DrawnPage;
  #redraw: () => void;
  #pan: { x: number; y: number } | null = null;
  #touches = new Map<number, Point>();
  #pinch: { middle: Point; length: number } | null = null;
  #hasPen = false;

  /** `redraw` has the sheet show what has changed. */
  constructor(
    room: Room,
    canvas: HTMLCanvasElement,
    viewport: Viewport,
    page: DrawnPage,
    redraw: () => void,
  ) {
    this.#room = room;
    this.#canvas = canvas;
    this.#viewport = viewport;
    this.#page = page;
    this.#redraw = redraw;
    const hear = (types: string, act: (event: PointerEvent) => void): (() => void) =>
      on(canvas, types, (event) => act(event as PointerEvent));
    const wheel = (event: Event): void => this.#wheel(event as WheelEvent);
    this.end = endAll([
      hear("pointerdown", (event) => this.#down(event)),
      hear("pointermove", (event) => this.#move(event)),
      hear("pointerup pointercancel", (event) => this.#up(event)),
      on(canvas, "pointerleave", redraw),
      on(canvas, "wheel", wheel, { passive: false }),
    ]);
  }

  #place({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.#canvas.getBoundingClientRect();
    return [clientX - left, clientY - top];
  }

  #down(event: PointerEvent): void {
    const at = this.#place(event);
    this.#canvas.setPointerCapture?.(event.pointerId);
    if (event.pointerType === "pen") this.#hasPen = true;
    if (event.pointerType === "touch") {
      this.#touches.set(event.pointerId, at);
      if (this.#touches.size === 2) {
        this.stroke = null; // the first finger was not drawing: two of them pan
        this.drag = null;
        this.#pinch = pinchOf([...this.#touches.values()]);
        return;
      }
    }
    if (event.button > 1 || this.#touches.size > 1) return;
    const { hand } = this.#room.held.value;
    const isPan =
      event.button === 1 || this.spaceHeld || (event.pointerType === "touch" && this.#hasPen);
    const { draws } = this.#room.offer.value;
    if (isPan || !draws) {
      this.#pan = { x: at[0], y: at[1] };
      return;
    }
    const place = this.#viewport.onPage(at);
    if (hand === "select") this.#select(event, place);
    else if (hand === "text" || hand === "sticky") {
      event.preventDefault();
      const of = this.#topmost(place, ({ tool }) => tool === "text" || tool === "sticky");
      this.#room.writing.value =
        of?.mine && this.#room.mayChange(of)
          ? { tool: of.tool as "text" | "sticky", place, text: of.text, of }
          : { tool: hand, place, text: "" };
    } else {
      this.stroke = { pointer: event.pointerId, id: uuid7(), points: [place], told: 0, toldAt: 0 };
      if (hand === "eraser") this.#touch(place);
    }
    this.#redraw();
  }

  #select(event: PointerEvent, place: Point): void {
    const found = this.#topmost(place, () => true);
    const { selected } = this.#room;
    if (!found) {
      selected.value = new Set();
      const [x, y] = this.#place(event);
      this.#pan = { x, y };
      return;
    }
    if (!selected.value.has(found.id)) {
      selected.value = new Set(event.shiftKey ? [...selected.value, found.id] : [found.id]);
    }
    this.drag = { from: place, by: [0, 0] };
  }

  #topmost(place: Point, fits: (item: Item) => boolean): Item | undefined {
    return topmost(this.#page.items, place, REACH / this.#viewport.camera.value.zoom, fits);
  }

  #move(event: PointerEvent): void {
    const at = this.#place(event);
    if (this.#touches.has(event.pointerId)) this.#touches.set(event.pointerId, at);
    if (this.#pinch && this.#touches.size >= 2) {
      this.#pinched();
      return;
    }
    if (this.#pan) {
      this.#viewport.pan(this.#pan.x - at[0], this.#pan.y - at[1]);
      this.#pan = { x: at[0], y: at[1] };
      return;
    }
    const place = this.#viewport.onPage(at);
    if (this.drag) {
      const { from } = this.drag;
      this.drag.by = [place[0] - from[0], place[1] - from[1]];
      this.#redraw();
      return;
    }
    const stroke = this.stroke;
    if (!stroke || stroke.pointer !== event.pointerId) return;
    const { hand } = this.#room.held.value;
    const events = event.getCoalescedEvents?.() ?? [];
    const places = (events.length > 0 ? events : [event]).map((one) =>
      this.#viewport.onPage(this.#place(one)),
    );
    if (hand === "eraser") {
      for (const one of places) this.#touch(one, stroke.points.at(-1));
      stroke.points.push(...places.slice(-1));
    } else if (hand === "pen" || hand === "marker" || hand === "laser")
      stroke.points.push(...places);
    else stroke.points = [stroke.points[0] as Point, place];
    this.#tell(stroke, false);
    this.#redraw();
  }

  /** Two fingers: what is between them stays there. */
  #pinched(): void {
    const now = pinchOf([...this.#touches.values()]);
    const before = this.#pinch ?? now;
    this.#pinch = now;
    this.#viewport.pan(before.middle[0] - now.middle[0], before.middle[1] - now.middle[1]);
    this.#viewport.zoomAt(
      (this.#viewport.camera.value.zoom * now.length) / before.length,
      now.middle,
    );
  }

  #up(event: PointerEvent): void {
    this.#touches.delete(event.pointerId);
    if (this.#touches.size < 2) this.#pinch = null;
    this.#pan = null;
    if (!this.stroke || this.stroke.pointer === event.pointerId) this.finish();
    this.#redraw();
  }

  /** The pointer went up, or was taken away: what is drawn so far is kept. */
  finish(): void {
    const [stroke, drag, erasing] = [this.stroke, this.drag, [...this.erasing.values()]];
    this.stroke = this.drag = null;
    this.erasing.clear();
    const { hand } = this.#room.held.value;
    if (drag) {
      const ids = this.#room.selected.value;
      this.#room.move(
        this.#page.items.filter(({ id }) => ids.has(id)),
        ...drag.by,
      );
    }
    if (erasing.length > 0) this.#room.erase(erasing);
    if (!stroke || !isTool(hand)) return;
    const [first, second] = stroke.points;
    const isShape = hand !== "pen" && hand !== "marker";
    if (isShape && (!first || !second)) return;
    this.#tell(stroke, true);
    this.#room.draw(hand, stroke.points, { id: stroke.id, page: this.#page.id });
  }

  /** The eraser goes from a place to another: it takes what is one's own, staff's any. */
  #touch(to: Point, from: Point = to): void {
    const reach = REACH / this.#viewport.camera.value.zoom;
    const way = boxAround([from, to], reach);
    const steps =
      Math.min(200, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / reach)) || 1;
    const along = Array.from({ length: steps }, (_, step): Point => {
      const part = (step + 1) / steps;
      return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
    });
    for (const item of this.#page.items) {
      if (this.erasing.has(item.id) || !this.#room.mayChange(item)) continue;
      if (!overlap(boxOf(item), way)) continue;
      if (along.some((place) => isAt(item, place, reach))) this.erasing.set(item.id, item);
    }
  }

  #tell(stroke: Stroke, isLast: boolean): void {
    const now = performance.now();
    const { hand } = this.#room.held.value;
    if (hand === "eraser" || hand === "select" || (!isLast && now - stroke.toldAt < PART_EVERY)) {
      return;
    }
    const isLine = hand === "pen" || hand === "marker" || hand === "laser";
    const more = isLine ? stroke.points.slice(stroke.told) : stroke.points;
    if (more.length === 0) return;
    stroke.told = stroke.points.length;
    stroke.toldAt = now;
    if (isLine) this.#room.part(stroke.id, hand, more.slice(-250));
  }

  #wheel(event: WheelEvent): void {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) {
      const factor = Math.exp(-event.deltaY / 300);
      this.#viewport.zoomAt(this.#viewport.camera.value.zoom * factor, this.#place(event));
    } else this.#viewport.pan(event.deltaX, event.deltaY);
  }
}

/** Whether something in the hand draws. */
export const isTool = (hand: string): hand is Tool => (TOOLS as readonly string[]).includes(hand);

const pinchOf = ([a = [0, 0], b = a]: Point[]): { middle: Point; length: number } => ({
  middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2],
  length: Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1])),
});
