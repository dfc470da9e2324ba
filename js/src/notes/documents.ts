// The collections of notes, docs/widget-protocol.md: read field by field.

import {
  asNumber,
  asText,
  asTexts,
  type Body,
  type Doc,
  isBody,
  isFields,
  isFlag,
  isNumber,
  isText,
  isTime,
  readDoc,
} from "../core/messages";

/** What one's own notes and those of the class have in common. */
export interface Note extends Doc {
  body: Body;
  /** Times in ms since 1970: of writing, of the last change, and the one it is about. */
  at: number;
  edited?: number;
  minute?: number;
  /** The number of the instructor's cell that it is about. */
  cell?: number;
}

export interface OwnNote extends Note {
  version: number;
  shared: boolean;
  /** How far a change is that is not acknowledged yet; empty: there is none. */
  state: string;
  error: string;
}

export interface ClassNote extends Note {
  /** The note's id, which is unique together with its author's. */
  note: string;
  user: string;
  name: string;
  role: string;
  via: string;
  likes: number;
  liked: boolean;
  mine: boolean;
}

/** What is offered here, and the number of the cell that the lesson is at; 0 for none. */
export interface Offer extends Doc {
  can: readonly string[];
  at: number;
}

export const noOffer: Offer = { id: "room", can: [], at: 0 };

const ofNote = {
  ...{ id: isText, born: isNumber, rev: isNumber },
  ...{ body: isBody, at: isTime, edited: isTime, minute: isTime, cell: isNumber },
};

const ofOwn = { ...ofNote, version: isNumber, shared: isFlag, state: isText, error: isText };

const ofClass = {
  ...ofNote,
  ...{ note: isText, user: isText, name: isText, role: isText, via: isText },
  ...{ likes: isNumber, liked: isFlag, mine: isFlag },
};

export function readOwn(value: unknown): OwnNote | null {
  const doc = readDoc<OwnNote>(value, ofOwn);
  if (!doc || doc.at === undefined) return null;
  return { body: "", version: 0, shared: false, state: "", error: "", ...doc, at: doc.at };
}

export function readClass(value: unknown): ClassNote | null {
  const doc = readDoc<ClassNote>(value, ofClass);
  if (!doc || doc.at === undefined || !doc.note || !doc.user) return null;
  const { at, note, user } = doc;
  const plain = { body: "", name: "", role: "", via: "", likes: 0, liked: false, mine: false };
  return { ...plain, ...doc, at, note, user };
}

export function readOffer(value: unknown): Offer | null {
  if (!isFields(value) || value.id !== "room") return null;
  return {
    id: "room",
    rev: asNumber(value.rev) ?? 0,
    can: asTexts(value.can),
    at: asNumber(value.at) ?? 0,
  };
}

/** A note that is being edited; kept over a reload. */
export interface Edit {
  id: string;
  version: number;
  text: string;
  before: string;
  cell: number;
  minute: number;
}

export function readEdit(value: unknown): Edit | null {
  if (!isFields(value)) return null;
  const { id, text, before } = value;
  if (!asText(id) || !isText(text) || !isText(before)) return null;
  const number = (of: unknown): number => asNumber(of) ?? 0;
  return {
    ...{ id: asText(id), text: asText(text), before: asText(before) },
    ...{ version: number(value.version), cell: number(value.cell), minute: number(value.minute) },
  };
}

/** The place of a note in the lesson: the time it is about, else the one it was written at. */
const placeOf = ({ minute, at }: Note): number => minute ?? at;

export const inOrder = <N extends Note>(notes: readonly N[]): N[] =>
  [...notes].sort((a, b) => placeOf(a) - placeOf(b) || a.at - b.at || (a.id < b.id ? -1 : 1));

/** Lesson notes are those that staff shares. */
export const isOfLesson = ({ role }: ClassNote): boolean => role !== "";
