// The collections of notifications, docs/widget-protocol.md: read field by field.

import {
  asList,
  asNumber,
  asText,
  asTexts,
  type Body,
  type Doc,
  type Fields,
  isFields,
  isTime,
} from "../core/messages";
import { safeHref } from "../core/rich_text";

const types = [
  ...["info", "success", "warning", "error", "course_update", "payment", "message"],
] as const;
const kinds = ["notification", "mention", "poll", "user_activity", "course_update"] as const;
const styles = ["primary", "secondary", "danger"] as const;

export type NoticeType = (typeof types)[number];
export type Kind = (typeof kinds)[number];

/** A button of a notification: a link if it has an address, else an answer to be posted. */
export interface Action {
  label: string;
  style: (typeof styles)[number];
  href?: string;
  action?: string;
}

/** The target of a notification in another view. */
export interface Place {
  in: string;
  id: string;
  born?: number;
}

export interface Notice extends Doc {
  type: NoticeType;
  kind: Kind;
  title: string;
  text: Body;
  at: number;
  read: boolean;
  about: string;
  actions: readonly Action[];
  taken: string | null;
  choosing: boolean;
  leads: Place | null;
}

/** The state of the inbox: *do not disturb*, and the reader's abilities. */
export interface InboxState extends Doc {
  quiet: boolean;
  can: readonly string[];
}

export const plainState: InboxState = { id: "inbox", quiet: false, can: [] };

const oneOf = <T extends string>(words: readonly T[], value: unknown, other: T): T =>
  words.find((word) => word === value) ?? other;

function readAction(value: unknown): Action[] {
  if (!isFields(value)) return [];
  const label = asText(value.label);
  const style = oneOf(styles, value.style, "secondary");
  const href = value.href === undefined ? null : safeHref(value.href);
  if (href !== null && /^https?:/.test(href)) return [{ label, style, href }];
  const action = asText(value.action);
  return value.href === undefined && action ? [{ label, style, action }] : [];
}

function readPlace(value: unknown): Place | null {
  if (!isFields(value)) return null;
  const place = { in: asText(value.in), id: asText(value.id) };
  const born = asNumber(value.born);
  return place.in && place.id ? { ...place, ...(born !== null && { born }) } : null;
}

const readBody = (value: unknown): Body => (Array.isArray(value) ? (value as Body) : asText(value));

export function readNotice(value: unknown): Notice | null {
  if (!isFields(value)) return null;
  const id = asText(value.id);
  if (!id || !isTime(value.born)) return null;
  return {
    ...{ id, born: value.born as number, rev: asNumber(value.rev) ?? 0 },
    type: oneOf(types, value.type, "info"),
    kind: oneOf(kinds, value.kind, "notification"),
    title: asText(value.title),
    text: readBody(value.text),
    at: value.born as number,
    read: value.read === true,
    about: asText(value.about),
    actions: asList(value.actions).flatMap(readAction),
    taken: asText(value.taken) || null,
    choosing: value.choosing === true,
    leads: readPlace(value.leads),
  };
}

export function readState(value: unknown): InboxState | null {
  if (!isFields(value) || value.id !== "inbox") return null;
  const rev = asNumber(value.rev) ?? 0;
  return { id: "inbox", rev, quiet: value.quiet === true, can: asTexts(value.can) };
}

/** Read the ids of notifications that have just come. */
export const readNews = (data: Fields): string[] => asTexts(data.ids);
