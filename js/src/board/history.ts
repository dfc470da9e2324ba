// Undo: the inverse of one's own steps, newest first.

import type { Item } from "./documents";

/** What one has done: drawn, erased or moved some things of one's own. */
export type Step =
  | { did: "draw" | "erase"; items: readonly Item[] }
  | { did: "move"; ids: readonly string[]; dx: number; dy: number };

const MOST = 200;

/** What one can undo, and redo, the last step last. */
export interface Past {
  undo: readonly Step[];
  redo: readonly Step[];
}

/** Nothing to undo or redo. */
export const noPast: Past = { undo: [], redo: [] };

/** The past once one more step is done: what was undone before cannot be redone any more. */
export const after = ({ undo }: Past, step: Step): Past => ({
  undo: [...undo, step].slice(-MOST),
  redo: [],
});

/** The step that takes one back. */
export function inverse(step: Step): Step {
  if (step.did === "move") return { ...step, dx: -step.dx, dy: -step.dy };
  return { ...step, did: step.did === "draw" ? "erase" : "draw" };
}
