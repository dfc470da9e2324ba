// Where one looks: the part of the page that is in sight, and how large it is.

import { Signal } from "../core/signal";
import type { Box } from "./geometry";
import type { Point } from "./points";

/** What is seen of a page. */
export interface Camera {
  /** The place of the page at the upper left corner. */
  x: number;
  y: number;
  zoom: number;
}

/** The smallest and the largest zoom. */
export const ZOOMS = { least: 0.1, most: 8 };

/** The part of a page that a canvas shows. */
export class Viewport {
  readonly camera = new Signal<Camera>({ x: -20, y: -20, zoom: 1 });
  /** When the zoom changed last, by `performance.now()`. */
  zoomedAt = 0;
  #canvas: HTMLCanvasElement;
  #moved: () => void;
  #looked: () => void;

  /** `moved` is called with each change, `looked` when it is one's own. */
  constructor(canvas: HTMLCanvasElement, moved: () => void, looked: () => void) {
    this.#canvas = canvas;
    this.#moved = moved;
    this.#looked = looked;
  }

  get size(): { width: number; height: number } {
    const { clientWidth, clientHeight } = this.#canvas;
    return { width: clientWidth || 1, height: clientHeight || 1 };
  }

  /** The area of the page that is seen. */
  get seen(): Box {
    const { x, y, zoom } = this.camera.value;
    const { width, height } = this.size;
    return { left: x, top: y, right: x + width / zoom, bottom: y + height / zoom };
  }

  get center(): Point {
    const { left, top, right, bottom } = this.seen;
    return [(left + right) / 2, (top + bottom) / 2];
  }

  /** Device pixels a pixel of the page. */
  get scale(): number {
    return (window.devicePixelRatio || 1) * this.camera.value.zoom;
  }

  /** Where a place of the page is on the canvas. */
  toScreen([x, y]: Point): Point {
    const camera = this.camera.value;
    return [(x - camera.x) * camera.zoom, (y - camera.y) * camera.zoom];
  }

  /** Where a place of the canvas is on the page. */
  onPage([sx, sy]: Point): Point {
    const { x, y, zoom } = this.camera.value;
    return [x + sx / zoom, y + sy / zoom];
  }

  /** Zoom so that the place of the page at a place of the canvas stays. */
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
    const { width, height } = this.size;
    this.zoomAt(this.camera.value.zoom * factor, [width / 2, height / 2]);
  }

  pan(dx: number, dy: number): void {
    const { x, y, zoom } = this.camera.value;
    this.#look({ x: x + dx / zoom, y: y + dy / zoom, zoom });
  }

  /** Show a box, if it is out of sight. */
  reveal(box: Box): void {
    const { left, top, right, bottom } = this.seen;
    const isSeen = box.left >= left && box.right <= right;
    if (isSeen && box.top >= top && box.bottom <= bottom) return;
    const { zoom } = this.camera.value;
    const { width, height } = this.size;
    this.#look({ x: box.left - width / zoom / 3, y: box.top - height / zoom / 3, zoom });
  }

  /** Show all of a box as large as it fits, at most at a zoom, with a rim in pixels of the canvas. */
  show({ left, top, right, bottom }: Box, most = ZOOMS.most, rim = 0): void {
    const { width, height } = this.size;
    const fitting = Math.min(
      (width - 2 * rim) / (right - left || 1),
      (height - 2 * rim) / (bottom - top || 1),
    );
    const zoom = Math.min(ZOOMS.most, most, Math.max(ZOOMS.least, fitting));
    const [x, y] = [(left + right) / 2, (top + bottom) / 2];
    this.#set({ x: x - width / zoom / 2, y: y - height / zoom / 2, zoom });
  }

  #look(camera: Camera): void {
    this.#looked();
    this.#set(camera);
  }

  #set(camera: Camera): void {
    if (camera.zoom !== this.camera.value.zoom) this.zoomedAt = performance.now();
    this.camera.value = camera;
    this.#moved();
  }
}
