// One function an intent of the chat, docs/widget-protocol.md. Sending, retrying and discarding
// are the room's, which shows what is not there yet.

import type { Collection } from "../core/collection";
import type { Connection } from "../core/connection";
import type { Fields } from "../core/messages";
import type { Kept } from "../core/outbox";
import type { ChatMessage, Place, Question } from "./documents";

/** What an intent is told to: the room. */
export interface Asked {
  connection: Connection;
}

/** A room that may be asked for older messages. */
interface Reached extends Asked {
  messages: Collection<ChatMessage>;
  expectOlder(born: number): void;
}

type Named = Pick<ChatMessage, "id">;

const intend = (room: Asked, action: string, args: Fields, kept?: Kept): void => {
  room.connection.intend(`chat.${action}`, args, kept);
};

/** Replace the text of a message; `version` is the one that was seen. */
export const edit = (room: Asked, { id }: Named, text: string, version: number): void =>
  intend(room, "edit", { id, text, version }, "written");

export const remove = (room: Asked, { id }: Named): void => intend(room, "delete", { id });

/** Take a message back that waits to be sent. */
export const withdraw = (room: Asked, { id }: Named): void => intend(room, "withdraw", { id });

/** Ask for the Markdown of a message; `room.source` gets the answer. */
export const askSource = (room: Asked, { id }: Named): void =>
  intend(room, "source", { id }, "now");

/** Set or unset an emoji, seen at once. */
export function react(room: Asked, { id }: Named, emoji: string, on: boolean): void {
  intend(room, "react", { id, emoji, on });
}

/** Let students send pictures, or not. */
export const allowPictures = (room: Asked, on: boolean): void => intend(room, "pictures", { on });

/** Let questions be asked anonymously, or not. */
export const allowAnonymous = (room: Asked, on: boolean): void => intend(room, "anonymous", { on });

export const pin = (room: Asked, { id }: Named, on: boolean): void =>
  intend(room, "pin", { id, on });

/** Take somebody's voice for `minutes`, 0: until somebody gives it back; or give it back. */
export const mute = (
  room: Asked,
  { user, name }: Pick<ChatMessage, "user" | "name">,
  on: boolean,
  minutes = 0,
): void => intend(room, "mute", { user, name, on, minutes });

/** Let everybody write once in `seconds`; 0: as often as they like. */
export const slow = (room: Asked, seconds: number): void => intend(room, "slow", { seconds });

/** Vote for a question or take the vote back, seen at once. */
export function upvote(room: Asked, { id }: Pick<Question, "id">, on: boolean): void {
  intend(room, "upvote", { id, on });
}

export const markAnswered = (room: Asked, { id }: Named, on: boolean): void =>
  intend(room, "answered", { id, on });

export const type = (room: Asked, on: boolean): void => intend(room, "typing", { on }, "now");

export const markRead = (room: Asked, born: number): void => intend(room, "read", { born }, "now");

/** Search all messages; `room.found` gets the answer. `before`: older ones than that `born`. */
export const search = (room: Asked, query: string, before?: number): void =>
  intend(room, "search", before === undefined ? { query } : { query, before }, "now");

/** Ask for older messages, as far as this one. */
export function reach(room: Reached, { id, born }: Place): void {
  room.expectOlder(born ?? 0);
  intend(room, "reach", { id, born, before: room.messages.floor }, "now");
}
