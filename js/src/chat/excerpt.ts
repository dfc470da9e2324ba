import { bodyText } from "../core/rich_text";
import { oneLine } from "../core/text";
import type { Pin } from "./documents";
import type { Room } from "./room";

/** How much of it is in the page, in UTF-16 units. */
const LONGEST = 500;

/** What a pin or a question says, in one line: of its message if that is here, else as the kernel tells it. */
export function excerptOf(room: Room, { id, text }: Pick<Pin, "id" | "text">): string {
  const message = room.messages.get(id);
  return oneLine(message ? bodyText(message.body) : text, LONGEST);
}
