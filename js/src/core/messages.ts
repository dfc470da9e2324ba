// The contract between kernel and page, docs/widget-protocol.md, and how what arrives is read.
// Everything that comes in is `unknown` until it has passed here.

export type Fields = Record<string, unknown>;

/** A piece of text: a string, or `[tag, {attributes}?, ...children]`. Read by nodes.ts. */
export type Node = string | readonly unknown[];
export type Body = string | readonly Node[];

export type LessonState =
  | "idle"
  | "connecting"
  | "live"
  | "reconnecting"
  | "offline"
  | "stopped"
  | "closed";

export interface Me {
  id: string;
  name: string;
  role: string;
}

export interface Lesson {
  course: string;
  host: string;
  me: Me | null;
  state: LessonState;
  code: number | null;
  reason: string;
  nextTry: number | null;
  queued: number;
  online: number | null;
  subshells: boolean;
  readonly: boolean;
  features: readonly string[];
}

/** What every document has, whatever its collection. */
export interface Doc {
  id: string;
  born?: number;
  seq?: number;
  rev?: number;
}

export interface Reaction {
  emoji: string;
  count: number;
  users: readonly string[];
}

export type MessageState = "pending" | "queued" | "slowed" | "failed" | "held";

export interface ChatMessage extends Doc {
  user: string;
  name: string;
  role?: string;
  at: number;
  type?: string;
  body: Body;
  edited?: number;
  replyTo?: string;
  reactions?: readonly Reaction[];
  state?: MessageState;
  until?: number;
  error?: string;
}

/** A collection as a snapshot carries it: bare documents, or with where its window starts. */
export interface CollectionState {
  docs: readonly unknown[];
  floor: number | null;
  more: boolean | null;
}

export type KernelMessage =
  | {
      op: "snapshot";
      to: string;
      n: number;
      lesson: Fields;
      collections: Record<string, CollectionState>;
    }
  | {
      op: "batch";
      n: number;
      set: Record<string, readonly unknown[]>;
      del: Record<string, readonly string[]>;
      lesson: Fields | null;
    }
  | {
      op: "page";
      to: string;
      in: string;
      docs: readonly unknown[];
      floor: number | null;
      more: boolean;
    }
  | { op: "got"; to: string; ids: readonly string[] }
  | { op: "refused"; to: string; id: string; code: number | null; message: string }
  | { op: "signal"; name: string; data: unknown }
  | { op: "pulse"; n: number };

export interface Intent {
  id: string;
  do: string;
  args: Fields;
}

export type PageMessage =
  | { op: "ready"; page: string; lang: string }
  | ({ op: "intent"; page: string } & Intent);

export const initialLesson = (course: string): Lesson => ({
  course,
  host: "",
  me: null,
  state: "connecting",
  code: null,
  reason: "",
  nextTry: null,
  queued: 0,
  online: null,
  subshells: true,
  readonly: false,
  features: [],
});

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const asText = (value: unknown): string => (typeof value === "string" ? value : "");

export const asNumber = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? value : null;

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const asTexts = (value: unknown): string[] =>
  asList(value).filter((item): item is string => typeof item === "string");

const byName = <T>(value: unknown, read: (inner: unknown) => T): Record<string, T> =>
  isFields(value)
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, read(inner)]))
    : {};

function readCollection(value: unknown): CollectionState {
  if (!isFields(value)) return { docs: asList(value), floor: null, more: null };
  return {
    docs: asList(value.docs),
    floor: asNumber(value.floor),
    more: typeof value.more === "boolean" ? value.more : null,
  };
}

/** Read one custom message of the kernel; `null` if it is none of ours or is malformed. */
export function readKernelMessage(value: unknown): KernelMessage | null {
  if (!isFields(value)) return null;
  const n = asNumber(value.n);
  const to = asText(value.to);
  switch (value.op) {
    case "snapshot": {
      if (n === null || !isFields(value.lesson)) return null;
      const collections = byName(value.collections, readCollection);
      return { op: "snapshot", to, n, lesson: value.lesson, collections };
    }
    case "batch": {
      if (n === null) return null;
      const lesson = isFields(value.lesson) ? value.lesson : null;
      return {
        op: "batch",
        n,
        set: byName(value.set, asList),
        del: byName(value.del, asTexts),
        lesson,
      };
    }
    case "page": {
      const floor = asNumber(value.floor);
      const docs = asList(value.docs);
      return { op: "page", to, in: asText(value.in), docs, floor, more: value.more === true };
    }
    case "got":
      return { op: "got", to, ids: asTexts(value.ids) };
    case "refused": {
      const code = asNumber(value.code);
      return { op: "refused", to, id: asText(value.id), code, message: asText(value.message) };
    }
    case "signal":
      return { op: "signal", name: asText(value.name), data: value.data };
    case "pulse":
      return n === null ? null : { op: "pulse", n };
    default:
      return null;
  }
}

const states: readonly string[] = [
  "idle",
  "connecting",
  "live",
  "reconnecting",
  "offline",
  "stopped",
  "closed",
];

const readMe = (value: unknown): Me | null =>
  isFields(value) && typeof value.id === "string"
    ? { id: value.id, name: asText(value.name), role: asText(value.role) }
    : null;

/** `held` with the changed fields of `change`; a field of the wrong type changes nothing. */
export function mergeLesson(held: Lesson, change: Fields): Lesson {
  const next = { ...held };
  if (typeof change.course === "string") next.course = change.course;
  if (typeof change.host === "string") next.host = change.host;
  if ("me" in change) next.me = readMe(change.me);
  if (states.includes(asText(change.state))) next.state = change.state as LessonState;
  if ("code" in change) next.code = asNumber(change.code);
  if ("reason" in change) next.reason = asText(change.reason);
  if ("nextTry" in change) next.nextTry = asNumber(change.nextTry);
  if ("queued" in change) next.queued = asNumber(change.queued) ?? 0;
  if ("online" in change) next.online = asNumber(change.online);
  if (typeof change.subshells === "boolean") next.subshells = change.subshells;
  if (typeof change.readonly === "boolean") next.readonly = change.readonly;
  if ("features" in change) next.features = asTexts(change.features);
  return next;
}

/** Read what every document needs; `null` if it has no usable id or order. */
export function readDoc(value: unknown): (Doc & Fields) | null {
  if (!isFields(value) || typeof value.id !== "string" || value.id === "") return null;
  for (const field of ["born", "seq", "rev"] as const) {
    if (value[field] != null && asNumber(value[field]) === null) return null;
  }
  return value as Doc & Fields;
}

const messageStates: readonly string[] = ["pending", "queued", "slowed", "failed", "held"];

function readReactions(value: unknown): Reaction[] {
  return asList(value).flatMap((item) => {
    if (!isFields(item) || typeof item.emoji !== "string") return [];
    const count = asNumber(item.count) ?? 0;
    return count > 0 ? [{ emoji: item.emoji, count, users: asTexts(item.users) }] : [];
  });
}

const order = (doc: Doc): Doc => ({
  id: doc.id,
  ...(doc.born == null ? {} : { born: doc.born }),
  ...(doc.seq == null ? {} : { seq: doc.seq }),
  ...(doc.rev == null ? {} : { rev: doc.rev }),
});

const optionalNumber = <K extends string>(key: K, value: unknown): { [key in K]?: number } => {
  const number = asNumber(value);
  return (number === null ? {} : { [key]: number }) as { [key in K]?: number };
};

const optionalText = <K extends string>(key: K, value: unknown): { [key in K]?: string } =>
  (typeof value === "string" && value !== "" ? { [key]: value } : {}) as { [key in K]?: string };

/** Read a document of the collection `messages`; `null` if it cannot be shown. */
export function readChatMessage(value: unknown): ChatMessage | null {
  const doc = readDoc(value);
  if (!doc || !(typeof doc.body === "string" || Array.isArray(doc.body))) return null;
  const reactions = readReactions(doc.reactions);
  const state = messageStates.includes(asText(doc.state)) ? (doc.state as MessageState) : null;
  return {
    ...order(doc),
    user: asText(doc.user),
    name: asText(doc.name),
    at: asNumber(doc.at) ?? 0,
    body: doc.body as Body,
    ...optionalText("role", doc.role),
    ...optionalText("type", doc.type),
    ...optionalText("replyTo", doc.replyTo),
    ...optionalText("error", doc.error),
    ...optionalNumber("edited", doc.edited),
    ...optionalNumber("until", doc.until),
    ...(reactions.length > 0 ? { reactions } : {}),
    ...(state ? { state } : {}),
  };
}
