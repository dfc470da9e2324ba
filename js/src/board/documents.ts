// The collections of the board, docs/widget-protocol.md: read field by field.

import {
  asList,
  asNumber,
  asText,
  type Doc,
  type Fields,
  isFields,
  isFlag,
  isNumber,
  isOneOf,
  isText,
  isTime,
  readDoc,
} from "../core/messages";

/** The tools, in the order of the protocol. */
export const TOOLS = [
  "pen",
  "marker",
  "line",
  "arrow",
  "rectangle",
  "ellipse",
  "text",
  "sticky",
] as const;
/** What a thing was drawn with. */
export type Tool = (typeof TOOLS)[number];

/** The inks, in the order of the protocol. */
export const INKS = ["ink", "blue", "green", "amber", "red", "violet"] as const;
/** The name of an ink. */
export type Ink = (typeof INKS)[number];

/** What is drawn: its tool, its ink, its width and where its points are. */
export interface Drawn {
  page: string;
  tool: Tool;
  ink: Ink;
  width: number;
  /** The place of its first point, in quarters of a pixel; `points` count from there. */
  x: number;
  y: number;
  points: string;
  text: string;
}

/** A thing on the board, as the kernel tells it. */
export interface Item extends Doc, Drawn {
  name: string;
  at: number;
  staff: boolean;
  mine: boolean;
  state: string;
}

/** A page of the board, and the picture that it lies on. */
export interface Page extends Doc {
  order: number;
  ground: Fields | null;
}

/** The part of a page that the class is shown, in its pixels. */
export interface View {
  page: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Who draws here, and whose view the class follows. */
export interface Offer extends Doc {
  draws: boolean;
  /** Whether a hand can be raised here. */
  hand: boolean;
  staff: boolean;
  open: boolean;
  pens: Record<string, string>;
  leader: string;
  leads: boolean;
  view: View | null;
}

/** What is offered before the kernel has told. */
export const noOffer: Offer = {
  ...{ id: "room", draws: false, hand: false, staff: false, open: false, pens: {} },
  ...{ leader: "", leads: false, view: null },
};

const isTool = isOneOf(TOOLS.join(" "));
const isInk = isOneOf(INKS.join(" "));

const ofItem = {
  ...{ id: isText, born: isNumber, seq: isNumber, rev: isNumber, page: isText },
  ...{ tool: isTool, ink: isInk, width: isNumber, x: isNumber, y: isNumber, points: isText },
  ...{ text: isText, name: isText, at: isTime, staff: isFlag, mine: isFlag, state: isText },
};

/** A thing on the board; `null` if it cannot be drawn. */
export function readItem(value: unknown): Item | null {
  const doc = readDoc<Item>(value, ofItem);
  if (!doc?.page || !doc.tool || !doc.points || doc.x === undefined || doc.y === undefined) {
    return null;
  }
  const { page, tool, points, x, y } = doc;
  const plain = { ink: "ink" as Ink, width: 2, text: "", name: "", at: 0, state: "" };
  return { ...plain, staff: false, mine: false, ...doc, page, tool, points, x, y };
}

/** A page; `null` if it is none. */
export function readPage(value: unknown): Page | null {
  const doc = readDoc<Page>(value, {
    id: isText,
    rev: isNumber,
    order: isNumber,
    ground: isFields,
  });
  return doc && { order: 0, ground: null, ...doc };
}

/** A view; `null` if it is none. */
export function readView(value: unknown): View | null {
  if (!isFields(value)) return null;
  const [x, y, width, height] = [value.x, value.y, value.width, value.height].map(asNumber);
  if (x == null || y == null || !width || !height || width < 0 || height < 0) return null;
  return { page: asText(value.page), x, y, width, height };
}

/** Who draws here; `null` if that is not told. */
export function readOffer(value: unknown): Offer | null {
  if (!isFields(value) || value.id !== "room") return null;
  const pens = isFields(value.pens) ? value.pens : {};
  return {
    id: "room",
    rev: asNumber(value.rev) ?? 0,
    draws: value.draws === true,
    hand: value.hand === true,
    staff: value.staff === true,
    open: value.open === true,
    pens: Object.fromEntries(Object.entries(pens).map(([id, name]) => [id, asText(name)])),
    leader: asText(value.leader),
    leads: value.leads === true,
    view: readView(value.view),
  };
}

/** What somebody else is drawing, or pointing at. */
export interface Part {
  id: string;
  page: string;
  tool: Tool | "laser" | "cursor";
  ink: Ink;
  width: number;
  points: readonly string[];
  name: string;
  staff: boolean;
}

/** What others are drawing; what cannot be drawn is left out. */
export const readParts = (value: unknown): Part[] =>
  asList(value).flatMap((one): Part[] => {
    if (!isFields(one) || !asText(one.id)) return [];
    const tool = asText(one.tool);
    if (!isTool(tool) && tool !== "laser" && tool !== "cursor") return [];
    const ink = isInk(one.ink) ? (one.ink as Ink) : "ink";
    return [
      {
        ...{ id: asText(one.id), page: asText(one.page), tool: tool as Part["tool"], ink },
        ...{ width: asNumber(one.width) ?? 2, name: asText(one.userName) },
        points: asList(one.points).map(asText),
        staff: one.staff === true,
      },
    ];
  });

/** Whether one thing lies under another: by birth; what is not stored yet lies above. */
export const isUnder = (a: Item, b: Item): boolean =>
  (a.born ?? Number.POSITIVE_INFINITY) < (b.born ?? Number.POSITIVE_INFINITY);
