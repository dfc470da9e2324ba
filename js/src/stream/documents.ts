// The document of the stream, docs/widget-protocol.md, and how what arrives is read.

import {
  asList,
  asNumber,
  asText,
  asTexts,
  type Doc,
  docFields,
  type Fields,
  isFields,
  isOneOf,
  isText,
  readDoc,
} from "../core/messages";

/** What an address is played as; `file`: a video file; `page`: only a link leads there. */
export type Kind = "hls" | "whep" | "embed" | "file" | "page";

const isKind = isOneOf("hls whep embed file page");
const isState = isOneOf("announced live ended");

/** Where a picture comes from, and how it is played. */
export interface Source {
  url: string;
  kind: Kind;
}

/** The stream of a course, as the kernel tells it. */
export interface Stream {
  id: string;
  state: "announced" | "live" | "ended";
  source: Source;
  title: string;
  by: string;
  /** Times in ms since 1970; `null`: there is none. */
  starts: number | null;
  began: number | null;
  ended: number | null;
  recording: Source | null;
  reminded: boolean;
}

/** A poll that takes votes, and when it was asked by this page's clock. */
export interface Asked {
  key: string;
  at: number;
}

/** Something that was asked while the stream was live. */
export interface Chapter {
  at: number;
  text: string;
}

/** What one may do with a stream. */
export type Ability = "run" | "remind";

/** The one document of the collection `stage`. */
export interface Stage extends Doc {
  can: readonly string[];
  offered: boolean;
  watching: number;
  stream: Stream | null;
  asked: Asked | null;
  chapters: readonly Chapter[];
}

/** What is known before the kernel has told. */
export const noStage: Stage = {
  ...{ id: "stage", can: [], offered: false, watching: 0 },
  ...{ stream: null, asked: null, chapters: [] },
};

const sourceOf = (url: unknown, kind: unknown): Source | null =>
  isText(url) && url !== "" && isKind(kind) ? { url: String(url), kind: kind as Kind } : null;

function readStream(value: unknown): Stream | null {
  if (!isFields(value) || !isText(value.id) || !isState(value.state)) return null;
  return {
    id: asText(value.id),
    state: value.state as Stream["state"],
    source: sourceOf(value.url, value.source) ?? { url: "", kind: "page" },
    title: asText(value.title),
    by: asText(value.by),
    starts: asNumber(value.starts),
    began: asNumber(value.began),
    ended: asNumber(value.ended),
    recording: sourceOf(value.recording, value.recordingAs),
    reminded: value.reminded === true,
  };
}

function readAsked(value: unknown): Asked | null {
  if (!isFields(value) || !isText(value.id)) return null;
  const since = Math.max(0, asNumber(value.since) ?? 0);
  return { key: `${value.id}:${asNumber(value.round) ?? 1}`, at: Date.now() - since };
}

const readChapter = (value: Fields): Chapter => ({
  at: asNumber(value.at) ?? 0,
  text: asText(value.text),
});

/** What the kernel tells of a stream; `null` if it is none. */
export function readStage(value: unknown): Stage | null {
  const doc = readDoc<Stage>(value, docFields);
  if (!doc || !isFields(value)) return null;
  return {
    ...doc,
    can: asTexts(value.can),
    offered: value.offered === true,
    watching: asNumber(value.watching) ?? 0,
    stream: readStream(value.stream),
    asked: readAsked(value.asked),
    chapters: asList(value.chapters).filter(isFields).map(readChapter),
  };
}
