// The pictures that this page has or lacks, once a page: those in sight are asked for first, a few
// at a time, and again where one does not come.

import type { Connection } from "../core/connection";
import { on } from "../core/events";
import { asNumber, asText, isFields } from "../core/messages";
import type { BlobRef } from "../core/pictures";
import { Signal } from "../core/signal";

/** Milliseconds after which a picture that has not come is asked for again; then twice as long. */
const AGAIN = 2_000;
const LONGEST = 30_000;
/** Times that one is asked for before somebody has to press *Try again*: over two minutes. */
const MOST_TIMES = 8;
const AT_ONCE = 6;
/** Bytes of pictures that are kept out of sight, and what one takes at least. */
const MOST_BYTES = 64_000_000;
const LEAST = 20_000;

const SVG = "image/svg+xml";
const TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp", SVG];

export interface Shown {
  /** Where it is; empty: it is not here, or nobody looks at it. */
  url: string;
  /** Why it is not here, empty where nobody said; `null`: it may come. */
  failed: string | null;
}

const nothing: Shown = { url: "", failed: null };

class Held {
  readonly ref: BlobRef;
  readonly state = new Signal<Shown>(nothing);
  blob: Blob | null = null;
  looked = 0;
  /** When it was asked for, and how often since it was last begun anew. */
  askedAt = 0;
  times = 0;

  constructor(ref: BlobRef) {
    this.ref = ref;
  }

  show(): void {
    const { blob } = this;
    if (!blob || this.looked === 0 || this.state.value.url) return;
    // Opened in a tab of its own, an SVG from `blob:` would run its scripts as this page.
    if (blob.type === SVG) this.showData(blob);
    else this.state.value = { url: URL.createObjectURL(blob), failed: null };
  }

  /** The same by `data:`. */
  showData(blob: Blob): void {
    const reader = new FileReader();
    reader.onload = () => {
      this.hide();
      if (this.looked > 0) this.state.value = { url: String(reader.result), failed: null };
    };
    reader.readAsDataURL(blob);
  }

  /** It is asked for as if it never had been. */
  anew(): void {
    this.askedAt = 0;
    this.times = 0;
  }

  hide(): void {
    const { url } = this.state.value;
    if (url.startsWith("blob:")) URL.revokeObjectURL(url);
    if (url) this.state.value = nothing;
  }
}

/** By whose it is, channel and hash. */
const held = new Map<string, Held>();

const keyOf = (connection: Connection, { channel = "", hash }: BlobRef): string =>
  `${connection.scope.value} ${channel} ${hash}`;

export function pictureOf(connection: Connection, ref: BlobRef): Held {
  const key = keyOf(connection, ref);
  const found = held.get(key) ?? new Held(ref);
  held.delete(key);
  held.set(key, found); // the last is the newest
  return found;
}

/** Somebody looks at a picture, until what is returned is called. */
export function lookAt(connection: Connection, picture: Held): () => void {
  picture.looked++;
  picture.show();
  askFor(connection, picture);
  return () => {
    picture.looked--;
    if (picture.looked > 0) return;
    picture.hide();
    wanted(connection).delete(picture);
    forgetOldest();
  };
}

/** Have one that failed after all. */
export function tryAgain(connection: Connection, picture: Held): void {
  picture.state.value = nothing;
  picture.anew();
  askFor(connection, picture);
}

/** A picture does not show: the page may forbid `blob:`, else the picture is broken. */
export function onBroken(picture: Held): void {
  const { blob } = picture;
  if (blob && picture.state.value.url.startsWith("blob:")) picture.showData(blob);
  else picture.state.value = { url: "", failed: "" };
}

function forgetOldest(): void {
  let bytes = 0;
  for (const [key, picture] of [...held].reverse()) {
    bytes += LEAST + (picture.blob?.size ?? 0);
    if (bytes > MOST_BYTES && picture.looked === 0) held.delete(key);
  }
}

// -- asking the kernel -----------------------------------------------------------------

interface Asking {
  wanted: Set<Held>;
  /** Whether the service could answer when it was last looked at. */
  live: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Whether the kernel can fetch what it has not. */
const isLive = ({ lesson, kernel }: Connection): boolean =>
  lesson.value.state === "live" && kernel.value !== "gone";

const asking = new WeakMap<Connection, Asking>();

function of(connection: Connection): Asking {
  const known = asking.get(connection);
  if (known) return known;
  const made: Asking = { wanted: new Set(), live: isLive(connection), timer: undefined };
  asking.set(connection, made);
  const take = (content: unknown, buffers: unknown): void => {
    if (isFields(content) && content.op === "blob") come(connection, content, buffers);
  };
  const look = (): void => {
    const live = isLive(connection);
    if (live && !made.live) for (const picture of made.wanted) picture.anew();
    made.live = live;
    soon(connection, 0);
  };
  connection.model.on("msg:custom", take);
  for (const signal of [connection.lesson, connection.kernel]) {
    connection.atEnd(signal.subscribe(look));
  }
  connection.atEnd(on(document, "visibilitychange", () => soon(connection, 0)));
  connection.atEnd(() => {
    connection.model.off("msg:custom", take);
    clearTimeout(made.timer);
    made.wanted.clear();
  });
  return made;
}

const wanted = (connection: Connection): Set<Held> => of(connection).wanted;

function askFor(connection: Connection, picture: Held): void {
  if (picture.blob || picture.state.value.failed !== null) return;
  wanted(connection).add(picture);
  soon(connection, 0);
}

function soon(connection: Connection, delay: number): void {
  const mine = of(connection);
  clearTimeout(mine.timer);
  mine.timer = setTimeout(() => ask(connection), delay);
}

/**
 * Ask for those that are due. Nothing is asked for while nobody sees the page; and without a service
 * each once, for the kernel may have it.
 */
function ask(connection: Connection): void {
  if (document.hidden || connection.kernel.value === "gone") return;
  const now = Date.now();
  const { live } = of(connection);
  const lacking = [...wanted(connection)].filter(({ blob }) => !blob);
  const late = lacking.filter(
    ({ askedAt, times }) => askedAt > 0 && now >= askedAt + gapAfter(times),
  );
  for (const one of live ? late : []) if (one.times >= MOST_TIMES) giveUp(connection, one);
  const open = lacking.filter(({ times }) => times === 0 || (live && times < MOST_TIMES));
  const coming = open.filter((one) => one.times > 0 && !late.includes(one));
  const due = open.filter((one) => !coming.includes(one)).slice(0, AT_ONCE - coming.length);
  for (const one of due) {
    one.askedAt = now;
    one.times++;
  }
  if (due.length > 0) {
    const blobs = due.map(({ ref: { hash, channel = "" } }) => ({ hash, channel }));
    connection.send({ op: "blobs", page: connection.page, blobs });
  }
  if (live ? wanted(connection).size > 0 : open.length > due.length) soon(connection, AGAIN);
}

const gapAfter = (times: number): number => Math.min(AGAIN * 2 ** (times - 1), LONGEST);

function giveUp(connection: Connection, picture: Held): void {
  picture.state.value = { url: "", failed: "" };
  wanted(connection).delete(picture);
}

function come(
  connection: Connection,
  { hash, channel, code, message }: Record<string, unknown>,
  buffers: unknown,
): void {
  const ref = { hash: asText(hash), channel: asText(channel) } as BlobRef;
  const picture = held.get(keyOf(connection, ref));
  if (!picture || picture.blob) return;
  const [data] = Array.isArray(buffers) ? buffers : [];
  if (data) {
    const type = TYPES.includes(picture.ref.type) ? picture.ref.type : "image/png";
    picture.blob = new Blob([data as BlobPart], { type });
    picture.show();
  } else if (asNumber(code)) {
    // The service's word. Without a connection it is asked again.
    picture.state.value = { url: "", failed: asText(message) };
  } else return;
  wanted(connection).delete(picture);
  soon(connection, 0);
}
