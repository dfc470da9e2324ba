// The panel's one document, docs/widget-protocol.md, and how what arrives is read.

import { asNumber, asText, type Doc, type Fields, isFields } from "../core/messages";

export const tabs = ["chat", "polls", "people", "notifications"] as const;
export type Tab = (typeof tabs)[number];

/** What a course has to offer for a tab to be of use; a platform's own service may lack it. */
const needs: Partial<Record<Tab, string>> = { chat: "chat", polls: "polls", people: "presence" };

export const figures = ["done", "stuck", "away", "hands"] as const;
export type Figure = (typeof figures)[number];

/** The instructor's strip: how far the class is, and whether its names are hidden. */
export interface Desk {
  counts: Record<Figure, number>;
  hidden: boolean;
}

export interface PanelState extends Doc {
  unread: Record<Tab, number>;
  /** Whether somebody is coming to the reader's raised hand. */
  helped: boolean;
  quiet: boolean;
  projector: boolean;
  /** The tab that was asked for last from Python, and how often any was. */
  front: { tab: Tab; n: number } | null;
  /** Only staff have it. */
  desk: Desk | null;
}

/** A tab and the reference to the model of what is in it. */
export type Part = readonly [Tab, string];

export const asTab = (value: unknown): Tab | null => tabs.find((tab) => tab === value) ?? null;

const numbers = <N extends string>(names: readonly N[], value: unknown): Record<N, number> => {
  const given = isFields(value) ? value : ({} as Fields);
  const count = (name: N): number => Math.max(0, asNumber(given[name]) ?? 0);
  return Object.fromEntries(names.map((name) => [name, count(name)])) as Record<N, number>;
};

export const plainState: PanelState = {
  id: "panel",
  unread: numbers(tabs, null),
  helped: false,
  quiet: false,
  projector: false,
  front: null,
  desk: null,
};

function readFront(value: unknown): PanelState["front"] {
  const tab = isFields(value) ? asTab(value.tab) : null;
  return tab && { tab, n: asNumber((value as Fields).n) ?? 0 };
}

export function readState(value: unknown): PanelState | null {
  if (!isFields(value) || asText(value.id) === "") return null;
  const { desk } = value;
  return {
    id: asText(value.id),
    rev: asNumber(value.rev) ?? 0,
    unread: numbers(tabs, value.unread),
    helped: value.helped === true,
    quiet: value.quiet === true,
    projector: value.projector === true,
    front: readFront(value.front),
    desk: isFields(desk) ? { counts: numbers(figures, desk), hidden: desk.hidden === true } : null,
  };
}

/** The tabs in their order, as the trait has them, without those that the course does not offer. */
export const readParts = (value: unknown, features: readonly string[]): Part[] =>
  Object.entries(isFields(value) ? value : {}).flatMap(([name, reference]) => {
    const tab = asTab(name);
    if (!tab || typeof reference !== "string") return [];
    const need = needs[tab];
    const offered = features.length === 0 || !need || features.includes(need);
    return offered ? [[tab, reference] as const] : [];
  });
