// Numbers as people read and write them. A value is never read from what is shown of it.

/** From here on, and below, a number is shown with an exponent. */
const GROUPED = 1e15;
const TINY = 1e-6;

const decimalOf = (lang: string): "," | "." => (lang === "tr" ? "," : ".");

const exponential = (text: string, lang: string): string =>
  text.replace(/e\+?/, "E").replace(".", decimalOf(lang));

/** A number with all its digits, in groups of three: 12,345.5, in Turkish 12.345,5. */
export function figure(value: number, lang: string): string {
  const number = value + 0; // no -0
  const size = Math.abs(number);
  if (size >= GROUPED || (size > 0 && size < TINY))
    return exponential(number.toExponential(), lang);
  const [whole = "", part] = String(number).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, lang === "tr" ? "." : ",");
  return part === undefined ? grouped : `${grouped}${decimalOf(lang)}${part}`;
}

/** A number with all its digits and without groups, as a box has it: 12345.5, 12345,5. */
export const typed = (value: number, lang: string): string => exponential(String(value + 0), lang);

/** The value of a decimal digit of any script. */
function digitOf(digit: string): string {
  const latin = digit.normalize("NFKC");
  if (/^\d$/.test(latin)) return latin;
  const code = digit.codePointAt(0) ?? 0;
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(code - value - 1))) value++;
  return String(value);
}

/** In the signs of one script: digits, `-`, `+`, `.`, `,`, `'` and blanks, `e` before an exponent. */
const plain = (text: string, lang: string): string =>
  text
    .replace(/\p{DI}/gu, "")
    .replace(
      /\s*[×x*·⋅]\s*10(?:\s*\^\s*([-+\u2212]?\d+)|([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+))\s*$/u,
      (_, a, b) => `e${(a ?? b).normalize("NFKC")}`,
    )
    .replace(/\p{Nd}/gu, digitOf)
    .replace(/[\u2010-\u2013\u2212\ufe58\ufe63\uff0d]/g, "-")
    .replace(/[\ufe62\uff0b]/g, "+")
    .replace(/\uff0e/g, ".")
    .replace(/\uff0c/g, ",")
    .replace(/\u066b/g, decimalOf(lang))
    .replace(/[\u066c_\u2019]/g, "'")
    .replace(/\s/g, " ")
    .trim();

/** The index of the decimal separator in a number's digits; -1: none. */
function pointOf(digits: string, lang: string): number {
  const marks = digits.match(/[.,]/g) ?? [];
  const last = Math.max(digits.lastIndexOf("."), digits.lastIndexOf(","));
  if (new Set(marks).size > 1) return last;
  if (marks.length !== 1) return -1;
  const couldGroup = /^[1-9]\d{0,2}[.,]\d{3}$/.test(digits);
  return digits[last] !== decimalOf(lang) && couldGroup ? -1 : last;
}

const groups = [/^\d*$/, /^[1-9]\d{0,2}([.,' ])\d{3}(?:\1\d{3})*$/, /^[1-9]\d?(?:,\d{2})+,\d{3}$/];
const fraction = /^\d*$|^\d{3}(?: \d{3})*(?: \d{1,3})?$/;

/**
 * A number as people write it in a language: `12000`, `12,000.5` or in Turkish `12.000,5`, with
 * blanks between the groups, `1e3`, `6.02×10²³`, in the digits of any script; `null` if it is none.
 */
export function readNumber(text: string, lang: string): number | null {
  const parts = /^([-+]?) ?([\d.,' ]+?) ?(?:e ?([-+]?\d+))?$/i.exec(plain(text, lang));
  if (!parts) return null;
  const [, sign = "", digits = "", power = "0"] = parts;
  const point = pointOf(digits, lang);
  const whole = point < 0 ? digits : digits.slice(0, point);
  const part = point < 0 ? "" : digits.slice(point + 1);
  const known = groups.some((form) => form.test(whole)) && fraction.test(part);
  // A decimal separator that stands between the groups too is none.
  if (!known || !/\d/.test(digits) || (point >= 0 && whole.includes(digits[point] ?? "")))
    return null;
  const number = Number(`${sign}${whole.replace(/\D/g, "")}.${part.replace(/\D/g, "")}e${power}`);
  return Number.isFinite(number) ? number + 0 : null;
}

/** The number that a typed text is read as, if it is written otherwise; else empty. */
export function understood(text: string, lang: string): string {
  const number = readNumber(text, lang);
  const told = number === null ? "" : typed(number, lang);
  return told === text.trim() ? "" : told;
}
