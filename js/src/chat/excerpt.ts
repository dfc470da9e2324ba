import { bodyText } from "../core/nodes";
import type { Pin } from "./documents";
import type { Room } from "./room";

/** What a pin or a question says, in one line: of its message if that is here, else of its source. */
export function excerptOf(room: Room, { id, text }: Pick<Pin, "id" | "text">): string {
  const message = room.messages.get(id);
  const plain = message ? bodyText(message.body).slice(0, 500) : text.replaceAll("`", "");
  return plain.replace(/\s+/g, " ").trim();
}
