// Where something is in a text.

import { boundary, searchKey, shorten } from "../core/text";

/** A part of a text, and whether it is what was looked for. */
export type Piece = readonly [text: string, found: boolean];

/** `text` in pieces, those that match `query` marked: at most `most` of them. */
export function findIn(text: string, query: string, most = 50): Piece[] {
  const wanted = searchKey(query.trim());
  if (wanted === "") return [[text, false]];
  let folded = "";
  /** The index in `text` of each folded unit. */
  const from: number[] = [];
  let at = 0;
  for (const character of text) {
    const one = searchKey(character);
    folded += one;
    for (let unit = 0; unit < one.length; unit++) from.push(at);
    at += character.length;
  }
  from.push(text.length);
  const pieces: Piece[] = [];
  let done = 0;
  let hit = folded.indexOf(wanted);
  while (hit >= 0 && most-- > 0) {
    const start = from[hit] ?? 0;
    const end = from[hit + wanted.length] ?? text.length;
    if (start > done) pieces.push([text.slice(done, start), false]);
    // A match that ends inside one character (ß as ss) has all of it.
    if (end > start) pieces.push([text.slice(Math.max(start, done), end), true]);
    done = Math.max(done, end);
    hit = folded.indexOf(wanted, hit + wanted.length);
  }
  if (done < text.length) pieces.push([text.slice(done), false]);
  return pieces;
}

/** The surroundings of the first match in a long text, in one line. */
export function excerpt(text: string, query: string, length = 160): string {
  const line = text.replace(/\s+/g, " ").trim();
  const [first] = findIn(line, query, 1);
  const before = first && !first[1] ? first[0].length : 0;
  if (before === line.length || before < length / 2) return shorten(line, length);
  const start = boundary(line, before - Math.floor(length / 4));
  const word = line.indexOf(" ", start) + 1;
  return `…${shorten(line.slice(word > 0 && word <= before ? word : start), length)}`;
}
