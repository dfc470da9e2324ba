// Polls: one question through its life, every kind, what instructors do, and every state around.

import type { Fields } from "../src/core/messages";
import type { MockModel } from "../tests/mock";
import { desk, poll, staffDesk } from "../tests/polls_mock";
import type { State } from "./states";

const c = (text: string): unknown[] => ["code", text];

const question: unknown[] = [
  ["p", "What is the shape of ", c("a + b"), "?"],
  ["pre", { lang: "python", runs: "2.o14.m2.m3.o9.m" }, "a = np.ones((4, 1))\nb = np.ones(3)"],
];

const option = (text: string): unknown[] => [["p", c(text)]];
const shapes = ["(4, 3)", "(3, 4)", "(4,)", "ValueError"].map(option);

const first = { round: 1, people: 32, counts: [12, 9, 3, 8] };
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

const shape = (more: Fields = {}): Fields =>
  poll({
    question,
    options: shapes,
    answered: 21,
    opened: 0,
    closes: 60_000,
    left: 38_400,
    ...more,
  });

const closed = { state: "closed", left: undefined, closes: undefined };
const revealed = {
  ...{ state: "revealed", left: undefined, closes: undefined, answered: 31, round: 2 },
  ...{ shown: { counts: true, answer: true }, correct: [0], mine: 0, mineState: "counted" },
  ...{ results: [first, second], flows: [flow] },
};

const english = { height: 420, lang: "en" };
const turkish = { height: 420, lang: "tr" };
const mira = { me: { id: "u-mira", name: "Mira", role: "instructor" } };

interface More {
  lesson?: Fields;
  options?: Fields;
  act?: State["act"];
  next?: string;
}

const student = (docs: Fields[], { lesson = {}, options = english, act }: More = {}): State => ({
  ...{ kind: "polls", options, ...(act && { act }) },
  play: (model: MockModel) =>
    model.snapshot([], { online: 33, ...lesson }, {}, { polls: docs, desk: [desk()] }),
});

const staff = (
  docs: Fields[],
  { lesson = {}, options = english, act, next }: More = {},
): State => ({
  ...{ kind: "polls", options, ...(act && { act }) },
  play: (model: MockModel) =>
    model.snapshot(
      [],
      { online: 33, ...mira, ...lesson },
      {},
      { polls: docs, desk: [staffDesk(next ? { next } : {})] },
    ),
});

const frame = (): Promise<unknown> => new Promise(requestAnimationFrame);

const press =
  (...names: string[]) =>
  async (root: ShadowRoot): Promise<void> => {
    for (const name of names) {
      const buttons = [...root.querySelectorAll<HTMLElement>("button, summary")];
      buttons.find((button) => (button.ariaLabel ?? button.textContent)?.trim() === name)?.click();
      await frame();
      await frame();
    }
  };

/** As `press`, on a kernel that shows live counts to the page that asks. */
const peekAt =
  (doc: Fields, peek: Fields) =>
  async (root: ShadowRoot, model: MockModel): Promise<void> => {
    await press("Show to me only")(root);
    const told = { ...doc, rev: 50, peek: { pages: [model.page], people: 21, flows: [], ...peek } };
    model.say({ op: "batch", n: 1, set: { polls: [told] } });
    await frame();
  };

const predicted = (more: Fields = {}): Fields =>
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

const several = (more: Fields = {}): Fields =>
  poll({
    kind: "multiple",
    question: "Which of these have you written something in?",
    options: languages,
    answered: 12,
    ...more,
  });

const scale = (options: string[], more: Fields = {}): Fields =>
  poll({
    kind: "scale",
    question: "How sure are you of broadcasting?",
    options,
    answered: 28,
    ...more,
  });

const ends = ["Not at all", "", "", "", "Completely"];
const agree = ["Strongly disagree", "Disagree", "Neither", "Agree", "Strongly agree"];

const number = (more: Fields = {}): Fields =>
  poll({
    kind: "number",
    question: [["p", "How many numbers does ", c("a + b"), " hold?"]],
    options: [],
    answered: 31,
    ...more,
  });

const numbers = [
  { value: 3, people: 2 },
  { value: 4, people: 3 },
  { value: 7, people: 6 },
  { value: 12, people: 19 },
  { value: 16, people: 1 },
];

const text = (more: Fields = {}): Fields =>
  poll({
    kind: "text",
    question: "One word: what is still unclear?",
    options: [],
    answered: 31,
    ...more,
  });

const texts = [
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

const sorted = (more: Fields = {}): Fields =>
  poll({ kind: "ordering", question: "In which order?", options: steps, answered: 9, ...more });

const many = Array.from(
  { length: 14 },
  (_, index) => `Exercise ${index + 1}: ${["loops", "sets", "files", "dates"][index % 4]}`,
);

/** A thousand people between 20 options, always the same. */
function thousand(): Fields {
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

const draft = (id: string, asked: string, more: Fields = {}): Fields =>
  poll({ id, question: asked, state: "draft", born: 5, opened: undefined, answered: 0, ...more });

const set = (): Fields[] => [
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

const project = press("More", "Projector mode");

/** Each state by name. */
export const polls: Record<string, State> = {
  "poll-vote": student([shape()]),
  "poll-voted": student([shape({ mine: 3, mineState: "counted" })]),
  "poll-queued": student([shape({ mine: 1, mineState: "queued" })], {
    lesson: { state: "offline", queued: 1, nextTry: Date.now() + 42_000 },
  }),
  "poll-late": student([
    shape({ ...closed, mine: 1, mineState: "late", mineError: "This round is closed." }),
  ]),
  "poll-last": student([
    shape({ left: 8_900, mine: 0, mineState: "counted", round: 2, earlier: { 1: 2 } }),
  ]),
  "poll-second": student([
    shape({ left: undefined, closes: undefined, round: 2, earlier: { 1: 2 }, anonymous: true }),
  ]),
  "poll-closed": student([shape({ ...closed, mine: 3, mineState: "counted" })]),
  "poll-revealed": student([shape(revealed)]),
  "poll-table": student([shape(revealed)], { act: press("Table") }),
  "poll-rounds": student([shape(revealed)], { act: press("Compare rounds") }),
  "poll-live": staff([shape()]),
  "poll-peek": staff([shape()], {
    act: peekAt(shape(), {
      correct: [0],
      suggestion: "discuss",
      results: [{ ...first, people: 21, counts: [9, 6, 2, 4], right: 9 }],
    }),
  }),
  "poll-staff-closed": staff([shape({ ...closed, answered: 32 })], { next: "d1" }),
  "poll-choosing": staff([shape({ ...closed, answered: 32 })], {
    act: press("What to reveal", "Choose the answer…"),
  }),
  "poll-staff-revealed": staff([shape(revealed), draft("d1", "Next?")], {
    act: press("Compare rounds"),
    next: "d1",
  }),
  "poll-menu": staff([shape()], { act: press("More") }),
  "poll-projected": staff([shape(revealed)], { act: project }),
  "poll-projected-live": staff([shape()], { act: project }),
  "poll-projected-rounds": staff([shape(revealed)], {
    async act(root) {
      await press("Compare rounds")(root);
      await project(root);
    },
  }),
  "poll-draft": staff(
    [
      draft("d1", "What does it print?", {
        options: ["1", "2", "12"],
        hasAnswer: true,
        seconds: 60,
      }),
    ],
    {
      act: press("All polls", "What does it print?Next · Single choice · 60\u00a0s"),
      next: "d1",
    },
  ),
  "poll-list": staff(set(), { act: press("All polls"), next: "d1" }),
  "poll-form": staff([], { act: press("New poll") }),
  "poll-form-predict": staff([], {
    async act(root) {
      await press("New poll")(root);
      root.querySelector<HTMLElement>("input[value=predict]")?.click();
      await frame();
      const [area, ...boxes] = root.querySelectorAll<HTMLTextAreaElement>("textarea");
      const fill = (box: HTMLTextAreaElement | undefined, value: string): void => {
        if (!box) return;
        box.value = value;
        box.dispatchEvent(new Event("input", { bubbles: true }));
      };
      fill(area, "What does this print?\n\n```python\nprint([1] * 2)\n```");
      await frame();
      fill(boxes[0], "[1, 1]");
      await frame();
      fill(root.querySelectorAll("textarea")[2], "[2]");
      await frame();
      root.querySelector<HTMLElement>("[aria-label='Option A is correct']")?.click();
      await frame();
    },
  }),
  "poll-form-number": staff([], {
    async act(root) {
      await press("Yeni anket")(root);
      root.querySelector<HTMLElement>("input[value=number]")?.click();
      await frame();
    },
    options: turkish,
  }),
  "poll-predict": student([predicted()], { options: turkish }),
  "poll-multiple": student([several({ mine: [0, 3], mineState: "counted" })], {
    act: press("FSQL"),
  }),
  "poll-multiple-revealed": student([
    several({
      ...{ state: "revealed", answered: 31, mine: [0, 3], shown: { counts: true } },
      results: [{ round: 1, people: 31, counts: [31, 9, 2, 17, 12, 14, 1, 5] }],
    }),
  ]),
  "poll-scale": student([scale(ends, { mine: 3, mineState: "counted" })]),
  "poll-scale-words": student([scale(agree)]),
  "poll-scale-revealed": student([
    scale(ends, {
      ...{ state: "revealed", mine: 3, shown: { counts: true } },
      results: [{ round: 1, people: 28, counts: [2, 5, 11, 8, 2], median: 3 }],
    }),
  ]),
  "poll-number": student([number({ mine: 12, mineState: "pending" })]),
  "poll-number-revealed": student([
    number({
      ...{ state: "revealed", mine: 12, shown: { counts: true, answer: true }, correct: [12] },
      results: [{ round: 1, people: 31, numbers, median: 12, right: 19 }],
    }),
  ]),
  "poll-number-wide": student([
    number({
      ...{ state: "revealed", shown: { counts: true } },
      results: [
        {
          ...{ round: 1, people: 90, median: 0.3 },
          numbers: [
            ...Array.from({ length: 24 }, (_, i) => ({ value: i / 40, people: 1 + ((i * 7) % 9) })),
            { value: 1e15, people: 1 },
          ],
        },
      ],
    }),
  ]),
  "poll-number-live": staff([number()]),
  "poll-text": student([text()]),
  "poll-text-revealed": student([
    text({
      state: "revealed",
      shown: { counts: true },
      results: [{ round: 1, people: 31, texts }],
    }),
  ]),
  "poll-ordering": student([sorted({ mine: [1, 2, 0, 3], mineState: "counted" })]),
  "poll-ordering-revealed": student([
    sorted({
      ...{ state: "revealed", shown: { counts: true, answer: true }, correct: [1, 2, 0, 3] },
      results: [
        {
          ...{ round: 1, people: 29, ranks: [2.6, 1.3, 2.2, 3.9], right: 17, more: 1 },
          orders: [
            { order: [1, 2, 0, 3], people: 17 },
            { order: [2, 1, 0, 3], people: 6 },
            { order: [1, 0, 2, 3], people: 5 },
          ],
        },
      ],
    }),
  ]),
  "poll-many": student([
    poll({
      question: "Which exercise was the hardest?",
      options: many,
      answered: 40,
      mine: 4,
      mineState: "counted",
    }),
  ]),
  "poll-thousand": student([thousand()], {
    act: press("Compare rounds"),
    lesson: { online: 1000 },
  }),
  "poll-few": student([
    shape({
      ...closed,
      state: "revealed",
      anonymous: true,
      ended: true,
      shown: { counts: true },
      results: [{ round: 1, people: 3 }],
      answered: 3,
    }),
  ]),
  "poll-empty": student([]),
  "poll-empty-staff": staff([]),
  "poll-connecting": { kind: "polls", options: english, play: () => {} },
  "poll-gone": {
    ...{ kind: "polls", options: english },
    play(model) {
      model.snapshot([], { online: 33 }, {}, { polls: [shape()], desk: [desk()] });
      model.emit("comm:close");
    },
  },
  "poll-stopped": student([], {
    lesson: { state: "stopped", code: 4508, reason: "The invite has expired." },
  }),
  "poll-turkish": student([shape(revealed)], { options: turkish }),
  "poll-turkish-live": staff([shape()], { options: turkish }),
};
