// The collections of presence, docs/widget-protocol.md, and how their documents are read.

import {
  asNumber,
  asText,
  asTexts,
  type Check,
  type Doc,
  type Fields,
  isFields,
  isFlag,
  isNumber,
  isOneOf,
  isText,
  pick,
} from "../core/messages";

export type Status = "following" | "done" | "stuck";

/** The statuses a person is counted under, the most urgent first. */
export const countedStatuses = ["stuck", "following", "none", "away", "done"] as const;
export type CountedStatus = (typeof countedStatuses)[number];

export interface Person extends Doc {
  name: string;
  role?: string;
  /** The name of the one through whose notebook they take part. */
  via?: string;
  me?: boolean;
  away?: boolean;
  status?: Status;
  /** Since when by this page's clock, in ms since 1970: the status, or being away. */
  since?: number;
}

export interface Hand extends Doc {
  name: string;
  at: number;
  since: number;
  note?: string;
  traceback?: string;
  helper?: string;
  mine?: boolean;
}

/** One's own hand. */
export interface OwnHand {
  since: number;
  note?: string;
  traceback?: string;
  helper?: string;
  solved?: boolean;
  state?: "pending" | "queued";
}

export interface OwnStatus {
  status?: Status;
  state?: "pending" | "queued";
}

export type Counts = Record<"here" | "hands" | CountedStatus, number>;

/** A person who was removed from the course. */
export interface Removed {
  id: string;
  name: string;
}

export interface Desk extends Doc {
  can: readonly string[];
  known: boolean;
  crowd: boolean;
  hidden: boolean;
  /** For staff: whether nobody new gets in. */
  closed: boolean;
  /** For staff: who was removed. */
  removed: readonly Removed[];
  counts: Counts;
  status: OwnStatus;
  hand: OwnHand | null;
}

const isStatus = isOneOf("following done stuck");
const isState = isOneOf("pending queued");

const docFields: Record<string, Check> = { id: isText, born: isNumber, rev: isNumber };

const personFields: Record<string, Check> = {
  ...{
    ...docFields,
    name: isText,
    role: isText,
    via: isText,
    me: isFlag,
    away: isFlag,
    status: isStatus,
  },
};

const handFields: Record<string, Check> = {
  ...{ ...docFields, name: isText, at: isNumber, note: isText, traceback: isText },
  ...{ helper: isText, mine: isFlag, solved: isFlag, state: isState },
};

/** The time at which something began, from its age in ms. */
const began = (age: unknown): number => Date.now() - Math.max(0, asNumber(age) ?? 0);

export function readPerson(value: unknown): Person | null {
  if (!isFields(value) || !asText(value.id)) return null;
  const person = { name: "", ...pick(value, personFields) } as Person;
  if (asNumber(value.age) !== null) person.since = began(value.age);
  return person;
}

export function readHand(value: unknown): Hand | null {
  if (!isFields(value) || !asText(value.id)) return null;
  return { name: "", at: 0, ...pick(value, handFields), since: began(value.age) } as Hand;
}

const nothing: Counts = {
  ...{ here: 0, hands: 0, stuck: 0, following: 0, none: 0, away: 0, done: 0 },
};

const readCounts = (value: unknown): Counts => {
  const given = isFields(value) ? value : ({} as Fields);
  const names = Object.keys(nothing) as (keyof Counts)[];
  return Object.fromEntries(names.map((name) => [name, asNumber(given[name]) ?? 0])) as Counts;
};

const readStatus = (value: unknown): OwnStatus =>
  isFields(value) ? pick(value, { status: isStatus, state: isState }) : {};

const readRemoved = (value: unknown): Removed[] =>
  (Array.isArray(value) ? value : []).flatMap((one) =>
    isFields(one) && asText(one.id) ? { id: asText(one.id), name: asText(one.name) } : [],
  );

export function readDesk(value: unknown): Desk | null {
  if (!isFields(value) || !asText(value.id)) return null;
  const { can, known, crowd, hidden, closed, removed, counts, status, hand } = value;
  return {
    ...(pick(value, docFields) as unknown as Doc),
    can: asTexts(can),
    known: known === true,
    crowd: crowd === true,
    hidden: hidden === true,
    closed: closed === true,
    removed: readRemoved(removed),
    counts: readCounts(counts),
    status: readStatus(status),
    hand: isFields(hand)
      ? ({ ...pick(hand, handFields), since: began(hand.age) } as unknown as OwnHand)
      : null,
  };
}

export const emptyDesk: Desk = {
  ...{ id: "desk", can: [], known: false, crowd: false, hidden: false },
  ...{ closed: false, removed: [] },
  ...{ counts: nothing, status: {}, hand: null },
};

/** An error of the notebook that can be sent with a raised hand. */
export interface Failure {
  id: string;
  headline: string;
  text: string;
}

export function readFailure(value: unknown): Failure | null {
  const error = isFields(value) ? value.error : null;
  if (!isFields(error) || !asText(error.id)) return null;
  return { id: asText(error.id), headline: asText(error.headline), text: asText(error.text) };
}

/** The request for one page of a large class. */
export interface PageQuery {
  query: string;
  filter: CountedStatus | "all";
  offset: number;
}

/** One page of a large class. */
export interface Page {
  query: string;
  filter: string;
  offset: number;
  people: Person[];
  total: number;
  error: string;
}

export function readPage(value: unknown): Page | null {
  if (!isFields(value)) return null;
  const people = Array.isArray(value.people) ? value.people : [];
  return {
    query: asText(value.query),
    filter: asText(value.filter),
    offset: asNumber(value.offset) ?? 0,
    people: people.flatMap((person) => readPerson(person) ?? []),
    total: asNumber(value.total) ?? 0,
    error: asText(value.error),
  };
}

export const isStaff = ({ role }: Pick<Person, "role">): boolean =>
  role === "instructor" || role === "admin";

/** The status a person is counted under: *stuck* and *done* outrank *away*. */
export function countedStatus({ away, status }: Pick<Person, "away" | "status">): CountedStatus {
  if (status === "stuck" || status === "done") return status;
  return away ? "away" : (status ?? "none");
}
