// The sheet that one draws on: a canvas, its camera, and what a pointer does on it.

import { endAll, on } from "../core/events";
import { Signal } from "../core/signal";
import { uuid7 } from "../core/uuid";
import { type Item, isUnder, TOOLS, type Tool, type View } from "./documents";
import { drawPoints } from "./draw";
import { around, type Box, boxAround, boxOf, isAt, overlap, topmost } from "./geometry";
import { type Inks, inksOf, paper } from "./inks";
import { Layer } from "./layer";
import { cursor, frame, laser } from "./overlay";
import type { Point } from "./points";
import { LASER_LIVES, type Room } from "./room";

export interface Camera {
  /** The place of the page at the upper left corner. */
  x: number;
  y: number;
  zoom: number;
}

export const ZOOMS = { least: 0.1, most: 8 };
/** Between two parts of a stroke, and between two views that the class is shown, in ms. */
const PART_EVERY = 33;
const VIEW_EVERY = 250;
/** After the last step of a zoom the page is drawn anew, in ms. */
const SETTLED = 150;
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

export class Sheet {
  readonly camera = new Signal<Camera>({ x: -20, y: -20, zoom: 1 });
  names = true;
  #room: Room;
  #canvas: HTMLCanvasElement;
  #layer = new Layer(1);
  #before: Layer | null = null;
  #inks: Inks = paper;
  #known = new Map<string, Item>();
  #items: Item[] = [];
  #page = "";
  /** Whether a picture lies under the page that is drawn. */
  #wasPaper = false;
  #frame = 0;
  #zoomedAt = 0;
  #showedAt = 0;
  #stroke: Stroke | null = null;
  /** What the eraser has touched, until the pointer goes up. */
  #erasing = new Map<string, Item>();
  /** By how much what is selected is dragged. */
  #drag: { from: Point; by: Point } | null = null;
  #pan: { x: number; y: number } | null = null;
  #touches = new Map<number, Point>();
  #pinch: { middle: Point; length: number } | null = null;
  #hasPen = false;
  #spaceHeld = false;
  #end: () => void;

  constructor(room: Room, canvas: HTMLCanvasElement) {
    this.#room = room;
    this.#canvas = canvas;
    const resized = new ResizeObserver(() => this.#resize());
    resized.observe(canvas);
    const again = (): void => this.redraw();
    const subscribed = [room.items.version, room.page, room.pages.version].map((signal) =>
      signal.subscribe(this.#sync),
    );
    const watched = [room.selected, room.lives, room.held].map((signal) => signal.subscribe(again));
    const host = (canvas.getRootNode() as ShadowRoot).host;
    const themed = new MutationObserver(() => this.retheme());
    if (host) themed.observe(host, { attributes: true, attributeFilter: ["style", "data-scheme"] });
    const ends = [
      ...subscribed,
      ...watched,
      () => resized.disconnect(),
      () => themed.disconnect(),
      on(canvas, "pointerdown", (event) => this.#down(event as PointerEvent)),
      on(canvas, "pointermove", (event) => this.#move(event as PointerEvent)),
      on(canvas, "pointerup pointercancel", (event) => this.#up(event as PointerEvent)),
      on(canvas, "pointerleave", () => this.redraw()),
    ];
    const wheel = (event: WheelEvent): void => this.#wheel(event);
    canvas.addEventListener("wheel", wheel, { passive: false });
    ends.push(() => canvas.removeEventListener("wheel", wheel));
    this.#end = endAll(ends);
    this.retheme();
    this.#sync();
  }

  /** The view closes: what was being drawn is kept. */
  dispose(): void {
    this.#finish();
    this.#end();
    cancelAnimationFrame(this.#frame);
  }

  get isDrawn(): boolean {
    return this.#layer.isReady(this.#seen());
  }

  /** The picture under the page, once it is here. */
  get picture(): HTMLImageElement | null {
    const image = this.#canvas.parentElement?.querySelector<HTMLImageElement>(".ground img");
    return image?.complete && image.naturalWidth > 0 ? image : null;
  }

  redraw(): void {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  /** The theme has changed, or what lies under the page. */
  retheme(): void {
    this.#inks = this.#isPaper() ? paper : inksOf(this.#canvas);
    this.#renew();
  }

  space(isDown: boolean): void {
    this.#spaceHeld = isDown;
  }

  // -- the camera --------------------------------------------------------------------------

  /** Zoom so that the place of the page at a place of the screen stays. */
  zoomAt(zoom: number, [sx, sy]: Point): void {
    const { x, y, zoom: before } = this.camera.value;
    const wanted = Math.min(ZOOMS.most, Math.max(ZOOMS.least, zoom));
    if (!Number.isFinite(wanted)) return;
    this.#look({
      x: x + sx / before - sx / wanted,
      y: y + sy / before - sy / wanted,
      zoom: wanted,
    });
  }

  zoomBy(factor: number): void {
    const { width, height } = this.#size();
    this.zoomAt(this.camera.value.zoom * factor, [width / 2, height / 2]);
  }

  pan(dx: number, dy: number): void {
    const { x, y, zoom } = this.camera.value;
    this.#look({ x: x + dx / zoom, y: y + dy / zoom, zoom });
  }

  /** Show all that is on the page. */
  fit(): void {
    const ground = this.#room.pages.get(this.#page)?.ground;
    const sides = ground && { right: Number(ground.width), bottom: Number(ground.height) };
    const boxes = this.#items.map(boxOf);
    if (sides) boxes.push({ left: 0, top: 0, ...sides });
    const whole = around(boxes) ?? { left: 0, top: 0, right: 800, bottom: 480 };
    this.#showBox(whole, 1);
    this.#letGo();
  }

  /** Show a thing, if it is out of sight. */
  reveal(item: Item): void {
    const box = boxOf(item);
    const seen = this.#seen();
    const isSeen = box.left >= seen.left && box.right <= seen.right;
    if (isSeen && box.top >= seen.top && box.bottom <= seen.bottom) return;
    const { zoom } = this.camera.value;
    const { width, height } = this.#size();
    this.#look({ x: box.left - width / zoom / 3, y: box.top - height / zoom / 3, zoom });
  }

  /** Show the view of who leads. */
  follow({ x, y, width, height }: View): void {
    this.#showBox({ left: x, top: y, right: x + width, bottom: y + height }, ZOOMS.most, 0);
  }

  get center(): Point {
    const { left, top, right, bottom } = this.#seen();
    return [(left + right) / 2, (top + bottom) / 2];
  }

  /** Where a place of the page is on the screen. */
  toScreen([x, y]: Point): Point {
    const camera = this.camera.value;
    return [(x - camera.x) * camera.zoom, (y - camera.y) * camera.zoom];
  }

  #showBox({ left, top, right, bottom }: Box, most: number, rim = 24): void {
    const { width, height } = this.#size();
    const fitting = Math.min(
      (width - 2 * rim) / (right - left || 1),
      (height - 2 * rim) / (bottom - top || 1),
    );
    const zoom = Math.min(ZOOMS.most, most, Math.max(ZOOMS.least, fitting));
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    this.#set({ x: x - width / zoom / 2, y: y - height / zoom / 2, zoom });
  }

  /** One looks elsewhere by oneself: nothing pulls back, and the class comes along. */
  #look(camera: Camera): void {
    this.#letGo();
    this.#set(camera);
  }

  #letGo(): void {
    const { leader, leads } = this.#room.offer.value;
    if (leader && !leads) this.#room.following.value = false;
  }

  #set(camera: Camera): void {
    if (camera.zoom !== this.camera.value.zoom) this.#zoomedAt = performance.now();
    this.camera.value = camera;
    this.redraw();
  }

  #size(): { width: number; height: number } {
    const { clientWidth, clientHeight } = this.#canvas;
    return { width: clientWidth || 1, height: clientHeight || 1 };
  }

  /** The area of the page that is seen. */
  #seen(): Box {
    const { x, y, zoom } = this.camera.value;
    const { width, height } = this.#size();
    return { left: x, top: y, right: x + width / zoom, bottom: y + height / zoom };
  }

  #showClass(now: number): void {
    if (!this.#room.offer.value.leads || now - this.#showedAt < VIEW_EVERY) return;
    const { left, top, right, bottom } = this.#seen();
    const [x, y] = [Math.round(left), Math.round(top)];
    const view = { x, y, width: Math.ceil(right - left), height: Math.ceil(bottom - top) };
    const next = { page: this.#page, ...view };
    if (JSON.stringify(next) === this.#showed) return;
    this.#showed = JSON.stringify(next);
    this.#showedAt = now;
    this.#room.show(next);
  }

  #showed = "";

  // -- what is there -----------------------------------------------------------------------

  #sync = (): void => {
    const { page } = this.#room;
    if (page.value !== this.#page || this.#isPaper() !== this.#wasPaper) {
      this.#page = page.value;
      this.#wasPaper = this.#isPaper();
      this.#known.clear();
      this.retheme();
    }
    const items = this.#room.shown;
    const gone = new Map(this.#known);
    let top: Item | undefined;
    for (const item of items) {
      const before = gone.get(item.id);
      gone.delete(item.id);
      if (before && before !== item && !isSame(before, item)) this.#stale(before, item);
      else if (!before && top && !isUnder(top, item)) this.#layer.add(item, this.#ground());
      else if (!before) this.#stale(item);
      this.#known.set(item.id, item);
      top = item;
    }
    for (const [id, item] of gone) {
      this.#known.delete(id);
      this.#stale(item);
    }
    this.#items = items;
    this.redraw();
  };

  #stale(...items: Item[]): void {
    for (const item of items) this.#layer.stale(boxOf(item));
  }

  #isPaper(): boolean {
    return this.#room.pages.get(this.#room.page.value)?.ground != null;
  }

  #ground(): { inks: Inks; names: boolean; isOpen: boolean } {
    return { inks: this.#inks, names: this.names, isOpen: this.#isPaper() };
  }

  #renew(): void {
    this.#before = null;
    this.#layer = new Layer(this.#layer.scale);
    this.redraw();
  }

  #resize(): void {
    const { width, height } = this.#size();
    const ratio = window.devicePixelRatio || 1;
    this.#canvas.width = Math.round(width * ratio);
    this.#canvas.height = Math.round(height * ratio);
    this.redraw();
  }

  // -- a frame -----------------------------------------------------------------------------

  #paint(): void {
    this.#frame = 0;
    const context = this.#canvas.getContext("2d");
    if (!context) return;
    const now = performance.now();
    const ratio = window.devicePixelRatio || 1;
    const { x, y, zoom } = this.camera.value;
    const scale = ratio * zoom;
    const isSettled = now - this.#zoomedAt > SETTLED;
    if (this.#layer.scale !== scale && isSettled) {
      if (this.#layer.isReady(this.#seen()) || !this.#before) this.#before = this.#layer;
      this.#layer = new Layer(scale);
    }
    const seen = this.#seen();
    const isMore =
      this.#layer.scale === scale && this.#layer.build(seen, this.#items, this.#ground());
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
    const isReady = this.#layer.isReady(seen);
    if (!isReady && this.#before) this.#before.show(context, seen);
    if (isReady || !this.#before || !this.#isPaper()) this.#layer.show(context, seen);
    if (isReady) this.#before = null;
    this.#over(context);
    this.#showClass(now);
    const isLive = this.#room.forgetOld();
    if (isMore || !isSettled || isLive || this.#room.offer.value.leads) this.#soon(isMore, isLive);
  }

  #timer: ReturnType<typeof setTimeout> | undefined;

  #soon(isMore: boolean, isLive: boolean): void {
    if (isMore || isLive || this.#layer.scale !== this.#scale()) this.redraw();
    else {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.redraw(), VIEW_EVERY);
    }
  }

  #scale(): number {
    return (window.devicePixelRatio || 1) * this.camera.value.zoom;
  }

  /** What lies over the page: what is being drawn, what is selected, who points where. */
  #over(context: CanvasRenderingContext2D): void {
    const { zoom } = this.camera.value;
    const now = Date.now();
    for (const live of this.#room.live.values()) {
      if (live.page !== this.#page) continue;
      if (live.tool === "laser")
        laser(context, live.drawn, this.#inks, zoom, 1 - (now - live.at) / LASER_LIVES);
      else if (live.tool !== "cursor") {
        drawPoints(context, { ...live, tool: live.tool, text: "" }, live.drawn, this.#inks);
      }
      if (this.names && live.name) cursor(context, live.drawn.at(-1), live, this.#inks, zoom);
    }
    const { hand, ink, width } = this.#room.held.value;
    const stroke = this.#stroke;
    if (stroke && hand === "laser") laser(context, stroke.points, this.#inks, zoom, 1);
    else if (stroke && isTool(hand)) {
      drawPoints(context, { tool: hand, ink, width, text: "" }, stroke.points, this.#inks);
    }
    context.lineWidth = 1.5 / zoom;
    context.strokeStyle = this.#inks.blue;
    const [dx, dy] = this.#drag?.by ?? [0, 0];
    for (const id of this.#room.selected.value) {
      const item = this.#known.get(id);
      if (item) frame(context, boxOf(item), dx, dy);
    }
    context.setLineDash([4 / zoom, 4 / zoom]);
    for (const item of this.#erasing.values()) frame(context, boxOf(item), 0, 0);
    context.setLineDash([]);
  }

  // -- pointers ----------------------------------------------------------------------------

  #place({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.#canvas.getBoundingClientRect();
    return [clientX - left, clientY - top];
  }

  #onPage([sx, sy]: Point): Point {
    const { x, y, zoom } = this.camera.value;
    return [x + sx / zoom, y + sy / zoom];
  }

  #down(event: PointerEvent): void {
    const at = this.#place(event);
    this.#canvas.setPointerCapture?.(event.pointerId);
    if (event.pointerType === "pen") this.#hasPen = true;
    if (event.pointerType === "touch") {
      this.#touches.set(event.pointerId, at);
      if (this.#touches.size === 2) {
        this.#stroke = null; // the first finger was not drawing: two of them pan
        this.#drag = null;
        this.#pinch = pinchOf([...this.#touches.values()]);
        return;
      }
    }
    if (event.button > 1 || this.#touches.size > 1) return;
    const { hand } = this.#room.held.value;
    const isPan =
      event.button === 1 || this.#spaceHeld || (event.pointerType === "touch" && this.#hasPen);
    const { draws } = this.#room.offer.value;
    if (isPan || !draws) {
      this.#pan = { x: at[0], y: at[1] };
      return;
    }
    const place = this.#onPage(at);
    if (hand === "select") this.#select(event, place);
    else if (hand === "text" || hand === "sticky") {
      event.preventDefault();
      const of = this.#topmost(place, ({ tool }) => tool === "text" || tool === "sticky");
      this.#room.writing.value =
        of?.mine && this.#room.mayChange(of)
          ? { tool: of.tool as "text" | "sticky", place, text: of.text, of }
          : { tool: hand, place, text: "" };
    } else {
      this.#stroke = { pointer: event.pointerId, id: uuid7(), points: [place], told: 0, toldAt: 0 };
      if (hand === "eraser") this.#touch(place);
    }
    this.redraw();
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
    this.#drag = { from: place, by: [0, 0] };
  }

  #topmost(place: Point, fits: (item: Item) => boolean): Item | undefined {
    return topmost(this.#items, place, REACH / this.camera.value.zoom, fits);
  }

  #move(event: PointerEvent): void {
    const at = this.#place(event);
    if (this.#touches.has(event.pointerId)) this.#touches.set(event.pointerId, at);
    if (this.#pinch && this.#touches.size >= 2) {
      this.#pinched();
      return;
    }
    if (this.#pan) {
      this.pan(this.#pan.x - at[0], this.#pan.y - at[1]);
      this.#pan = { x: at[0], y: at[1] };
      return;
    }
    const place = this.#onPage(at);
    if (this.#drag) {
      const { from } = this.#drag;
      this.#drag.by = [place[0] - from[0], place[1] - from[1]];
      this.redraw();
      return;
    }
    const stroke = this.#stroke;
    if (!stroke || stroke.pointer !== event.pointerId) return;
    const { hand } = this.#room.held.value;
    const events = event.getCoalescedEvents?.() ?? [];
    const places = (events.length > 0 ? events : [event]).map((one) =>
      this.#onPage(this.#place(one)),
    );
    if (hand === "eraser") {
      for (const one of places) this.#touch(one, stroke.points.at(-1));
      stroke.points.push(...places.slice(-1));
    } else if (hand === "pen" || hand === "marker" || hand === "laser")
      stroke.points.push(...places);
    else stroke.points = [stroke.points[0] as Point, place];
    this.#tell(stroke, false);
    this.redraw();
  }

  /** Two fingers: what is between them stays there. */
  #pinched(): void {
    const now = pinchOf([...this.#touches.values()]);
    const before = this.#pinch ?? now;
    this.#pinch = now;
    this.pan(before.middle[0] - now.middle[0], before.middle[1] - now.middle[1]);
    this.zoomAt((this.camera.value.zoom * now.length) / before.length, now.middle);
  }

  #up(event: PointerEvent): void {
    this.#touches.delete(event.pointerId);
    if (this.#touches.size < 2) this.#pinch = null;
    this.#pan = null;
    if (!this.#stroke || this.#stroke.pointer === event.pointerId) this.#finish();
    this.redraw();
  }

  /** The pointer went up, or was taken away: what is drawn so far is kept. */
  #finish(): void {
    const [stroke, drag, erasing] = [this.#stroke, this.#drag, [...this.#erasing.values()]];
    this.#stroke = this.#drag = null;
    this.#erasing.clear();
    const { hand } = this.#room.held.value;
    if (drag) {
      const ids = this.#room.selected.value;
      this.#room.move(
        this.#items.filter(({ id }) => ids.has(id)),
        ...drag.by,
      );
    }
    if (erasing.length > 0) this.#room.erase(erasing);
    if (!stroke || !isTool(hand)) return;
    const [first, second] = stroke.points;
    const isShape = hand !== "pen" && hand !== "marker";
    if (isShape && (!first || !second)) return;
    this.#tell(stroke, true);
    this.#room.draw(hand, stroke.points, { id: stroke.id, page: this.#page });
  }

  /** The eraser goes from a place to another: it takes what is one's own, staff's any. */
  #touch(to: Point, from: Point = to): void {
    const reach = REACH / this.camera.value.zoom;
    const way = boxAround([from, to], reach);
    const steps =
      Math.min(200, Math.ceil(Math.hypot(to[0] - from[0], to[1] - from[1]) / reach)) || 1;
    const along = Array.from({ length: steps }, (_, step): Point => {
      const part = (step + 1) / steps;
      return [from[0] + (to[0] - from[0]) * part, from[1] + (to[1] - from[1]) * part];
    });
    for (const item of this.#items) {
      if (this.#erasing.has(item.id) || !this.#room.mayChange(item)) continue;
      if (!overlap(boxOf(item), way)) continue;
      if (along.some((place) => isAt(item, place, reach))) this.#erasing.set(item.id, item);
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
      this.zoomAt(this.camera.value.zoom * factor, this.#place(event));
    } else this.pan(event.deltaX, event.deltaY);
  }
}

const isTool = (hand: string): hand is Tool => (TOOLS as readonly string[]).includes(hand);

/** Whether two versions of a thing look the same and lie as they did. */
const isSame = (a: Item, b: Item): boolean =>
  a.points === b.points &&
  a.x === b.x &&
  a.y === b.y &&
  a.text === b.text &&
  a.ink === b.ink &&
  a.width === b.width &&
  a.tool === b.tool;

const pinchOf = ([a = [0, 0], b = a]: Point[]): { middle: Point; length: number } => ({
  middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2],
  length: Math.max(1, Math.hypot(a[0] - b[0], a[1] - b[1])),
});
