// What a panel is told, docs/widget-protocol.md, and how what arrives is read.

import { asNumber, asText, type Doc, type Fields, isFields } from "../core/messages";

/** What is said of a part in one language; where one and many differ, both, with `|` between. */
export interface PartWords {
  tab: string;
  unread: string;
  note: string;
  show: string;
  figures: Record<string, string>;
  switches: Record<string, string>;
}

/** One of the lesson's widgets, as the panel knows it for good. */
export interface Part {
  name: string;
  /** The reference to the model of what is in its tab; empty: it has no tab here. */
  model: string;
  icon: string;
  /** Whether a class may see it. */
  projected: boolean;
  /** Whether it is made before it is looked at. */
  atOnce: boolean;
  /** Whether only its icon is shown where there is little room. */
  narrow: boolean;
  /** The icons of its figures, and of its switches, by their names. */
  figures: Record<string, string>;
  switches: Record<string, string>;
  /** The tones of its figures' icons, `ok` or `mark`; of others there is none. */
  tones: Record<string, string>;
  /** The figure that leads to its tab. */
  leads: string;
  words: Record<string, PartWords>;
}

/** What there is to tell of a part now. */
export interface News {
  unread: number;
  /** Whether there is something that is not counted. */
  note: boolean;
  /** What its icon is now; empty: its own. */
  icon: string;
  figures: Record<string, number>;
  switches: Record<string, boolean>;
}

export interface PanelState extends Doc {
  parts: Record<string, News>;
  projector: boolean;
  /** The tab that was asked for last from Python, and how often any was. */
  front: { tab: string; n: number } | null;
  /** Whether there is a strip: only staff have one. */
  desk: boolean;
}

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

const byName = <T>(value: unknown, read: (inner: unknown, name: string) => T): Record<string, T> =>
  Object.fromEntries(
    Object.entries(fieldsOf(value)).map(([name, inner]) => [name, read(inner, name)]),
  );

const count = (value: unknown): number => Math.max(0, asNumber(value) ?? 0);

const readNews = (value: unknown): News => {
  const { unread, note, icon, figures, switches } = fieldsOf(value);
  return {
    unread: count(unread),
    note: note === true,
    icon: asText(icon),
    figures: byName(figures, count),
    switches: byName(switches, (on) => on === true),
  };
};

const noNews = readNews(null);

/** What there is to tell of a part; nothing where nothing was told. */
export const newsOf = ({ parts }: PanelState, { name }: Part): News => parts[name] ?? noNews;

export const plainState: PanelState = {
  id: "panel",
  parts: {},
  projector: false,
  front: null,
  desk: false,
};

export function readState(value: unknown): PanelState | null {
  if (!isFields(value) || asText(value.id) === "") return null;
  const { tab, n } = fieldsOf(value.front);
  return {
    id: asText(value.id),
    rev: asNumber(value.rev) ?? 0,
    parts: byName(value.parts, readNews),
    projector: value.projector === true,
    front: asText(tab) ? { tab: asText(tab), n: asNumber(n) ?? 0 } : null,
    desk: value.desk === true,
  };
}

const readWords = (value: unknown): PartWords => {
  const { tab, unread, note, show, figures, switches } = fieldsOf(value);
  return {
    ...{ tab: asText(tab), unread: asText(unread), note: asText(note), show: asText(show) },
    ...{ figures: byName(figures, asText), switches: byName(switches, asText) },
  };
};

/** The parts in their order, as the trait has them; what the course does not offer has no tab. */
export const readParts = (value: unknown, features: readonly string[]): Part[] =>
  Object.values(
    byName(value, (inner, name) => {
      const told = fieldsOf(inner);
      const needs = asText(told.needs);
      const offered = features.length === 0 || !needs || features.includes(needs);
      return {
        ...{ name, model: offered ? asText(told.model) : "", icon: asText(told.icon) },
        ...{ projected: told.projected === true, atOnce: told.atOnce === true },
        ...{ narrow: told.narrow === true, leads: asText(told.leads) },
        ...{ figures: byName(told.figures, asText), switches: byName(told.switches, asText) },
        ...{ tones: byName(told.tones, asText), words: byName(told.words, readWords) },
      };
    }),
  );

/** The parts that have a tab. */
export const inTabs = (parts: readonly Part[]): Part[] => parts.filter(({ model }) => model !== "");

const noWords = readWords(null);

/** What is said of a part in a language; in English where it has no words of that one. */
export const wordsOfPart = ({ words }: Part, lang: string): PartWords =>
  words[lang] ?? words.en ?? noWords;

/** A text about a number, as a part's words have it. */
export function counted(text: string, n: number, lang: string): string {
  const [one = "", many = one] = text.split("|");
  return (n === 1 ? one : many).replace("{n}", new Intl.NumberFormat(lang).format(n));
}
