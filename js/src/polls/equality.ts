// Which options look the same, and which answers are equal.

/** Invisible characters: all ignorable code points but those of emojis and flags. */
const unseen =
  /\u200d(?![\u2190-\u2bff\u3030\u303d\u3297\u3299\u{1f000}-\u{1faff}])|(?![\u200d\u{e0020}-\u{e007f}])\p{DI}|(?<![\u{1f3f4}\u{e0020}-\u{e007f}])[\u{e0020}-\u{e007f}]/gu;

const wide = /[\u3000\uff01-\uff9f\uffe0-\uffe2\uffe4-\uffe6\uffe8-\uffee]/g;

const oneWidth = (text: string): string =>
  text
    .replace(unseen, "")
    .replace(wide, (character) => character.normalize("NFKC"))
    .normalize("NFC");

/** A key that is equal for texts that look the same; with `code` runs of blanks count. */
export const lookKey = (text: string, code = false): string => {
  const spaced = oneWidth(text)
    .replace(/[^\S\n]/g, " ")
    .trim();
  return code || spaced.includes("`") ? spaced : spaced.replace(/\s+/g, " ");
};

/** A key that is equal for equal answers, whatever their case, width, blanks or Turkish i's. */
export const equalityKey = (text: string): string =>
  oneWidth(text)
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll("ς", "σ")
    .replace(/i\u0307+/g, "i")
    .normalize("NFC")
    .trim()
    .replace(/\s+/g, " ");
