// What a player needs of whatever fetches a picture: hls.ts, native.ts, whep.ts.

import type { Fault } from "./faults";

/** The qualities that there are to choose from. */
export interface Quality {
  /** The lines of each, best last; empty: there is nothing to choose. */
  lines: readonly number[];
  /** The index of the chosen one; -1: the engine chooses. */
  chosen: number;
}

/** Nothing to choose. */
export const noQuality: Quality = { lines: [], chosen: -1 };

/** What fetches a picture into a video. */
export interface Engine {
  /** The time by which the picture is late, in ms; `null`: not known. */
  delay(): number | null;
  /** The time by which what is shown is behind what could be shown, in ms. */
  behind(): number;
  /** Something that grows as long as the picture moves. */
  progress(): number;
  goLive(): void;
  quality(): Quality;
  choose(index: number): void;
  /** Let go of the video and of the server. */
  stop(): void;
}

/** What an engine tells its player; after `stop` nothing any more. */
export type Failed = (fault: Fault) => void;

/** Begins to fetch an address into a video. */
export type Open = (video: HTMLVideoElement, url: string, failed: Failed) => Promise<Engine>;
