// How documents are read: what every feature wants of the fields that each of them has.

import { type Body, type Check, type Doc, isFields, isNumber, isText, pick } from "./messages";

/** The fields that order documents; a document with a malformed one is dropped. */
const places = { born: isNumber, seq: isNumber, rev: isNumber };

export const docFields: Record<keyof Doc, Check> = {
  id: (value) => isText(value) && value !== "",
  ...places,
};

export const isBody = (value: unknown): value is Body => isText(value) || Array.isArray(value);

/** The fields of a document; `null` if it has no id, or an order that is none. */
export function readDoc<D extends Doc>(
  value: unknown,
  checks: Record<string, Check>,
): (Partial<D> & { id: string }) | null {
  if (!isFields(value)) return null;
  const doc = pick(value, checks) as Partial<D> & { id?: string };
  const misplaced = Object.keys(places).some((field) => value[field] != null && !(field in doc));
  return doc.id === undefined || misplaced ? null : (doc as Partial<D> & { id: string });
}
