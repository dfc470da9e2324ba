// The collections of progress, docs/widget-protocol.md, and how their documents are read.

import {
  asList,
  asNumber,
  asText,
  asTexts,
  type Body,
  type Doc,
  docFields,
  type Fields,
  isBody,
  isFields,
  isTime,
  pick,
} from "../core/messages";

export interface Desk extends Doc {
  can: readonly string[];
  /** For staff: the number of people. */
  people: number;
  hidden: boolean;
}

/** How many people are how far in an exercise. */
export interface Counts {
  done: number;
  stuck: number;
  working: number;
  none: number;
}

/** The first check that failed. */
export interface Failure {
  check: string;
  number: number;
  type: string;
  message: string;
}

export interface Hint {
  by: string;
  at: number;
  body: Body;
}

export interface Exercise extends Doc {
  place: number;
  title: string;
  /** The one that is worked on. */
  now: boolean;
  /** For staff: how many people are how far, and whether the class is told. */
  counts: Counts;
  shared: boolean;
  /** Whether its checks came with it, so that `%check` can run them. */
  given: boolean;
  /** Of one's own last run by check: `p` passed, `f` failed, `s` stopped, `-` not run. */
  results: string;
  attempts: number;
  running: boolean;
  /** Whether the service has not heard of the last run yet, or why it does not count it. */
  waits: boolean;
  error: string;
  failed: Failure | null;
  hint: Hint | null;
  /** How many of how many people have done it, where the class is told. */
  told: readonly [done: number, people: number] | null;
}

/** People whose checks fail in the same way. */
export interface Group extends Doc {
  place: number;
  exercise: string;
  number: number;
  check: string;
  type: string;
  message: string;
  people: number;
  /** Since when, by this page's clock. */
  since: number;
  /** When a hint was sent, how many have done it since, and how many got it. */
  hint: readonly [at: number, done: number, people: number] | null;
}

/** How far somebody is in an exercise: passed and all checks; `null` before the first run. */
export type Cell = readonly [passed: number, checks: number] | null;

export interface Row extends Doc {
  name: string;
  cells: readonly Cell[];
  /** The exercise that they ran last, as a place in `cells`. */
  last: number;
  /** Since when they say to be stuck, and since when no more checks pass; 0: they do not. */
  stuck: number;
  idle: number;
}

const began = (age: unknown): number => {
  const ms = asNumber(age);
  return ms === null ? 0 : Date.now() - Math.max(0, ms);
};

const whole = (value: unknown): number => Math.max(0, Math.floor(asNumber(value) ?? 0));

const doc = (value: unknown): (Doc & { fields: Fields }) | null =>
  isFields(value) && asText(value.id)
    ? { ...(pick(value, docFields) as unknown as Doc), fields: value }
    : null;

export function readDesk(value: unknown): Desk | null {
  const read = doc(value);
  if (!read) return null;
  const { fields, ...rest } = read;
  return {
    ...rest,
    can: asTexts(fields.can),
    people: whole(fields.people),
    hidden: fields.hidden === true,
  };
}

export const emptyDesk: Desk = { id: "desk", can: [], people: 0, hidden: false };

const readCounts = (value: unknown): Counts => {
  const [done, stuck, working, none] = asList(value).map(whole);
  return { done: done ?? 0, stuck: stuck ?? 0, working: working ?? 0, none: none ?? 0 };
};

const readFailure = (value: unknown): Failure | null =>
  isFields(value)
    ? {
        check: asText(value.check),
        number: whole(value.number),
        type: asText(value.type),
        message: asText(value.message),
      }
    : null;

const readHint = (value: unknown): Hint | null =>
  isFields(value) && isBody(value.body)
    ? { by: asText(value.by), at: isTime(value.at) ? Number(value.at) : 0, body: value.body }
    : null;

export function readExercise(value: unknown): Exercise | null {
  const read = doc(value);
  if (!read) return null;
  const { fields, ...rest } = read;
  const told = asList(fields.class).map(whole);
  return {
    ...rest,
    place: whole(fields.place),
    title: asText(fields.title),
    now: fields.now === true,
    counts: readCounts(fields.counts),
    shared: fields.shared === true,
    given: fields.given === true,
    results: asText(fields.results).replace(/[^pfs-]/g, ""),
    attempts: whole(fields.attempts),
    running: fields.running === true,
    waits: fields.waits === true,
    error: asText(fields.error),
    failed: readFailure(fields.failed),
    hint: readHint(fields.hint),
    told: told.length > 1 ? [told[0] ?? 0, told[1] ?? 0] : null,
  };
}

export function readGroup(value: unknown): Group | null {
  const read = doc(value);
  if (!read) return null;
  const { fields, ...rest } = read;
  const [at, done, people] = asList(fields.hint).map(asNumber);
  return {
    ...rest,
    place: whole(fields.place),
    exercise: asText(fields.exercise),
    number: whole(fields.number),
    check: asText(fields.check),
    type: asText(fields.type),
    message: asText(fields.message),
    people: whole(fields.people),
    since: began(fields.age),
    hint: isTime(at) ? [at as number, done ?? 0, people ?? 0] : null,
  };
}

const readCell = (value: unknown): Cell => {
  const [passed, checks] = asList(value).map(whole);
  return checks ? [passed ?? 0, checks] : null;
};

export function readRow(value: unknown): Row | null {
  const read = doc(value);
  if (!read) return null;
  const { fields, ...rest } = read;
  return {
    ...rest,
    name: asText(fields.name),
    cells: asList(fields.cells).map(readCell),
    last: asNumber(fields.last) ?? -1,
    stuck: began(fields.stuck),
    idle: began(fields.idle),
  };
}

export const passedOf = (results: string): number => results.replace(/[^p]/g, "").length;

/** Whether all checks passed in the last run. */
export const isDone = ({ results }: Exercise): boolean =>
  results !== "" && passedOf(results) === results.length;

export const isCellDone = (cell: Cell): boolean => cell !== null && cell[0] === cell[1];

/** Whether somebody has done all exercises. */
export const hasDoneAll = ({ cells }: Row): boolean => cells.length > 0 && cells.every(isCellDone);
