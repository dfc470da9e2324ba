// What lies over the page and is never part of it: lasers, cursors, frames around things.

import type { Part } from "./documents";
import type { Box } from "./geometry";
import type { Inks } from "./inks";
import type { Point } from "./points";

type Canvas = CanvasRenderingContext2D;

/** The points of a laser that are seen. */
const TAIL = 24;

/** A laser that fades: `alpha` from 1 to 0. */
export function laser(
  canvas: Canvas,
  points: readonly Point[],
  inks: Inks,
  zoom: number,
  alpha: number,
): void {
  const last = points.at(-1);
  if (!last || alpha <= 0) return;
  canvas.save();
  canvas.globalAlpha = alpha * 0.35;
  canvas.strokeStyle = canvas.fillStyle = inks.blue;
  canvas.lineWidth = 8 / zoom;
  canvas.lineCap = canvas.lineJoin = "round";
  canvas.beginPath();
  for (const [x, y] of points.slice(-TAIL)) canvas.lineTo(x, y);
  canvas.stroke();
  canvas.globalAlpha = alpha;
  canvas.beginPath();
  canvas.arc(last[0], last[1], 6 / zoom, 0, 2 * Math.PI);
  canvas.fill();
  canvas.restore();
}

/** The name of somebody beside where they draw or point: staff's in blue, others' in grey. */
export function cursor(
  canvas: Canvas,
  at: Point | undefined,
  { name, staff }: Pick<Part, "name" | "staff">,
  inks: Inks,
  zoom: number,
): void {
  if (!at) return;
  canvas.save();
  canvas.translate(...at);
  canvas.scale(1 / zoom, 1 / zoom);
  canvas.font = `600 11px ${inks.font}`;
  const width = Math.min(140, canvas.measureText(name).width) + 14;
  canvas.fillStyle = staff ? inks.blue : "#595959";
  canvas.beginPath();
  canvas.roundRect(10, 8, width, 18, 9);
  canvas.fill();
  canvas.fillStyle = staff ? inks.ground : "#fff";
  canvas.textBaseline = "middle";
  canvas.fillText(name, 17, 17.5, 140);
  canvas.restore();
}

/** A frame around a thing that is moved by so much. */
export function frame(canvas: Canvas, box: Box, dx: number, dy: number): void {
  canvas.strokeRect(box.left + dx, box.top + dy, box.right - box.left, box.bottom - box.top);
}
