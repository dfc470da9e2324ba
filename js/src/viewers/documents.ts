// What the kernel says of who looks, docs/widget-protocol.md, *Who looks*.

import { asList, asText, type Fields, isFields } from "../core/messages";

export interface Someone {
  id: string;
  name: string;
  why: string;
}

export interface Viewer {
  is: "owner" | "viewer" | "reader";
  name: string;
  owner: string;
  /** Why somebody only reads. */
  why: string;
  /** How to join from a notebook of one's own; empty: that is not known here. */
  invite: string;
  /** Whether one is in the class by oneself too, and one person with that. */
  linked: boolean;
  /** What came of a code: `asking`, `wrong`, `limited`, `refused`, `offline`; empty: none was entered. */
  link: string;
  /** Whether staff content stays off this page, the owner's. */
  hushed: boolean;
  people: Someone[];
  /** Browsers without a name of which the owner has not said whose they are. */
  asked: Someone[];
}

const readSomeone = (value: unknown): Someone[] => {
  const { id, name, why } = isFields(value) ? value : ({} as Fields);
  return asText(id) ? [{ id: asText(id), name: asText(name), why: asText(why) }] : [];
};

export function readViewer(value: Fields | null): Viewer | null {
  const is = (["owner", "viewer", "reader"] as const).find((one) => one === value?.is);
  if (!value || !is) return null;
  return {
    is,
    name: asText(value.name),
    owner: asText(value.owner),
    why: asText(value.why),
    invite: asText(value.invite),
    linked: value.linked === true,
    link: asText(value.link),
    hushed: value.hushed === true,
    people: asList(value.people).flatMap(readSomeone),
    asked: asList(value.asked).flatMap(readSomeone),
  };
}
