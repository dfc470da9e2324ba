import type { Catalog } from "./locale/catalog";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(lang: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = lang + JSON.stringify(options);
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(lang, options);
  formats.set(key, made);
  return made;
}

/** Hours and minutes, on a 24-hour clock as in timetables. */
export const clockTime = (at: number, lang: string): string =>
  format(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);

export const fullTime = (at: number, lang: string): string =>
  format(lang, { dateStyle: "full", timeStyle: "short" }).format(at);

const dayOf = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

export const isSameDay = (a: number, b: number): boolean => dayOf(a) === dayOf(b);

/** The name of a day: today, yesterday, or its date. */
export function dayName(at: number, words: Catalog, now = Date.now()): string {
  if (isSameDay(at, now)) return words.today;
  if (isSameDay(at, dayOf(now) - 1)) return words.yesterday;
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  const year = sameYear ? {} : ({ year: "numeric" } as const);
  return format(words.lang, { weekday: "long", day: "numeric", month: "long", ...year }).format(at);
}

const MAX_DATE = 8.64e15;

/** `at` where it can be a date at all; a wrong clock elsewhere must not break the view. */
export const soundTime = (at: number): number => (Math.abs(at) <= MAX_DATE ? at : 0);
