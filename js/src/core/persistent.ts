import type { Connection } from "./connection";
import { asText } from "./messages";
import { Signal } from "./signal";
import { load, save } from "./storage";

type Read<T> = (stored: unknown) => T;

/** The stored values by key, one for all models of a person in a channel. */
const kept = new Map<string, Signal<unknown>>();

function keptUnder<T>(key: string, read: Read<T>, write: (value: T) => unknown): Signal<T> {
  const known = kept.get(key);
  if (known) return known as Signal<T>;
  const value = new Signal(read(load(key)));
  value.subscribe(() => save(key, write(value.value) || null));
  kept.set(key, value as Signal<unknown>);
  return value;
}

interface Ways<T> {
  /** Merges the stored value with the one held before its owner was known. */
  merge?: (stored: T, now: T) => T;
  /** Makes the stored form of a value. */
  write?: (value: T) => unknown;
}

/**
 * A value that is not sent: one for all that a person sees of a channel in this page, kept over
 * re-runs and reloads. `read` makes it of what was stored, or of `null`; an empty one is not
 * stored. Until the kernel has said whose it is it is held here, and then merged with what they
 * have.
 */
export function keep<T>(
  name: string,
  connection: Connection,
  read: Read<T>,
  { merge = (_, now) => now, write = (value) => value }: Ways<T> = {},
): Signal<T> {
  const untouched = read(null);
  const value = new Signal(untouched);
  connection.whenKnown((scope) => {
    const own = keptUnder(`edu-widgets:${name}:${scope}`, read, write);
    if (!Object.is(value.value, untouched)) own.value = merge(own.value, value.value);
    value.value = own.value;
    value.subscribe(() => {
      own.value = value.value;
    });
    const follow = (): void => {
      value.value = own.value;
    };
    connection.atEnd(own.subscribe(follow));
  });
  return value;
}

/** The stored text, and behind it the one typed before its owner was known. */
const mergeTexts = (stored: string, now: string): string =>
  stored && now ? `${stored}\n${now}` : stored || now;

/** A text that is not sent. */
export const keepText = (name: string, connection: Connection): Signal<string> =>
  keep(name, connection, asText, { merge: mergeTexts });
