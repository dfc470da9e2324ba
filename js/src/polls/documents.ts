// The documents of polls, docs/widget-protocol.md, and how what arrives is read. What a kernel
// does not send is absent; what is of a wrong kind is left out.

import {
  asList,
  asNumber,
  asText,
  asTexts,
  type Body,
  type Check,
  type Doc,
  docFields,
  type Fields,
  fromNow,
  isBody,
  isFields,
  isFlag,
  isNumber,
  isOneOf,
  isText,
  isTime,
  readDoc,
} from "../core/messages";

export const KINDS = [
  "single",
  "multiple",
  "scale",
  "number",
  "text",
  "ordering",
  "predict",
] as const;

export type Kind = (typeof KINDS)[number];

/** An option's index, several of them, a number or a text, as the kind wants it. */
export type Choice = number | string | readonly number[];

export type VoteState = "pending" | "queued" | "counted" | "late" | "failed";

/** The results of one round; fields of other kinds of poll are empty. */
export interface Round {
  round: number;
  people: number;
  counts: readonly number[];
  numbers: readonly { value: number; people: number }[];
  /** `hidden`: students do not see it. */
  texts: readonly { text: string; people: number; hidden: boolean }[];
  ranks: readonly number[];
  orders: readonly { order: readonly number[]; people: number }[];
  median: number | null;
  /** People whose answer is not listed. */
  more: number;
  /** People whose text an instructor removed. */
  removed: number;
  right: number | null;
  /** People who took part through somebody else's notebook. */
  vouched: number;
}

/** The movements between two rounds: `n` people from option `a` to option `b`. */
export interface Flow {
  from: number;
  to: number;
  both: number;
  pairs: readonly (readonly [a: number, b: number, n: number])[];
}

/** The results of a poll as revealed, or as an instructor peeks at them before. */
export interface Outcome {
  results: readonly Round[];
  flows: readonly Flow[];
  /** The right answer; empty: it is not known here. */
  correct: readonly Choice[];
  tolerance: number;
}

export interface Peek extends Outcome {
  pages: readonly string[];
  people: number;
  suggestion: string;
  /** The texts as which others are counted, too. */
  merged: readonly string[];
}

export interface Poll extends Doc, Outcome {
  question: Body;
  kind: Kind;
  options: readonly Body[];
  anonymous: boolean;
  named: boolean;
  /** Whether everybody sees the counts while it is open. */
  live: boolean;
  /** The counts of the present round of a live poll. */
  soFar: Round | null;
  /** The time of the last edit since it was opened. */
  edited?: number;
  state: "draft" | "open" | "closed" | "revealed";
  round: number;
  /** The times at which the round opened and closes, by the service's clock. */
  opened?: number;
  closes?: number;
  /** The time at which it closes by this page's clock, from the time left on arrival. */
  ends: number | null;
  seconds?: number;
  shown: { counts: boolean; answer: boolean };
  ended: boolean;
  answered: number;
  mine?: Choice;
  mineState?: VoteState;
  mineError: string;
  earlier: Readonly<Record<string, Choice>>;
  saving: boolean;
  error: string;
  hasAnswer: boolean;
  peek: Peek | null;
  /** Texts that students are not shown, of results that they are shown; for instructors. */
  hiddenTexts: readonly string[];
}

export type Ability = "vote" | "manage";

/** The one document of the collection `desk`. */
export interface Desk extends Doc {
  can: readonly Ability[];
  next: string | null;
  /** The drafts' ids, in the order in which they are asked. */
  order: readonly string[];
  /** The kernel's variable that has the lesson. */
  lesson: string;
}

export const asChoice = (value: unknown): Choice | undefined => {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.filter((item) => Number.isInteger(item));
  return asNumber(value) ?? undefined;
};

const count = (value: unknown): number => Math.max(0, asNumber(value) ?? 0);

const asNumbers = (value: unknown): number[] => asList(value).map(count);

const asFields = (value: unknown): Fields[] => asList(value).filter(isFields);

const readRound = (value: Fields): Round => ({
  round: count(value.round),
  people: count(value.people),
  counts: asNumbers(value.counts),
  numbers: asFields(value.numbers).flatMap((item) => {
    const number = asNumber(item.value);
    return number === null ? [] : [{ value: number, people: count(item.people) }];
  }),
  texts: asFields(value.texts).map(({ text, people, hidden }) => ({
    text: asText(text),
    people: count(people),
    hidden: hidden === true,
  })),
  ranks: asNumbers(value.ranks),
  orders: asFields(value.orders).map(({ order, people }) => ({
    order: asNumbers(order),
    people: count(people),
  })),
  median: asNumber(value.median),
  more: count(value.more),
  removed: count(value.removed),
  vouched: count(value.vouched),
  right: asNumber(value.right),
});

const readFlow = (value: Fields): Flow => ({
  from: count(value.from),
  to: count(value.to),
  both: count(value.both),
  pairs: asList(value.pairs).map((pair) => {
    const [a, b, n] = asList(pair);
    return [count(a), count(b), count(n)] as const;
  }),
});

const readOutcome = (value: Fields): Outcome => ({
  results: asFields(value.results).map(readRound),
  flows: asFields(value.flows).map(readFlow),
  correct: asList(value.correct).flatMap((item) => asChoice(item) ?? []),
  tolerance: count(value.tolerance),
});

const readPeek = (value: unknown): Peek | null =>
  isFields(value)
    ? {
        ...readOutcome(value),
        pages: asTexts(value.pages),
        people: count(value.people),
        suggestion: asText(value.suggestion),
        merged: asTexts(value.merged),
      }
    : null;

const pollFields: Record<string, Check> = {
  ...docFields,
  question: isBody,
  kind: isOneOf(KINDS.join(" ")),
  state: isOneOf("draft open closed revealed"),
  round: isNumber,
  opened: isTime,
  closes: isTime,
  seconds: isNumber,
  answered: isNumber,
  mineState: isOneOf("pending queued counted late failed"),
  mineError: isText,
  error: isText,
  anonymous: isFlag,
  named: isFlag,
  edited: isTime,
  ended: isFlag,
  saving: isFlag,
  hasAnswer: isFlag,
};

const plain = {
  ...{ question: "", state: "draft", round: 1, answered: 0, mineError: "", error: "" },
  ...{ anonymous: false, named: false, ended: false, saving: false, hasAnswer: false },
};

/** Read a document of the collection `polls`; `null` if it cannot be shown or ordered. */
export function readPoll(value: unknown): Poll | null {
  if (!isFields(value)) return null;
  const doc = readDoc<Poll>(value, pollFields);
  if (doc?.kind === undefined) return null;
  const shown = isFields(value.shown) ? value.shown : {};
  const mine = asChoice(value.mine);
  const earlier = isFields(value.earlier) ? Object.entries(value.earlier) : [];
  return {
    ...plain,
    ...doc,
    ...readOutcome(value),
    ...(mine !== undefined && { mine }),
    options: asList(value.options).filter(isBody),
    shown: { counts: shown.counts === true, answer: shown.answer === true },
    ends: fromNow(value.left),
    live: value.live === true || isFields(value.live),
    soFar: isFields(value.live) ? readRound(value.live) : null,
    earlier: Object.fromEntries(
      earlier.flatMap(([round, was]) => {
        const choice = asChoice(was);
        return choice === undefined ? [] : [[round, choice]];
      }),
    ),
    peek: readPeek(value.peek),
    hiddenTexts: asTexts(value.hiddenTexts),
  } as Poll;
}

/** The state before the kernel has told it. */
export const plainDesk: Desk = {
  ...{ id: "desk", can: [], next: null, order: [], lesson: "lesson" },
};

/** Read the document of the collection `desk`. */
export function readDesk(value: unknown): Desk | null {
  if (!isFields(value) || value.id !== "desk") return null;
  const known: readonly string[] = ["vote", "manage"];
  return {
    ...plainDesk,
    rev: asNumber(value.rev) ?? 0,
    can: asTexts(value.can).filter((word): word is Ability => known.includes(word)),
    next: asText(value.next) || null,
    order: asTexts(value.order),
    lesson: /^[a-z_]\w{0,60}$/i.exec(asText(value.lesson))?.[0] ?? plainDesk.lesson,
  };
}

/** Whether answers are written instead of chosen. */
export const isTyped = ({ kind }: Poll): boolean => kind === "number" || kind === "text";
