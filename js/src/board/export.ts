// A page as a PNG, with the inks of white paper.

import type { BlobRef } from "../core/pictures";
import type { Item } from "./documents";
import { draw } from "./draw";
import { around, boxOf } from "./geometry";
import { paper } from "./inks";

const RIM = 24;
/** The largest side of the picture, in pixels. */
const MOST = 4096;

/**
 * A page as a PNG; `null` where it cannot be made: its ground is not here, or may not be read.
 *
 * `picture` is the ground as it is shown.
 */
export async function png(
  items: readonly Item[],
  ground: BlobRef | null = null,
  picture: HTMLImageElement | null = null,
): Promise<Blob | null> {
  if (ground && !picture) return null;
  const boxes = items.map(boxOf);
  if (ground) boxes.push({ left: 0, top: 0, right: ground.width, bottom: ground.height });
  const box = around(boxes) ?? { left: 0, top: 0, right: 400, bottom: 300 };
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
  if (ground && picture) context.drawImage(picture, 0, 0, ground.width, ground.height);
  for (const item of items) draw(context, item, paper, item.name);
  try {
    return await new Promise((done) => canvas.toBlob(done, "image/png"));
  } catch {
    return null; // a picture that the browser does not let be read
  }
}

/** Have the browser save a file. */
export function download(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
