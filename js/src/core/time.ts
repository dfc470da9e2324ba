import { on } from "./events";
import type { Catalog } from "./locale/en";
import { Signal } from "./signal";

const formats = new Map<string, Intl.DateTimeFormat>();

/** `at` in the way of `lang`; formats are dear to make, so they are kept. */
function spell(at: number, lang: string, options: Intl.DateTimeFormatOptions): string {
  const key = `${lang} ${JSON.stringify(options)}`;
  const format = formats.get(key) ?? new Intl.DateTimeFormat(lang, options);
  formats.set(key, format);
  return format.format(at);
}

/** Hours and minutes, on a 24-hour clock as in timetables. */
const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const DAY = { day: "numeric", month: "short" } as const;

const dayOf = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** Whether two times, in ms since 1970, are of the same day here. */
export const isSameDay = (a: number, b: number): boolean => dayOf(a) === dayOf(b);

/** Hours and minutes of a time of today; of any other day the day too. */
export function clockTime(at: number, lang: string): string {
  const now = Date.now();
  if (isSameDay(at, now)) return spell(at, lang, CLOCK);
  const year = new Date(at).getFullYear() !== new Date(now).getFullYear();
  return spell(at, lang, { ...DAY, ...(year && { year: "numeric" }), ...CLOCK });
}

/** The name of a day: today, yesterday, or its date. */
export function dayName(at: number, words: Catalog): string {
  const now = Date.now();
  if (isSameDay(at, now)) return words.today;
  if (isSameDay(at, dayOf(now) - 1)) return words.yesterday;
  return spell(at, words.lang, { dateStyle: "full" });
}

/** The beginning of the present day, in ms since 1970; views that show times follow it. */
export const today = new Signal(dayOf(Date.now()));

/** The time between two looks at the date, in ms: a laptop may sleep over midnight. */
const EVERY = 60_000;

const look = (): void => {
  today.value = dayOf(Date.now());
};
setInterval(look, EVERY);
on(document, "visibilitychange", look);
