// A page as it is drawn so far: tiles of 512 px at one zoom, rebuilt a few ms a frame.

import type { Item } from "./documents";
import { draw } from "./draw";
import { type Box, boxOf, overlap } from "./geometry";
import type { Inks } from "./inks";

/** The side of a tile, in device pixels. */
export const TILE = 512;
/** The time that building takes of a frame, in ms. */
const BUDGET = 8;
/** Tiles that are kept; those out of sight go first. */
const MOST = 64;

interface Tile {
  canvas: HTMLCanvasElement;
  /** The area of the page that it shows. */
  box: Box;
  isReady: boolean;
  /** The things that are still to be drawn on its next version, and that version. */
  next: { canvas: HTMLCanvasElement; items: readonly Item[]; at: number } | null;
  isStale: boolean;
}

/** What a page is drawn with and on. */
export interface Ground {
  inks: Inks;
  /** Whether notes have their authors. */
  names: boolean;
  /** Whether a picture lies under the page, which is to be seen through it. */
  isOpen: boolean;
}

/** The tiles of a page at one zoom. */
export class Layer {
  /** Device pixels a pixel of the page. */
  readonly scale: number;
  #tiles = new Map<string, Tile>();

  constructor(scale: number) {
    this.scale = scale;
  }

  get size(): number {
    return this.#tiles.size;
  }

  /** What is in a box has changed. */
  stale(box: Box): void {
    for (const tile of this.#tiles.values()) {
      if (overlap(tile.box, box)) tile.isStale = true;
    }
  }

  /** A thing that lies above all others came: it is drawn on what is there. */
  add(item: Item, ground: Ground): void {
    const box = boxOf(item);
    for (const tile of this.#tiles.values()) {
      if (!overlap(tile.box, box)) continue;
      if (tile.next) tile.isStale = true;
      else if (tile.isReady) this.#draw(tile.canvas, tile.box, item, ground);
    }
  }

  /** Whether all that is seen of `box` is drawn as it is. */
  isReady(box: Box): boolean {
    return this.#within(box).every((key) => {
      const tile = this.#tiles.get(key);
      return tile?.isReady && !tile.isStale && !tile.next;
    });
  }

  /** Build what is missing in `box`; returns whether there is more to do. */
  build(box: Box, items: readonly Item[], ground: Ground, now = performance.now): boolean {
    const until = performance.now() + BUDGET;
    const keys = this.#within(box);
    for (const key of keys) {
      const tile = this.#tiles.get(key) ?? this.#make(key);
      if (tile.isStale || (!tile.isReady && !tile.next)) this.#begin(tile, items, ground);
      while (tile.next) {
        const { next } = tile;
        const item = next.items[next.at++];
        if (item) this.#draw(next.canvas, tile.box, item, ground);
        else {
          tile.canvas = next.canvas;
          tile.isReady = true;
          tile.next = null;
        }
        if (now.call(performance) > until) return true;
      }
    }
    this.#forget(new Set(keys));
    return false;
  }

  /** Draw what there is of `box` on a canvas whose unit is a pixel of the page. */
  show(canvas: CanvasRenderingContext2D, box: Box): void {
    const side = TILE / this.scale;
    for (const { canvas: drawn, box: at, isReady } of this.#tiles.values()) {
      if (isReady && overlap(at, box)) canvas.drawImage(drawn, at.left, at.top, side, side);
    }
  }

  #within(box: Box): string[] {
    const side = TILE / this.scale;
    const keys: string[] = [];
    for (let y = Math.floor(box.top / side); y * side < box.bottom; y++) {
      for (let x = Math.floor(box.left / side); x * side < box.right; x++) keys.push(`${x} ${y}`);
    }
    return keys;
  }

  #make(key: string): Tile {
    const side = TILE / this.scale;
    const [x, y] = key.split(" ").map(Number) as [number, number];
    const box = { left: x * side, top: y * side, right: (x + 1) * side, bottom: (y + 1) * side };
    const tile = { canvas: blank(), box, isReady: false, next: null, isStale: false };
    this.#tiles.set(key, tile);
    return tile;
  }

  #begin(tile: Tile, items: readonly Item[], ground: Ground): void {
    const canvas = blank();
    const inside = items.filter((item) => overlap(boxOf(item), tile.box));
    tile.next = { canvas, items: inside, at: 0 };
    tile.isStale = false;
    const context = this.#context(canvas, tile.box);
    if (!context) return;
    const { left, top, right, bottom } = tile.box;
    if (ground.isOpen) return;
    context.fillStyle = ground.inks.ground;
    context.fillRect(left, top, right - left, bottom - top);
    dots(context, tile.box, ground.inks.dots, this.scale);
  }

  #draw(canvas: HTMLCanvasElement, box: Box, item: Item, { inks, names }: Ground): void {
    const context = this.#context(canvas, box);
    if (context) draw(context, item, inks, names ? item.name : "");
  }

  #context(canvas: HTMLCanvasElement, { left, top }: Box): CanvasRenderingContext2D | null {
    const context = canvas.getContext("2d");
    const { scale } = this;
    context?.setTransform(scale, 0, 0, scale, -left * scale, -top * scale);
    return context;
  }

  #forget(seen: ReadonlySet<string>): void {
    for (const key of [...this.#tiles.keys()]) {
      if (this.#tiles.size <= MOST) return;
      if (!seen.has(key)) this.#tiles.delete(key);
    }
  }
}

function blank(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = TILE;
  return canvas;
}

const EVERY = 20;

/** Dots every 20 px, unless they would stand too close. */
function dots(context: CanvasRenderingContext2D, box: Box, color: string, scale: number): void {
  if (scale < 0.4) return;
  context.fillStyle = color;
  for (let y = Math.floor(box.top / EVERY) * EVERY; y < box.bottom; y += EVERY) {
    for (let x = Math.floor(box.left / EVERY) * EVERY; x < box.right; x += EVERY) {
      context.fillRect(x - 0.75, y - 0.75, 1.5, 1.5);
    }
  }
}
