import { type Context as Speaking, wordsIn } from "../core/i18n";
import { isolated } from "../core/text";
import { clockTime, isSameDay } from "../core/time";
import type { Notice } from "./documents";
import { en } from "./locale/en";
import { tr } from "./locale/tr";

export const wordsOf = wordsIn({ en, tr });
export type Words = ReturnType<typeof wordsOf>;
export type Context = Speaking<Words>;

/** A notification's title; of what was made of something else, in the reader's language. */
export function titleOf({ kind, title, about }: Notice, words: Words): string {
  switch (kind) {
    case "mention":
      return about ? words.mentioned(isolated(about)) : title;
    case "poll":
      return words.pollOpen;
    case "user_activity":
      return title || (about ? isolated(about) : words.activity);
    case "course_update":
      return title || words.courseUpdate;
    default:
      return title || words.types.info;
  }
}

const MINUTE = 60_000;
const DAY = 86_400_000;

/** When something was, in as few words as it takes. */
export function since(at: number, now: number, words: Words): string {
  const minutes = Math.floor((now - at) / MINUTE);
  if (minutes < 1) return words.now;
  if (minutes < 60) return words.minutes(minutes);
  if (isSameDay(at, now)) return clockTime(at, words.lang);
  if (isSameDay(at, now - DAY)) return words.yesterday.toLocaleLowerCase(words.lang);
  const name = (options: Intl.DateTimeFormatOptions): string =>
    new Date(at).toLocaleDateString(words.lang, options);
  return name(now - at < 6 * DAY ? { weekday: "short" } : { dateStyle: "medium" });
}
