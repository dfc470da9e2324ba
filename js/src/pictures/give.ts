// Pictures that somebody pastes, drops or chooses: made small enough, and given to the kernel.

import type { Connection } from "../core/connection";
import { endAll } from "../core/events";
import { asText, isFields } from "../core/messages";
import { type BlobRef, blobRef } from "../core/pictures";
import { uuid7 } from "../core/uuid";
import type { Words } from "./words";

const MOST = 1024 * 1024;
const MOST_SIDE = 8192;
/** Sides in px, and qualities, that are tried one after the other. */
const STEPS: readonly [number, number][] = [
  [2400, 0.9],
  [2000, 0.85],
  [1600, 0.8],
  [1200, 0.75],
  [800, 0.7],
];

/** A picture of at most 1 MiB. Throws a sentence. */
export async function shrink(file: Blob, words: Words): Promise<Blob> {
  const head = new Uint8Array(await file.slice(0, 64).arrayBuffer());
  const text = String.fromCharCode(...head);
  const moves = /^GIF8/.test(text) || /ANIM|acTL/.test(text) || /^(\xEF\xBB\xBF)?\s*</.test(text);
  if (moves && file.size > MOST) throw words.tooLarge;
  if (moves) return file;
  let image: ImageBitmap;
  try {
    image = await createImageBitmap(file);
  } catch {
    throw /^(\x89PNG|\xFF\xD8\xFF|RIFF)/.test(text) ? words.unread : words.noPicture;
  }
  const known = /^(\x89PNG|\xFF\xD8\xFF|RIFF....WEBP)/s.test(text);
  const fits = Math.max(image.width, image.height) <= MOST_SIDE;
  if (file.size <= MOST && known && fits) return file;
  for (const [side, quality] of STEPS) {
    const scale = Math.min(1, side / Math.max(image.width, image.height));
    const width = Math.max(1, Math.round(image.width * scale));
    const height = Math.max(1, Math.round(image.height * scale));
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext("2d")?.drawImage(image, 0, 0, width, height);
    // Lines and text stay sharp as PNG where there is room for it.
    for (const type of /^\x89PNG/.test(text) ? ["image/png", "image/webp"] : ["image/jpeg"]) {
      const made = await canvas.convertToBlob({ type, quality });
      if (made.size <= MOST) return made;
    }
  }
  throw words.unread;
}

/**
 * Give a picture to the kernel; resolves to how a message names it, and to nothing where the widget
 * ends before. A kernel that is busy takes it later, one that was gone gets it once more. Throws a
 * sentence.
 */
export async function give(connection: Connection, file: Blob): Promise<BlobRef | undefined> {
  const data = await file.arrayBuffer();
  const id = uuid7();
  const { model, page, kernel } = connection;
  return new Promise((done, fail) => {
    const take = (content: unknown): void => {
      if (!isFields(content) || content.op !== "put" || content.id !== id) return;
      const ref = blobRef(content.ref);
      end();
      if (ref) done(ref);
      else fail(asText(content.message));
    };
    let lacks = true;
    const look = (): void => {
      if (kernel.value === "gone") lacks = true;
      else if (lacks) {
        lacks = false;
        connection.send({ op: "put", page, id }, [data]);
      }
    };
    const end = endAll([() => model.off("msg:custom", take), kernel.subscribe(look)]);
    connection.atEnd(() => {
      end();
      done(undefined);
    });
    model.on("msg:custom", take);
    look();
  });
}
