// Where things on the board are, in pixels of the page.

import type { Drawn, Item } from "./documents";
import { decode, type Point, QUARTERS } from "./points";

/** A box on the page, in its pixels. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The widths of the pen, in pixels, from thin to thick. */
export const WIDTHS = [2, 4, 7];
/** How many times as wide as the pen the marker is. */
const MARKER = 5;
/** The size of a text, in pixels. */
export const FONT = 18;
/** The height of a line of text, in pixels. */
export const LINE = 24;
/** The size of a note, in pixels. */
export const NOTE = { width: 168, height: 120 };

/** The width of a thing's line, in pixels. */
export const widthOf = ({ width, tool }: Pick<Drawn, "width" | "tool">): number =>
  (WIDTHS[Math.min(Math.max(Math.round(width), 1), 3) - 1] as number) *
  (tool === "marker" ? MARKER : 1);

/** The points of a thing on its page, in pixels. */
export const pointsOf = ({ x, y, points }: Pick<Drawn, "x" | "y" | "points">): Point[] =>
  decode(points).map(([dx, dy]) => [(x + dx) / QUARTERS, (y + dy) / QUARTERS]);

/** The box around points, with a rim. */
export function boxAround(points: readonly Point[], rim = 0): Box {
  const box = { left: 0, top: 0, right: 0, bottom: 0 };
  points.forEach(([x, y], index) => {
    box.left = index ? Math.min(box.left, x) : x;
    box.top = index ? Math.min(box.top, y) : y;
    box.right = index ? Math.max(box.right, x) : x;
    box.bottom = index ? Math.max(box.bottom, y) : y;
  });
  return {
    left: box.left - rim,
    top: box.top - rim,
    right: box.right + rim,
    bottom: box.bottom + rim,
  };
}

const boxes = new WeakMap<Drawn, Box>();

/** The box of a thing, with the width of its line. */
export function boxOf(item: Drawn): Box {
  const known = boxes.get(item);
  if (known) return known;
  const box = boxAround(pointsOf(item), item.tool === "arrow" ? 16 : widthOf(item));
  if (item.tool === "sticky") {
    box.right += NOTE.width;
    box.bottom += NOTE.height;
  } else if (item.tool === "text") {
    const lines = item.text.split("\n");
    box.right += Math.max(...lines.map((line) => line.length)) * FONT * 0.7;
    box.bottom += lines.length * LINE;
  }
  boxes.set(item, box);
  return box;
}

/** Whether two boxes have a place in common. */
export const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

/** The box around boxes; `null` for none. */
export const around = (boxes: readonly Box[]): Box | null =>
  boxes.length === 0
    ? null
    : boxes.reduce((a, b) => ({
        left: Math.min(a.left, b.left),
        top: Math.min(a.top, b.top),
        right: Math.max(a.right, b.right),
        bottom: Math.max(a.bottom, b.bottom),
      }));

/** The distance of a place from the way between two points. */
function distance([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = dx || dy ? ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy) : 0;
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

/** Whether a thing is at a place, or nearer to it than `reach`. */
export function isAt(item: Drawn, place: Point, reach: number): boolean {
  const [x, y] = place;
  const box = boxOf(item);
  if (x < box.left - reach || x > box.right + reach) return false;
  if (y < box.top - reach || y > box.bottom + reach) return false;
  if (item.tool === "text" || item.tool === "sticky") return true;
  const [first, last] = [pointsOf(item)[0], pointsOf(item).at(-1)];
  let points = pointsOf(item);
  if (item.tool === "rectangle" && first && last) {
    points = [first, [last[0], first[1]], last, [first[0], last[1]], first];
  }
  if (item.tool === "ellipse") {
    const [rx, ry] = [(box.right - box.left) / 2 || 1, (box.bottom - box.top) / 2 || 1];
    const off = Math.hypot((x - box.left) / rx - 1, (y - box.top) / ry - 1);
    return Math.abs(off - 1) * Math.min(rx, ry) <= reach + widthOf(item);
  }
  const near = reach + widthOf(item) / 2;
  return points.some((point, index) => distance(place, points[index - 1] ?? point, point) <= near);
}

/** What lies uppermost at a place. */
export const topmost = (
  items: readonly Item[],
  place: Point,
  reach: number,
  fits: (item: Item) => boolean,
): Item | undefined => items.findLast((item) => fits(item) && isAt(item, place, reach));
