import type { Fields } from "../src/core/messages";

let rev = 0;

/** A poll as the kernel tells it: open, in its first round, nobody has answered. */
export const poll = (more: Fields = {}): Fields => ({
  ...{ id: "p1", born: 1, rev: ++rev, kind: "single", state: "open", round: 1, answered: 0 },
  ...{ question: "What does it print?", options: ["one", "two", "three"], opened: 0 },
  ...{ shown: {}, results: [], flows: [] },
  ...more,
});

/** The document of the collection `desk`: a student. */
export const desk = (more: Fields = {}): Fields => ({
  ...{ id: "desk", rev: ++rev, can: ["vote"], next: null },
  ...more,
});

/** The same for an instructor. */
export const staffDesk = (more: Fields = {}): Fields => desk({ can: ["vote", "manage"], ...more });
