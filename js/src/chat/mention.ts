// Who may be meant by an `@` that is being typed.

import type { Collection } from "../core/collection";
import { searchKey } from "../core/text";
import type { ChatMessage } from "./documents";

const MOST = 6;
/** The number of newest messages whose authors are offered. */
const AUTHORS_WITHIN = 500;
const LONGEST = 60;

/** An `@` and what follows it up to the caret. */
export interface Asked {
  /** The position of the `@`. */
  start: number;
  query: string;
}

/** The `@` and the letters after it at `caret`; `null` if no name begins there. */
export function askedAt(text: string, caret: number): Asked | null {
  const before = text.slice(Math.max(0, caret - LONGEST), caret);
  const found = /(^|[^\p{L}\p{N}_@.])@([^\n@]*)$/u.exec(before);
  if (!found) return null;
  const query = found[2] ?? "";
  // Names have several words; a sentence after one is none.
  if (/^\s|\s\s|[,;:!?)\]}"`]/.test(query)) return null;
  return { start: caret - query.length - 1, query };
}

/** Names of people here and of those who wrote, each once, not one's own. */
export function namesOf(
  here: readonly string[],
  messages: Collection<ChatMessage>,
  me: { id: string; name: string } | null,
): string[] {
  const names = new Set(here);
  const oldest = Math.max(messages.first, messages.end - AUTHORS_WITHIN);
  for (let place = messages.end - 1; place >= oldest; place--) {
    const doc = messages.at(place);
    if (!doc || doc.type === "system" || !doc.user || doc.user === me?.id) continue;
    names.add(doc.name.trim());
  }
  names.delete("");
  if (me) names.delete(me.name);
  return [...names].filter((name) => !name.includes("\n"));
}

/** The rank of a name among the matches, the best 0; `null`: no match. */
function rank(name: string, wanted: string): number | null {
  const folded = searchKey(name);
  if (folded.startsWith(wanted)) return 0;
  if (folded.split(/[\s.\-_]+/u).some((word) => word.startsWith(wanted))) return 1;
  // In the middle of a word only what is more than a letter.
  return wanted.length > 1 && folded.includes(wanted) ? 2 : null;
}

/** The names that fit `query`, best first; of equals, the order they came in. */
export function matching(names: readonly string[], query: string): string[] {
  const wanted = searchKey(query);
  return names
    .map((name) => ({ name, rank: rank(name, wanted) }))
    .filter((each): each is { name: string; rank: number } => each.rank !== null)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST)
    .map(({ name }) => name);
}
