// The chat's documents, docs/widget-protocol.md, and how what arrives is read. What a kernel does
// not send is absent; what is of a wrong kind is left out.

import {
  asList,
  asNumber,
  asText,
  asTexts,
  type Body,
  type Check,
  type Doc,
  docFields,
  type Fields,
  fromNow,
  isBody,
  isFields,
  isFlag,
  isNumber,
  isOneOf,
  isText,
  isTime,
  readDoc,
} from "../core/messages";
import { type BlobRef, blobRef } from "../core/pictures";

/** An emoji under a message: its count, some names, and whether the reader set it. */
export interface Reaction {
  emoji: string;
  count: number;
  names: readonly string[];
  own: boolean;
}

export type MessageState = "pending" | "queued" | "slowed" | "failed" | "held" | "unconfirmed";

export interface ChatMessage extends Doc {
  user: string;
  name: string;
  role?: string | undefined;
  /** The name of the one through whose notebook the author took part. */
  via?: string;
  at: number;
  type?: string;
  body: Body;
  edited?: number;
  /** The number of edits so far. */
  version?: number;
  replyTo?: string | undefined;
  reactions: readonly Reaction[];
  pictures?: readonly BlobRef[];
  mentionsMe?: boolean;
  /** Whether it was asked as a question. */
  question?: boolean;
  /** Whether the reader has asked it anonymously; then `user` and `name` are empty. */
  mine?: boolean;
  state?: MessageState;
  /** Whether it waits and can be taken back. */
  withdrawable?: boolean;
  /** The time of the next attempt by this page's clock, from `retryIn` on arrival. */
  retryAt?: number | null;
  error?: string;
  /** The number of `error` in the table of codes. */
  code?: number;
  /** One's own edit on its way; `body` is the new text already. */
  editing?: "pending" | "queued" | "slowed";
  /** One's own deletion is on its way. */
  deleting?: boolean;
}

/** A message as the lists of pins and questions hold it; `text` is plain and may be cut. */
interface Excerpt extends Doc {
  user: string;
  name: string;
  text: string;
  at: number;
}

export interface Pin extends Excerpt {
  /** The name of the person who pinned it. */
  byName: string;
}

export interface Question extends Excerpt {
  votes: number;
  /** Whether the reader has voted for it. */
  own: boolean;
  /** Whether the reader has asked it. */
  mine: boolean;
  /** Since when it is answered; absent while it is open. */
  answered?: number;
}

/** A person who may not write; `until` 0: until somebody lifts it. */
export interface Mute extends Doc {
  name: string;
  until: number;
}

/** The abilities a reader may have, each a tool of the view. */
const ABILITIES =
  "send picture reply edit delete react unreact ask anonymous upvote typing read search moderate" as const;

type Split<S extends string> = S extends `${infer Word} ${infer Rest}` ? Word | Split<Rest> : S;

export type Ability = Split<typeof ABILITIES>;

/** The one document of the collection `room`. */
export interface RoomState extends Doc {
  can: readonly Ability[];
  /** Seconds between two messages of one person; 0: slow mode is off. */
  slow: number;
  /** Whether students may send no pictures. */
  noPictures?: boolean;
  /** Until when the reader is muted, 0: until somebody lifts it; `null`: not at all. */
  muted: number | null;
  /** The `born` of the newest message read. */
  read: number;
  unread: number;
}

/** The position of a message, enough to jump to it. */
export type Place = Pick<Doc, "id" | "born">;

/** The source of a message, asked for to edit it. */
export interface Source {
  id: string;
  text: string;
  version: number;
}

/** A page of what a search found, newest first. */
export interface Found {
  query: string;
  docs: readonly ChatMessage[];
  more: boolean;
  /** The `born` below which the next page begins. */
  floor: number | null;
  /** The refusal because of which only loaded messages were searched. */
  missed: Refusal | null;
}

/** A refusal: its code, 0 without a connection; its sentence; in how many ms to ask again. */
export interface Refusal {
  code: number;
  message: string;
  again: number | null;
}

const messageFields: Record<Exclude<keyof ChatMessage, "retryAt">, Check> = {
  ...docFields,
  user: isText,
  name: isText,
  role: isText,
  via: isText,
  at: isTime,
  type: isText,
  body: isBody,
  edited: isTime,
  version: isNumber,
  replyTo: isText,
  reactions: Array.isArray,
  pictures: Array.isArray,
  mentionsMe: isFlag,
  question: isFlag,
  mine: isFlag,
  state: isOneOf("pending queued slowed failed held unconfirmed"),
  withdrawable: isFlag,
  error: isText,
  code: isNumber,
  editing: isOneOf("pending queued slowed"),
  deleting: isFlag,
};

function readReactions(value: unknown): Reaction[] {
  return asList(value).flatMap((item) => {
    if (!isFields(item)) return [];
    const emoji = asText(item.emoji);
    const count = asNumber(item.count) ?? 0;
    if (emoji === "" || count <= 0) return [];
    return [{ emoji, count, names: asTexts(item.names), own: item.own === true }];
  });
}

/** Read a document of the collection `messages`; `null` if it cannot be shown or ordered. */
export function readChatMessage(value: unknown): ChatMessage | null {
  const doc = readDoc<ChatMessage>(value, messageFields);
  if (doc?.body === undefined) return null;
  const { body, user = "", name = "", at = 0 } = doc;
  const retryAt = fromNow((value as Fields).retryIn);
  const reactions = readReactions(doc.reactions);
  const pictures = asList(doc.pictures).flatMap((one) => blobRef(one) ?? []);
  return { ...doc, body, user, name, at, retryAt, reactions, pictures };
}

const excerptFields = { ...docFields, user: isText, name: isText, text: isText, at: isTime };

const noExcerpt = { user: "", name: "", text: "", at: 0 };

const pinFields: Record<keyof Pin, Check> = { ...excerptFields, byName: isText };

/** Read a document of the collection `pins`. */
export function readPin(value: unknown): Pin | null {
  const doc = readDoc<Pin>(value, pinFields);
  return doc && { ...noExcerpt, byName: "", ...doc };
}

const questionFields: Record<keyof Question, Check> = {
  ...excerptFields,
  votes: isNumber,
  own: isFlag,
  mine: isFlag,
  answered: isTime,
};

/** Read a document of the collection `questions`. */
export function readQuestion(value: unknown): Question | null {
  const doc = readDoc<Question>(value, questionFields);
  return doc && { ...noExcerpt, votes: 0, own: false, mine: false, ...doc };
}

const muteFields: Record<keyof Mute, Check> = { ...docFields, name: isText, until: isTime };

/** Read a document of the collection `mutes`. */
export function readMute(value: unknown): Mute | null {
  const doc = readDoc<Mute>(value, muteFields);
  return doc && { name: "", until: 0, ...doc };
}

const roomFields: Record<keyof RoomState, Check> = {
  ...docFields,
  can: Array.isArray,
  slow: isNumber,
  noPictures: isFlag,
  muted: isTime,
  read: isNumber,
  unread: isNumber,
};

/** The state of a room before the kernel has told it: one can only send. */
export const plainRoom: RoomState = {
  ...{ id: "room", can: ["send"], slow: 0, muted: null, read: 0, unread: 0 },
};

/** Read the document of the collection `room`. */
export function readRoomState(value: unknown): RoomState | null {
  const doc = readDoc<RoomState>(value, roomFields);
  if (!doc) return null;
  const known: readonly string[] = ABILITIES.split(" ");
  const can = asTexts(doc.can).filter((word): word is Ability => known.includes(word));
  return { ...plainRoom, ...doc, can: doc.can ? can : plainRoom.can };
}

/** Read what the signal `source` carries. */
export function readSource(value: unknown): Source | null {
  if (!isFields(value) || typeof value.text !== "string") return null;
  return { id: asText(value.id), text: value.text, version: asNumber(value.version) ?? 0 };
}

/** Read what the signal `found` carries. */
export function readFound(value: unknown): Found | null {
  if (!isFields(value)) return null;
  const docs = asList(value.docs).flatMap((item) => readChatMessage(item) ?? []);
  return {
    query: asText(value.query),
    docs,
    more: value.more === true,
    floor: asNumber(value.floor),
    missed: readRefusal(value.missed),
  };
}

const readRefusal = (value: unknown): Refusal | null =>
  isFields(value)
    ? {
        code: asNumber(value.code) ?? 0,
        message: asText(value.message),
        again: asNumber(value.again),
      }
    : null;

/** Read the names and the number of people who are typing. */
export function readTyping(fields: Fields): { names: string[]; people: number } {
  const names = asTexts(fields.names);
  return { names, people: asNumber(fields.count) ?? names.length };
}
