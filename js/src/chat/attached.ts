// Pictures that go with a message: taken from what is pasted, dropped or chosen.

import type { BlobRef } from "../core/pictures";
import { bodyText } from "../core/rich_text";
import { uuid7 } from "../core/uuid";
import type { ChatMessage } from "./documents";
import type { Room } from "./room";

const MOST = 4;

/** A picture on its way: `blob` once the kernel has it, `error` if it cannot be sent. */
export interface Attachment {
  id: string;
  file: Blob;
  alt: string;
  blob?: BlobRef;
  error?: string;
}

/** Put files beside the next message; whether there were any that may be pictures. */
export function attach(room: Room, files: FileList | null | undefined): boolean {
  const found = [...(files ?? [])].filter(({ type }) => type.startsWith("image/"));
  if (!found[0] || !room.can("picture")) return false;
  const more = found.map((file) => ({ id: uuid7(), file, alt: "" }));
  room.attached.value = [...room.attached.value, ...more].slice(0, MOST);
  return true;
}

/** The pictures as the message names them; `null` while one is not ready. */
export function readyPictures(all: readonly Attachment[]): BlobRef[] | null {
  const ready = all.flatMap(({ blob, alt }) => (blob ? [{ ...blob, alt: alt.trim() }] : []));
  return ready.length === all.length ? ready : null;
}

/** What a message says; one without a text, what its pictures show. */
export const textOf = ({ body, pictures = [] }: ChatMessage): string =>
  [bodyText(body), ...pictures.map(({ alt }) => `🖼 ${alt ?? ""}`)].join(" ").trim();
