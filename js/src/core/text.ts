// Texts cut where people see one character end: never in an emoji, a flag or a letter's accents; and
// their keys.

/** Missing in browsers of before 2024: then no code point is cut. */
const graphemes = Intl.Segmenter
  ? new Intl.Segmenter(undefined, { granularity: "grapheme" })
  : undefined;

/** The longest of what people see as one character that is kept whole, in UTF-16 units. */
const LONGEST = 64;

/** The second half of a code point. */
const LOW = /[\uDC00-\uDFFF]/;
/** Letters of flags, two for each, at the end of a text. */
const FLAGS = /(?:\uD83C[\uDDE6-\uDDFF])+$/;

/** The start of the visible character at index `at`; `at` itself between two characters. */
export function boundary(text: string, at: number): number {
  // A tower of accents has no end: looked at is what is near, and what flags are counted from.
  let from = Math.max(0, at - LONGEST);
  if (LOW.test(text[from] ?? "")) from--;
  from -= FLAGS.exec(text.slice(0, from))?.[0].length ?? 0;
  const near = text.slice(from, at + LONGEST);
  const begins = from + (graphemes?.segment(near).containing(at - from)?.index ?? at - from);
  const whole = begins > from ? begins : at;
  return LOW.test(text[whole] ?? "") ? whole - 1 : whole;
}

/** The beginning of `text`, at most `most` UTF-16 units of it; `more` stands for what was cut. */
export const shorten = (text: string, most: number, more = "…"): string =>
  text.length > most ? text.slice(0, boundary(text, most)) + more : text;

/** `text` in one line, and not longer than `most`. */
export const oneLine = (text: string, most: number): string =>
  // What is far behind is not even looked at.
  shorten(
    text
      .slice(0, 4 * most)
      .replace(/\s+/g, " ")
      .trim(),
    most,
  );

/** The initial of a name: its first visible character. */
export function initialOf(name: string, lang: string): string {
  const start = name.trim().slice(0, LONGEST);
  const first =
    graphemes?.segment(start).containing(0)?.segment ?? /^(?:\p{RI}{2}|.)/su.exec(start)?.[0];
  return (first ?? "·").toLocaleUpperCase(lang);
}

/** A name between marks that end what it may do to the direction of the text around it. */
export const isolated = (name: string): string => `\u2068${name}\u2069`;

const ascii = /^[\x20-\x7e\n\t]*$/;

/** Accents, and the points of Hebrew and Arabic: not the vowels that Indic scripts write so. */
const accents =
  /(?=\p{M})[\p{Script=Inherited}\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Cyrillic}]/gu;

/** One character, folded: nothing for an accent that stands alone. */
const foldOne = (character: string): string =>
  character.normalize("NFKD").replace(accents, "").toUpperCase().toLowerCase();

/**
 * Text as it is searched: without case, without accents, the four Turkish i's as one. Which answers
 * are equal is another question, with a key of its own (polls/equality.ts).
 */
export const searchKey = (text: string): string =>
  ascii.test(text) ? text.toLowerCase() : foldOne(text).replaceAll("ı", "i").replaceAll("ς", "σ");
