// What others are drawing now, part by part, until their strokes are there.

import { Signal } from "../core/signal";
import { type Part, readParts } from "./documents";
import { decode, type Point, QUARTERS } from "./points";

/** What others are drawing: the points so far, and when they were told last. */
export interface Live extends Part {
  drawn: Point[];
  at: number;
}

/** After so long a part whose stroke does not come fades, in ms. */
const PART_LIVES = 5_000;
/** After so long a laser has faded, in ms. */
export const LASER_LIVES = 1_000;
/** Points of one that are kept. */
const MOST = 4_000;

/** The strokes that are being drawn, by their ids; `changes` counts. */
export class LiveStrokes {
  readonly changes = new Signal(0);
  #held = new Map<string, Live>();
  #isThere: (id: string) => boolean;

  /** `isThere` tells whether a stroke is on the board already. */
  constructor(isThere: (id: string) => boolean) {
    this.#isThere = isThere;
  }

  /** All of them. */
  get all(): readonly Live[] {
    return [...this.#held.values()];
  }

  /** Take parts as the kernel tells them. */
  take(data: unknown): void {
    const now = Date.now();
    for (const part of readParts(data)) {
      if (this.#isThere(part.id)) continue;
      const more = part.points
        .flatMap((coded) => decode(coded))
        .map(([x, y]): Point => [x / QUARTERS, y / QUARTERS]);
      const before = this.#held.get(part.id)?.drawn ?? [];
      const drawn = part.tool === "cursor" ? more.slice(-1) : [...before, ...more].slice(-MOST);
      this.#held.set(part.id, { ...part, drawn, at: now });
    }
    this.changes.value++;
  }

  /** Forget those whose stroke did not come for too long; returns whether any is left. */
  forgetOld(now = Date.now()): boolean {
    for (const [id, { at, tool }] of this.#held) {
      if (now - at > (tool === "laser" ? LASER_LIVES : PART_LIVES)) this.#held.delete(id);
    }
    return this.#held.size > 0;
  }

  /** Forget those whose stroke has come. */
  forgetDrawn = (): void => {
    for (const id of this.#held.keys()) if (this.#isThere(id)) this.#held.delete(id);
  };
}
