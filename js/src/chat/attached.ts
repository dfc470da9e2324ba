// Pictures that go with a message: taken from what is pasted, dropped or chosen.

import type { Connection } from "../core/connection";
import { asList, asText, isFields, isText } from "../core/messages";
import { keep } from "../core/persistent";
import { type BlobRef, blobRef } from "../core/pictures";
import { bodyText } from "../core/rich_text";
import type { Signal } from "../core/signal";
import { uuid7 } from "../core/uuid";
import type { ChatMessage } from "./documents";

/** A picture on its way: `blob` once the kernel has it, `error` if it cannot be sent. */
export interface Attachment {
  id: string;
  alt: string;
  /** What was pasted, dropped or chosen; not there any more in a page that was reloaded. */
  file?: Blob;
  blob?: BlobRef | undefined;
  error?: string;
}

/** The part of a room that takes pictures. */
interface Box {
  can(action: string): boolean;
  readonly attached: Signal<readonly Attachment[]>;
}

/** Put files beside the next message; whether there were any that may be pictures. */
export function attach(box: Box, files: FileList | null | undefined): boolean {
  const found = [...(files ?? [])].filter(({ type }) => type.startsWith("image/"));
  if (!found[0] || !box.can("picture")) return false;
  const more = found.map((file) => ({ id: uuid7(), file, alt: "" }));
  // More than a message takes are left out by pictures/, which says so.
  box.attached.value = [...box.attached.value, ...more];
  return true;
}

/** Those that go with the next message: kept as its text is, by what the kernel calls them. */
export const keepAttached = (connection: Connection): Signal<readonly Attachment[]> =>
  keep<readonly Attachment[]>("pictures", connection, readAttached, {
    merge: (stored, now) => [...stored, ...now],
    write: (all) => all[0] && all.map(({ id, alt, blob }) => ({ id, alt, blob })),
  });

const readAttached = (stored: unknown): Attachment[] =>
  asList(stored).flatMap((one) =>
    isFields(one) && isText(one.id)
      ? [{ id: one.id as string, alt: asText(one.alt), blob: blobRef(one.blob) ?? undefined }]
      : [],
  );

/** The pictures as the message names them; `null` while one is not ready. */
export function readyPictures(all: readonly Attachment[]): BlobRef[] | null {
  const ready = all.flatMap(({ blob, alt }) => (blob ? [{ ...blob, alt: alt.trim() }] : []));
  return ready.length === all.length ? ready : null;
}

/** What a message says; one without a text, what its pictures show. */
export const textOf = ({ body, pictures = [] }: ChatMessage): string =>
  [bodyText(body), ...pictures.map(({ alt }) => `🖼 ${alt ?? ""}`)].join(" ").trim();
