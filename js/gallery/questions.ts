// The questions that the pictures of polls show, and how a class answered them.

import type { Fields } from "../src/core/messages";
import { poll } from "../tests/polls_mock";

const c = (text: string): unknown[] => ["code", text];

const question: unknown[] = [
  ["p", "What is the shape of ", c("a + b"), "?"],
  ["pre", { lang: "python", runs: "2.o14.m2.m3.o9.m" }, "a = np.ones((4, 1))\nb = np.ones(3)"],
];

const option = (text: string): unknown[] => [["p", c(text)]];
const shapes = ["(4, 3)", "(3, 4)", "(4,)", "ValueError"].map(option);

export const first = { round: 1, people: 32, counts: [12, 9, 3, 8] };
const second = { round: 2, people: 31, counts: [25, 2, 1, 3] };
const flow = {
  from: 1,
  to: 2,
  both: 30,
  pairs: [
    [0, 0, 12],
    [1, 0, 6],
    [1, 1, 2],
    [1, 3, 1],
    [2, 0, 2],
    [2, 2, 1],
    [3, 0, 5],
    [3, 3, 1],
  ],
};

export const shape = (more: Fields = {}): Fields =>
  poll({
    question,
    options: shapes,
    answered: 21,
    opened: 0,
    closes: 60_000,
    left: 38_400,
    ...more,
  });

export const closed = { state: "closed", left: undefined, closes: undefined };
export const revealed = {
  ...{ state: "revealed", left: undefined, closes: undefined, answered: 31, round: 2 },
  ...{ shown: { counts: true, answer: true }, correct: [0], mine: 0, mineState: "counted" },
  ...{ results: [first, second], flows: [flow] },
};

export const predicted = (more: Fields = {}): Fields =>
  poll({
    ...{ kind: "predict", round: 1, answered: 14, opened: 0, closes: 60_000, left: 52_400 },
    question: [
      ["p", "Bu kod ne yazdırır?"],
      [
        "pre",
        { lang: "python", runs: "2.o2.m2.m4.o5.2o2.m2.5k" },
        "a = [1, 2]\nb = a\nb += [3]\nprint(a)",
      ],
    ],
    options: [
      [["pre", { runs: ".m2.m" }, "[1, 2]"]],
      [["pre", { runs: ".m2.m2.m" }, "[1, 2, 3]"]],
      [["pre", { runs: ".m2.m3.m" }, "[1, 2, [3]]"]],
      [["pre", 'TypeError: can only concatenate\nlist (not "int") to list']],
    ],
    ...{ mine: 0, mineState: "counted" },
    ...more,
  });

const languages = [
  "Python",
  "R",
  "Julia",
  "JavaScript",
  "C or C++",
  "SQL",
  "Rust",
  "Something else",
];

export const several = (more: Fields = {}): Fields =>
  poll({
    kind: "multiple",
    question: "Which of these have you written something in?",
    options: languages,
    answered: 12,
    ...more,
  });

export const scale = (options: string[], more: Fields = {}): Fields =>
  poll({
    kind: "scale",
    question: "How sure are you of broadcasting?",
    options,
    answered: 28,
    ...more,
  });

export const ends = ["Not at all", "", "", "", "Completely"];
export const agree = ["Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"];

export const number = (more: Fields = {}): Fields =>
  poll({
    kind: "number",
    question: [["p", "How many numbers does ", c("a + b"), " hold?"]],
    options: [],
    answered: 31,
    ...more,
  });

export const numbers = [
  { value: 3, people: 2 },
  { value: 4, people: 3 },
  { value: 7, people: 6 },
  { value: 12, people: 19 },
  { value: 16, people: 1 },
];

export const text = (more: Fields = {}): Fields =>
  poll({
    kind: "text",
    question: "One word: what is still unclear?",
    options: [],
    answered: 31,
    ...more,
  });

export const texts = [
  { text: "axis", people: 9 },
  { text: "None", people: 7 },
  { text: "shapes", people: 5 },
  { text: "reshape", people: 4 },
  { text: "copy or view", people: 2 },
  { text: "everything after the coffee", people: 1 },
  { text: "kopya ile görünüm arasındaki fark", people: 1 },
  { text: "<b>bold</b>", people: 1 },
  { text: "nothing", people: 1 },
];

const steps = ["Fit the model", "Split the data", "Scale the features", "Score on the test set"];

export const sorted = (more: Fields = {}): Fields =>
  poll({ kind: "ordering", question: "In which order?", options: steps, answered: 9, ...more });

export const many = Array.from(
  { length: 14 },
  (_, index) => `Exercise ${index + 1}: ${["loops", "sets", "files", "dates"][index % 4]}`,
);

/** A thousand people between 20 options, always the same. */
export function thousand(): Fields {
  const count = 20;
  const pairs: number[][] = [];
  const before = Array.from({ length: count }, () => 0);
  const after = Array.from({ length: count }, () => 0);
  let seed = 7;
  const chance = (): number => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const table = new Map<string, number>();
  for (let person = 0; person < 1_000; person++) {
    const a = Math.floor(count * chance() ** 1.6);
    const b = chance() < 0.45 ? 4 : chance() < 0.6 ? a : Math.floor(count * chance());
    before[a] = (before[a] ?? 0) + 1;
    after[b] = (after[b] ?? 0) + 1;
    table.set(`${a},${b}`, (table.get(`${a},${b}`) ?? 0) + 1);
  }
  for (const [key, n] of table) pairs.push([...key.split(",").map(Number), n]);
  return poll({
    ...revealed,
    ...{
      question: "Which line fails first?",
      options: Array.from({ length: count }, (_, i) => `Line ${i + 1}`),
    },
    ...{ correct: [4], answered: 1000 },
    results: [
      { round: 1, people: 1000, counts: before },
      { round: 2, people: 1000, counts: after },
    ],
    flows: [{ from: 1, to: 2, both: 1000, pairs }],
  });
}

export const draft = (id: string, asked: string, more: Fields = {}): Fields =>
  poll({ id, question: asked, state: "draft", born: 5, opened: undefined, answered: 0, ...more });

export const set = (): Fields[] => [
  poll({
    id: "h1",
    born: 1,
    question: "Where do you join from?",
    kind: "text",
    options: [],
    state: "revealed",
    answered: 29,
    shown: { counts: true },
    results: [{ round: 1, people: 29, texts }],
  }),
  shape({ ...revealed, id: "h2", born: 2 }),
  draft("d1", "What does `len({1, 1, 2})` return?", { born: 3, hasAnswer: true, seconds: 60 }),
  draft("d2", "Which of these change the list?", { born: 4, kind: "multiple", seconds: 120 }),
  draft("d3", "How was the pace today?", {
    born: 5,
    kind: "scale",
    options: ends,
    anonymous: true,
  }),
];
