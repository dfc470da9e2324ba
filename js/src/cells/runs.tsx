import type { VNode } from "preact";

/** A letter of the runs, `.` for plain, and its text. */
type Piece = readonly [kind: string, text: string];

/** `text` cut at its runs; in one plain piece if they do not fit it. */
export function pieces(text: string, runs: string): Piece[] {
  const found: Piece[] = [];
  let read = 0;
  let at = 0;
  for (const [run, length, kind = "."] of runs.matchAll(/([1-9]\d*)?([a-zA-Z.])/gy)) {
    const from = at;
    at += Number(length ?? 1);
    read += run.length;
    found.push([kind, text.slice(from, at)]);
  }
  const fits = read === runs.length && at <= text.length;
  return fits ? [...found, [".", text.slice(at)]] : [[".", text]];
}

/** Whether a place is within one of the words, which are places and lengths. */
function* marked(
  piece: string,
  start: number,
  words: readonly number[],
): Generator<[string, boolean]> {
  let at = 0;
  for (let word = 0; word + 1 < words.length; word += 2) {
    const from = Math.max(at, Math.min(piece.length, (words[word] ?? 0) - start));
    const to = Math.min(piece.length, (words[word] ?? 0) + (words[word + 1] ?? 0) - start);
    if (to <= from) continue;
    if (from > at) yield [piece.slice(at, from), false];
    yield [piece.slice(from, to), true];
    at = to;
  }
  if (at < piece.length) yield [piece.slice(at), false];
}

interface Props {
  text: string;
  runs: string;
  /** The beginning of the classes: `a-` for a terminal's colours. */
  prefix?: string;
  /** Words to be underlined, as places and lengths. */
  words?: readonly number[];
}

/** A terminal's letter as classes: large ones are bold. */
const classOf = (kind: string, prefix: string): string | undefined => {
  if (kind === ".") return undefined;
  if (prefix === "") return kind;
  const low = kind.toLowerCase();
  return kind === low ? prefix + low : `${prefix}${low} bold`;
};

/** A text in the colours of its runs. */
export function Coloured({ text, runs, prefix = "", words = [] }: Props): VNode {
  let at = 0;
  return (
    <>
      {pieces(text, runs).map(([kind, piece], index) => {
        const start = at;
        at += piece.length;
        const parts = words.length
          ? [...marked(piece, start, words)].map(([part, is]) => (is ? <u>{part}</u> : part))
          : piece;
        const name = classOf(kind, prefix);
        return name ? (
          <span key={index} class={name}>
            {parts}
          </span>
        ) : (
          parts
        );
      })}
    </>
  );
}
