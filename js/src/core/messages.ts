// The contract between kernel and page, docs/widget-protocol.md, and how what arrives is read.
// Everything that comes in is `unknown` until it has passed here.

/** An object whose fields are not known yet. */
export type Fields = Record<string, unknown>;

/** A piece of text: a string, or `[tag, {attributes}?, ...children]`. Read by rich_text.tsx. */
export type Node = string | readonly unknown[];
/** A text with its markup, as the kernel has read it. */
export type Body = string | readonly Node[];

/** The state of a lesson's connection. */
export type LessonState =
  | "idle"
  | "connecting"
  | "live"
  | "reconnecting"
  | "offline"
  | "stopped"
  | "closed";

/** Whether one has left, or is not let in: what was new then is not known to be so any more. */
export const hasEnded = (state: LessonState): boolean => state === "closed" || state === "stopped";

/** Whether a course has a feature, as far as is known. */
export const isOffered = ({ state, features }: Lesson, feature: string): boolean =>
  state !== "live" || features.includes(feature);

/** The person whose connection it is. */
export interface Me {
  id: string;
  name: string;
  role: string;
}

/** The state of a lesson, as every view shows it. */
export interface Lesson {
  course: string;
  /** Whether it is a room to rehearse in. */
  rehearsal: boolean;
  host: string;
  /** The same for one person in one channel of one service: what the page keeps is kept by it. */
  scope: string;
  me: Me | null;
  state: LessonState;
  code: number | null;
  reason: string;
  /** The line of code that starts the service again, where this kernel hosts it and it has ended. */
  restart: string | null;
  /** The next attempt by this page's clock, told from `nextTryIn` as it arrived. */
  nextTry: number | null;
  queued: number;
  /** The number of messages among `queued`; the rest are other changes. */
  messages: number;
  online: number | null;
  students: number | null;
  here: readonly string[];
  subshells: boolean;
  readonly: boolean;
  features: readonly string[];
  /** Who looks, where several people share the kernel: read by viewers.tsx. */
  viewer: Fields | null;
}

/** The fields of every document. */
export interface Doc {
  id: string;
  born?: number;
  seq?: number;
  rev?: number;
}

/** A collection as a snapshot carries it: `more` says whether older documents than `floor` exist. */
export interface CollectionState {
  docs: readonly unknown[];
  floor: number;
  more: boolean;
}

/** `code` is the loader's, `blob` and `put` are pictures/'s: here they say that the kernel lives; `ended` that it does no more. */
const ops = [
  "snapshot",
  "batch",
  "page",
  "got",
  "refused",
  "signal",
  "pulse",
  "code",
  "ended",
  "blob",
  "put",
] as const;

/** A message of the kernel, every field of its right type; what its `op` has not is empty. */
export interface KernelMessage {
  op: (typeof ops)[number];
  to: string;
  /** Whose eyes it is for, where several people share the kernel; empty: its owner's. */
  for: string;
  n: number | null;
  lesson: Fields;
  collections: Record<string, CollectionState>;
  set: Record<string, readonly unknown[]>;
  del: Record<string, readonly string[]>;
  in: string;
  docs: readonly unknown[];
  floor: number;
  more: boolean;
  ids: readonly string[];
  id: string;
  code: number;
  message: string;
  name: string;
  data: unknown;
}

/** What a person wants of the kernel. */
export interface Intent {
  id: string;
  do: string;
  args: Fields;
}

/** The time at which a message was sent, in ms: by the wall clock and by a steady one. */
export type Sent = [wall: number, steady: number];

export const sentNow = (): Sent => [Date.now(), performance.now()];

/** A message of the page to its kernel. */
export type PageMessage =
  | { op: "ready"; page: string; lang: string; who: unknown }
  | { op: "blobs"; page: string; blobs: readonly Fields[] }
  | { op: "put"; page: string; id: string }
  | { op: "seen"; page: string; visible: boolean; sent: Sent }
  | ({ op: "intent"; page: string; scope: string; lives?: number; sent?: Sent } & Intent);

/** A lesson of which nothing is known yet. */
export const initialLesson = (course: string): Lesson => ({
  course,
  rehearsal: false,
  host: "",
  scope: "",
  me: null,
  state: "connecting",
  code: null,
  reason: "",
  restart: null,
  nextTry: null,
  queued: 0,
  messages: 0,
  online: null,
  students: null,
  here: [],
  subshells: true,
  readonly: false,
  features: [],
  viewer: null,
});

/** Whether a value is an object, and no list. */
export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The value if it is a text, else an empty one. */
export const asText = (value: unknown): string => (typeof value === "string" ? value : "");

/** The value if it is a finite number, else `null`. */
export const asNumber = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;

/** The value if it is a list, else an empty one. */
export const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The texts of a list. */
export const asTexts = (value: unknown): string[] =>
  asList(value).filter((item): item is string => typeof item === "string");

const byName = <T>(value: unknown, read: (inner: unknown) => T): Record<string, T> =>
  isFields(value)
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, read(inner)]))
    : {};

/** The lists of what all viewers are told and of what this one is, by name. */
const both = <T>(all: unknown, own: unknown, read: (inner: unknown) => readonly T[]) => {
  const lists = byName(all, read);
  for (const [name, more] of Object.entries(byName(own, read))) {
    lists[name] = [...(lists[name] ?? []), ...more];
  }
  return lists;
};

const readCollection = (value: unknown): CollectionState => {
  const { docs, floor, more } = isFields(value) ? value : ({} as Fields);
  return { docs: asList(docs), floor: asNumber(floor) ?? 0, more: more === true };
};

const numbered: readonly unknown[] = ["snapshot", "batch", "pulse"];

/** The part of a joint batch for somebody who is not named in it. */
const notNamed = { n: 0, to: "*" };

/**
 * Read one custom message of the kernel, of a joint batch what is for the eyes of `whose`; `null` if it
 * is none of ours or is malformed.
 */
export function readKernelMessage(told: unknown, whose = ""): KernelMessage | null {
  if (!isFields(told)) return null;
  const own = isFields(told.by) ? ((told.by[whose] ?? notNamed) as Fields) : null;
  const value: Fields = own ? { ...told, ...own, for: whose } : told;
  const op = ops.find((known) => known === value.op);
  const n = asNumber(value.n);
  if (!op || (n === null && numbered.includes(op))) return null;
  return {
    op,
    n,
    to: asText(value.to),
    for: asText(value.for),
    lesson: { ...(told.lesson as Fields), ...(own?.lesson as Fields) },
    collections: byName(value.collections, readCollection),
    set: both(told.set, own?.set, asList),
    del: both(told.del, own?.del, asTexts),
    in: asText(value.in),
    docs: asList(value.docs),
    floor: asNumber(value.floor) ?? 0,
    more: value.more === true,
    ids: asTexts(value.ids),
    id: asText(value.id),
    code: asNumber(value.code) ?? 0,
    message: asText(value.message),
    name: asText(value.name),
    data: value.data,
  };
}

/** Whether a field is of its kind. */
export type Check = (value: unknown) => boolean;

/** Whether a value is true or false. */
export const isFlag = (value: unknown): value is boolean => typeof value === "boolean";
/** Whether a value is a text. */
export const isText: Check = (value) => typeof value === "string";
/** Whether a value is a finite number. */
export const isNumber: Check = (value) => asNumber(value) !== null;
/** Makes a check for one of some words, which stand with blanks between them. */
export const isOneOf =
  (words: string): Check =>
  (value) =>
    isText(value) && words.split(" ").includes(value as string);

const lessonFields: Record<Exclude<keyof Lesson, "nextTry">, Check> = {
  course: isText,
  rehearsal: isFlag,
  host: isText,
  scope: isText,
  me: (value) => isFields(value) && isText(value.id) && isText(value.name),
  state: isOneOf("idle connecting live reconnecting offline stopped closed"),
  code: isNumber,
  reason: isText,
  restart: isText,
  queued: isNumber,
  messages: isNumber,
  online: isNumber,
  students: isNumber,
  here: (value) => Array.isArray(value) && value.every(isText),
  subshells: isFlag,
  readonly: isFlag,
  features: Array.isArray,
  viewer: isFields,
};

/** The fields of `value` that are what `checks` want. */
export const pick = (value: Fields, checks: Record<string, Check>): Fields =>
  Object.fromEntries(Object.entries(value).filter(([name, field]) => checks[name]?.(field)));

const noLesson = initialLesson("");

/** The time `wait` ms from now by this page's clock: those of others may be wrong. */
export const fromNow = (wait: unknown): number | null =>
  isNumber(wait) ? Date.now() + (wait as number) : null;

/** `held` with the changed fields of `change`; `null` clears one, a wrong type changes nothing. */
export function mergeLesson(held: Lesson, change: Fields): Lesson {
  if (Object.keys(change).length === 0) return held;
  const cleared = Object.keys(lessonFields).filter((name) => change[name] === null);
  const empty = Object.fromEntries(cleared.map((name) => [name, noLesson[name as keyof Lesson]]));
  const { nextTryIn } = change;
  const known = nextTryIn === undefined ? {} : { nextTry: fromNow(nextTryIn) };
  return { ...held, ...empty, ...pick(change, lessonFields), ...known };
}

/** A time that can be a date: a wrong clock elsewhere must not break the view. */
export const isTime: Check = (value) => isNumber(value) && Math.abs(value as number) <= 8.64e15;

/** The fields that order documents; a document with a malformed one is dropped. */
const places = { born: isNumber, seq: isNumber, rev: isNumber };

/** The checks for the fields that every document has. */
export const docFields: Record<keyof Doc, Check> = {
  id: (value) => isText(value) && value !== "",
  ...places,
};

/** Whether a value may be a body. */
export const isBody = (value: unknown): value is Body => isText(value) || Array.isArray(value);

/** The fields of a document; `null` if it has no id, or an order that is none. */
export function readDoc<D extends Doc>(
  value: unknown,
  checks: Record<string, Check>,
): (Partial<D> & { id: string }) | null {
  if (!isFields(value)) return null;
  const doc = pick(value, checks) as Partial<D> & { id?: string };
  const misplaced = Object.keys(places).some((field) => value[field] != null && !(field in doc));
  return doc.id === undefined || misplaced ? null : (doc as Partial<D> & { id: string });
}
