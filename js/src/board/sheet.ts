// The sheet that one draws on: a canvas with what is on the page, kept as it is in the collection.

import { endAll } from "../core/events";
import { type Item, isUnder, type View } from "./documents";
import { drawPoints } from "./draw";
import { around, boxOf } from "./geometry";
import { type Inks, inksOf, paper } from "./inks";
import { Layer } from "./layer";
import { LASER_LIVES } from "./live";
import { cursor, frame, laser } from "./overlay";
import { isTool, Pointers } from "./pointers";
import type { Room } from "./room";
import { Viewport } from "./viewport";

/** Between two views that the class is shown, in ms. */
const VIEW_EVERY = 250;
/** After the last step of a zoom the page is drawn anew, in ms. */
const SETTLED = 150;

/** A page on its canvas, for one view. */
export class Sheet {
  readonly viewport: Viewport;
  /** Whether notes and strokes of others have names. */
  names = true;
  #room: Room;
  #canvas: HTMLCanvasElement;
  #pointers: Pointers;
  #layer = new Layer(1);
  #before: Layer | null = null;
  #inks: Inks = paper;
  #known = new Map<string, Item>();
  /** What is drawn: the page, and what is on it. */
  #page: { id: string; items: Item[] } = { id: "", items: [] };
  /** Whether a picture lies under the page that is drawn. */
  #wasPaper = false;
  #frame = 0;
  #showedAt = 0;
  #showed = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #end: () => void;

  constructor(room: Room, canvas: HTMLCanvasElement) {
    this.#room = room;
    this.#canvas = canvas;
    const again = (): void => this.redraw();
    this.viewport = new Viewport(canvas, again, () => this.#letGo());
    this.#pointers = new Pointers(room, canvas, this.viewport, this.#page, again);
    const resized = new ResizeObserver(() => this.#resize());
    resized.observe(canvas);
    const subscribed = [room.items.version, room.page, room.pages.version].map((signal) =>
      signal.subscribe(this.#sync),
    );
    const watched = [room.selected, room.live.changes, room.held].map((signal) =>
      signal.subscribe(again),
    );
    const host = (canvas.getRootNode() as ShadowRoot).host;
    const themed = new MutationObserver(() => this.retheme());
    if (host) themed.observe(host, { attributes: true, attributeFilter: ["style", "data-scheme"] });
    this.#end = endAll([
      ...subscribed,
      ...watched,
      () => resized.disconnect(),
      () => themed.disconnect(),
      this.#pointers.end,
    ]);
    this.retheme();
    this.#sync();
  }

  /** The view closes: what was being drawn is kept. */
  dispose(): void {
    this.#pointers.finish();
    this.#end();
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
  }

  get isDrawn(): boolean {
    return this.#layer.isReady(this.viewport.seen);
  }

  /** The picture under the page, once it is here. */
  get picture(): HTMLImageElement | null {
    const image = this.#canvas.parentElement?.querySelector<HTMLImageElement>(".ground img");
    return image?.complete && image.naturalWidth > 0 ? image : null;
  }

  /** Draw it once more, with the next frame. */
  redraw(): void {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#paint());
  }

  /** The theme has changed, or what lies under the page. */
  retheme(): void {
    this.#inks = this.#isPaper() ? paper : inksOf(this.#canvas);
    this.#renew();
  }

  /** The space bar goes down or up. */
  space(isDown: boolean): void {
    this.#pointers.spaceHeld = isDown;
  }

  // -- what is seen ------------------------------------------------------------------------

  /** Show all that is on the page. */
  fit(): void {
    const ground = this.#room.pages.get(this.#page.id)?.ground;
    const sides = ground && { right: Number(ground.width), bottom: Number(ground.height) };
    const boxes = this.#page.items.map(boxOf);
    if (sides) boxes.push({ left: 0, top: 0, ...sides });
    const whole = around(boxes) ?? { left: 0, top: 0, right: 800, bottom: 480 };
    this.viewport.show(whole, 1, 24);
    this.#letGo();
  }

  /** Show a thing, if it is out of sight. */
  reveal(item: Item): void {
    this.viewport.reveal(boxOf(item));
  }

  /** Show the view of who leads. */
  follow({ x, y, width, height }: View): void {
    this.viewport.show({ left: x, top: y, right: x + width, bottom: y + height });
  }

  /** One looks elsewhere by oneself: nothing pulls back, and the class comes along. */
  #letGo(): void {
    const { leader, leads } = this.#room.offer.value;
    if (leader && !leads) this.#room.following.value = false;
  }

  #showClass(now: number): void {
    if (!this.#room.offer.value.leads || now - this.#showedAt < VIEW_EVERY) return;
    const { left, top, right, bottom } = this.viewport.seen;
    const [x, y] = [Math.round(left), Math.round(top)];
    const view = { x, y, width: Math.ceil(right - left), height: Math.ceil(bottom - top) };
    const next = { page: this.#page.id, ...view };
    if (JSON.stringify(next) === this.#showed) return;
    this.#showed = JSON.stringify(next);
    this.#showedAt = now;
    this.#room.show(next);
  }

  // -- what is there -----------------------------------------------------------------------

  #sync = (): void => {
    const { page } = this.#room;
    if (page.value !== this.#page.id || this.#isPaper() !== this.#wasPaper) {
      this.#page.id = page.value;
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
    this.#page.items = items;
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
    const { width, height } = this.viewport.size;
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
    const { x, y, zoom } = this.viewport.camera.value;
    const scale = ratio * zoom;
    const isSettled = now - this.viewport.zoomedAt > SETTLED;
    if (this.#layer.scale !== scale && isSettled) {
      if (this.#layer.isReady(this.viewport.seen) || !this.#before) this.#before = this.#layer;
      this.#layer = new Layer(scale);
    }
    const seen = this.viewport.seen;
    const isMore =
      this.#layer.scale === scale && this.#layer.build(seen, this.#page.items, this.#ground());
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
    const isReady = this.#layer.isReady(seen);
    if (!isReady && this.#before) this.#before.show(context, seen);
    if (isReady || !this.#before || !this.#isPaper()) this.#layer.show(context, seen);
    if (isReady) this.#before = null;
    this.#over(context);
    this.#showClass(now);
    const isLive = this.#room.live.forgetOld();
    if (isMore || !isSettled || isLive || this.#room.offer.value.leads) this.#soon(isMore, isLive);
  }

  #soon(isMore: boolean, isLive: boolean): void {
    if (isMore || isLive || this.#layer.scale !== this.viewport.scale) this.redraw();
    else {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.redraw(), VIEW_EVERY);
    }
  }

  /** What lies over the page: what is being drawn, what is selected, who points where. */
  #over(context: CanvasRenderingContext2D): void {
    const { zoom } = this.viewport.camera.value;
    const now = Date.now();
    for (const live of this.#room.live.all) {
      if (live.page !== this.#page.id) continue;
      if (live.tool === "laser")
        laser(context, live.drawn, this.#inks, zoom, 1 - (now - live.at) / LASER_LIVES);
      else if (live.tool !== "cursor") {
        drawPoints(context, { ...live, tool: live.tool, text: "" }, live.drawn, this.#inks);
      }
      if (this.names && live.name) cursor(context, live.drawn.at(-1), live, this.#inks, zoom);
    }
    const { hand, ink, width } = this.#room.held.value;
    const { stroke } = this.#pointers;
    if (stroke && hand === "laser") laser(context, stroke.points, this.#inks, zoom, 1);
    else if (stroke && isTool(hand)) {
      drawPoints(context, { tool: hand, ink, width, text: "" }, stroke.points, this.#inks);
    }
    context.lineWidth = 1.5 / zoom;
    context.strokeStyle = this.#inks.blue;
    const [dx, dy] = this.#pointers.drag?.by ?? [0, 0];
    for (const id of this.#room.selected.value) {
      const item = this.#known.get(id);
      if (item) frame(context, boxOf(item), dx, dy);
    }
    context.setLineDash([4 / zoom, 4 / zoom]);
    for (const item of this.#pointers.erasing.values()) frame(context, boxOf(item), 0, 0);
    context.setLineDash([]);
  }
}

/** Whether two versions of a thing look the same and lie as they did. */
const isSame = (a: Item, b: Item): boolean =>
  a.points === b.points &&
  a.x === b.x &&
  a.y === b.y &&
  a.text === b.text &&
  a.ink === b.ink &&
  a.width === b.width &&
  a.tool === b.tool;
