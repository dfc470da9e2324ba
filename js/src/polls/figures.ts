// Numbers and letters as people read them.

import type { Choice, Kind, Outcome, Poll, Round } from "./documents";
import { equalityKey } from "./equality";

const formats: Record<string, Intl.NumberFormat> = {};

const formatOf = (lang: string, options: Intl.NumberFormatOptions): Intl.NumberFormat => {
  const key = `${lang}${JSON.stringify(options)}`;
  formats[key] ??= new Intl.NumberFormat(lang, options);
  return formats[key];
};

/** `count` of `people` as a percentage: 81%, %81. */
export const percent = (count: number, people: number, lang: string): string =>
  formatOf(lang, { style: "percent" }).format(people > 0 ? count / people : 0);

/** A mean, to one decimal. */
export const mean = (value: number, lang: string): string =>
  formatOf(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);

/** The letter of an option; of a point of a scale its number. */
export const keyOf = (kind: Kind, index: number): string =>
  kind === "scale" ? String(index + 1) : String.fromCharCode(65 + index);

/** The option that a pressed key means, if there is one. */
export function optionOf({ kind, options }: Poll, key: string): number | null {
  const number = /^[1-9]$/.test(key) ? Number(key) - 1 : -1;
  const letter = /^[a-z]$/i.test(key) ? key.toUpperCase().charCodeAt(0) - 65 : -1;
  const index = number >= 0 || kind === "scale" ? number : letter;
  return index >= 0 && index < options.length ? index : null;
}

/** Whether an option is in a choice. */
export const isChosen = (choice: Choice | undefined, index: number): boolean =>
  typeof choice === "object" ? choice.includes(index) : choice === index;

const isSame = (a: Choice, b: Choice): boolean =>
  typeof a === "object" && typeof b === "object"
    ? a.length === b.length && a.every((item, place) => item === b[place])
    : a === b;

/** Whether an answer is right, as far as the right one is known here. */
export function isRight(kind: Kind, answer: Choice, { correct, tolerance }: Outcome): boolean {
  if (kind === "ordering") return correct.length > 0 && isSame(answer, correct as number[]);
  return correct.some((one) => {
    if (kind === "text") return equalityKey(String(one)) === equalityKey(String(answer));
    return kind === "number" ? isNear(Number(one), Number(answer), tolerance) : one === answer;
  });
}

/** As the service counts: whole numbers are what they are, and 0.1 + 0.2 is 0.3. */
function isNear(one: number, other: number, tolerance: number): boolean {
  const off = Math.abs(one - other);
  const whole = Number.isInteger(one) && Number.isInteger(other);
  return off <= tolerance || (!whole && off <= 1e-12 * Math.max(Math.abs(one), Math.abs(other)));
}

/** One's own choice in a round. */
export const choiceIn = (poll: Poll, round: number): Choice | undefined =>
  round === poll.round ? poll.mine : poll.earlier[round];

/** Whether a round has anything but its people: of an anonymous one with few answers nothing. */
export const hasCounts = ({ counts, numbers, texts, ranks, removed }: Round): boolean =>
  counts.length + numbers.length + texts.length + ranks.length + removed > 0;
