import { asText } from "./messages";
import { Signal } from "./signal";
import { load, save } from "./storage";

const kept = new Map<string, Signal<unknown>>();

/**
 * A value of a course that is not sent yet: shared by its views, kept over re-runs and reloads.
 * `read` makes it of what was stored, or of `null`; an empty one is not stored.
 */
export function keep<T>(name: string, course: string, read: (stored: unknown) => T): Signal<T> {
  const key = `edu-widgets:${name}:${course}`;
  const known = kept.get(key);
  if (known) return known as Signal<T>;
  const value = new Signal(read(load(key)));
  value.subscribe(() => save(key, value.value || null));
  kept.set(key, value as Signal<unknown>);
  return value;
}

/** The unsent text of a course. */
export const draftOf = (course: string): Signal<string> => keep("draft", course, asText);
