import type { Words } from "./words";

/** How the author of a message is called; who asked anonymously has no `user`. */
export const nameOf = (
  { user, name }: { user: string; name: string },
  words: Words,
  own = false,
): string => (own ? words.you : user ? name.trim() || words.unnamed : words.anonymous);
