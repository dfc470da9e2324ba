import type { Catalog } from "./locale/catalog";

const clocks: Record<string, Intl.DateTimeFormat> = {};

/** Hours and minutes, on a 24-hour clock as in timetables. */
export function clockTime(at: number, lang: string): string {
  clocks[lang] ??= new Intl.DateTimeFormat(lang, { timeStyle: "short", hourCycle: "h23" });
  return clocks[lang].format(at);
}

const dayOf = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

export const isSameDay = (a: number, b: number): boolean => dayOf(a) === dayOf(b);

/** The name of a day: today, yesterday, or its date. */
export function dayName(at: number, words: Catalog): string {
  const now = Date.now();
  if (isSameDay(at, now)) return words.today;
  if (isSameDay(at, dayOf(now) - 1)) return words.yesterday;
  return new Date(at).toLocaleDateString(words.lang, { dateStyle: "full" });
}
