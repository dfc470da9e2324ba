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
  isBody,
  isFields,
  isNumber,
  isOneOf,
  isText,
  isTime,
  readDoc,
} from "../core/messages";
import { type BlobRef, blobRef } from "../core/pictures";

/** The part of something that is here, and how much there was of it. */
export interface Cut {
  shown: number;
  total: number;
  unit: string;
}

export interface Output {
  type: "text" | "body" | "picture" | "error" | "note";
  text: string;
  runs: string;
  name: string;
  value: string;
  body: Body;
  picture: BlobRef | null;
  cut: Cut | null;
}

/** A cell of one's own that is like a shared one. */
export interface Mine {
  n: number;
  differs: number;
}

export interface Cell extends Doc {
  born: number;
  n: number;
  at: number;
  ended: number;
  status: "running" | "ok" | "error";
  source: string;
  runs: string;
  by: string;
  byName: string;
  outputs: readonly Output[];
  /** The id of the run before, which it was again, and the lines that changed since. */
  again: string;
  times: number;
  changed: number;
  mine: Mine | null;
  cut: Cut | null;
}

export interface Held {
  id: string;
  n: number;
  at: number;
  why: string;
  source: string;
  runs: string;
}

/** The one document of the collection `desk`. */
export interface Desk extends Doc {
  state: string;
  at: number;
  byName: string;
  total: number;
  seen: number;
  unseen: number;
  missed: readonly [from: number, to: number];
  can: readonly string[];
  offered: boolean;
  /** The state of what this kernel shares. */
  mine: string;
  audience: number | null;
  held: readonly Held[];
}

export interface DiffLine {
  text: string;
  runs: string;
  /** Places and lengths of the words that differ, one after the other. */
  words: readonly number[];
}

export interface DiffRow {
  same: boolean;
  mine: DiffLine | null;
  theirs: DiffLine | null;
}

/** A comparison: with one's own cell `n`, or with the run before (0). */
export interface Compared {
  id: string;
  n: number;
  choices: readonly { n: number; line: string }[];
  rows: readonly DiffRow[];
}

export interface Missed {
  id: string;
  n: number;
  line: string;
  mine: Mine | null;
}

const count = (value: unknown): number => Math.max(0, asNumber(value) ?? 0);

function readCut(value: unknown): Cut | null {
  const [shown, total, unit] = asList(value);
  return isNumber(total) ? { shown: count(shown), total: count(total), unit: asText(unit) } : null;
}

const readMine = (value: unknown): Mine | null =>
  isFields(value) && isNumber(value.n)
    ? { n: count(value.n), differs: count(value.differs) }
    : null;

const types = isOneOf("text body picture error note");

function readOutput(value: unknown): Output[] {
  if (!isFields(value) || !types(value.type)) return [];
  return [
    {
      type: value.type as Output["type"],
      text: asText(value.text),
      runs: asText(value.runs),
      name: asText(value.name),
      value: asText(value.value),
      body: isBody(value.body) ? value.body : "",
      picture: blobRef(value.picture),
      cut: readCut(value.cut),
    },
  ];
}

const cellFields: Record<string, Check> = {
  ...docFields,
  ...{ n: isNumber, at: isTime, ended: isTime, times: isNumber, changed: isNumber },
  ...{ source: isText, runs: isText, by: isText, byName: isText, again: isText },
  status: isOneOf("running ok error"),
};

const plainCell = {
  ...{ n: 0, at: 0, ended: 0, status: "ok", source: "", runs: "", by: "", byName: "" },
  ...{ again: "", times: 1, changed: 0 },
};

/** Read a document of the collection `cells`; `null` if it cannot be shown or ordered. */
export function readCell(value: unknown): Cell | null {
  if (!isFields(value)) return null;
  const doc = readDoc<Cell>(value, cellFields);
  if (!doc || doc.born == null) return null;
  return {
    ...plainCell,
    ...doc,
    outputs: asList(value.outputs).flatMap(readOutput),
    mine: readMine(value.mine),
    cut: readCut(value.cut),
  } as Cell;
}

const readHeld = (value: unknown): Held[] =>
  isFields(value)
    ? [
        {
          id: asText(value.id),
          n: count(value.n),
          at: count(value.at),
          why: asText(value.why),
          source: asText(value.source),
          runs: asText(value.runs),
        },
      ]
    : [];

const deskFields: Record<string, Check> = {
  ...docFields,
  ...{ state: isText, byName: isText, mine: isText, at: isTime },
  ...{ total: isNumber, seen: isNumber, unseen: isNumber, audience: isNumber },
};

/** The state before the kernel has told it. */
export const plainDesk: Desk = {
  ...{ id: "desk", state: "off", at: 0, byName: "", total: 0, seen: 0, unseen: 0 },
  ...{ missed: [0, 0], can: [], offered: true, mine: "off", audience: null, held: [] },
};

/** Read the document of the collection `desk`. */
export function readDesk(value: unknown): Desk | null {
  if (!isFields(value)) return null;
  const doc = readDoc<Desk>(value, deskFields);
  if (doc?.id !== "desk") return null;
  const [from, to] = asList(value.missed);
  return {
    ...plainDesk,
    ...doc,
    missed: [count(from), count(to)],
    can: asTexts(value.can),
    offered: value.offered !== false,
    held: asList(value.held).flatMap(readHeld),
  };
}

const readLine = (value: unknown): DiffLine | null =>
  isFields(value)
    ? {
        text: asText(value.text),
        runs: asText(value.runs),
        words: asList(value.words).filter((place): place is number => Number.isInteger(place)),
      }
    : null;

/** Read an answer with the differences of a cell. */
export function readCompared(value: Fields): Compared {
  return {
    id: asText(value.id),
    n: count(value.n),
    choices: asList(value.choices)
      .filter(isFields)
      .map(({ n, line }) => ({ n: count(n), line: asText(line) })),
    rows: asList(value.rows)
      .filter(isFields)
      .map((row) => ({
        same: row.same === true,
        mine: readLine(row.mine),
        theirs: readLine(row.theirs),
      })),
  };
}

/** Read an answer with the cells that were missed. */
export const readMissed = (value: Fields): Missed[] =>
  asList(value.items)
    .filter(isFields)
    .map((item) => ({
      id: asText(item.id),
      n: count(item.n),
      line: asText(item.line),
      mine: readMine(item.mine),
    }));
