// A page as a PNG, with the inks of white paper.

import type { Item } from "./documents";
import { draw } from "./draw";
import { around, boxOf } from "./geometry";
import { paper } from "./inks";

const RIM = 24;
/** The largest side of the picture, in pixels. */
const MOST = 4096;

export async function png(items: readonly Item[]): Promise<Blob | null> {
  const box = around(items.map(boxOf)) ?? { left: 0, top: 0, right: 400, bottom: 300 };
  const [width, height] = [box.right - box.left + 2 * RIM, box.bottom - box.top + 2 * RIM];
  const scale = Math.min(2, MOST / width, MOST / height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.fillStyle = paper.ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.setTransform(scale, 0, 0, scale, (RIM - box.left) * scale, (RIM - box.top) * scale);
  for (const item of items) draw(context, item, paper, item.name);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
