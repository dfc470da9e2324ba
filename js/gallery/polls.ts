// Polls: one question through its life, every kind, what instructors do, and every state around.

import type { Fields } from "../src/core/messages";
import type { MockModel } from "../tests/mock";
import { desk, poll, staffDesk } from "../tests/polls_mock";
import {
  agree,
  closed,
  draft,
  ends,
  first,
  many,
  number,
  numbers,
  predicted,
  revealed,
  scale,
  set,
  several,
  shape,
  sorted,
  text,
  texts,
  thousand,
} from "./questions";
import type { State } from "./state";

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

const nine = new Date().setHours(9, 14, 0, 0);

const frame = (): Promise<unknown> => new Promise(requestAnimationFrame);

/** Type into the first box that a selector finds. */
const fill =
  (selector: string, text: string) =>
  async (root: ShadowRoot): Promise<void> => {
    const box = root.querySelector<HTMLInputElement>(selector);
    if (box) box.value = text;
    box?.dispatchEvent(new Event("input", { bubbles: true }));
    await frame();
  };

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
    const told = {
      ...doc,
      rev: 99_999,
      peek: { pages: [model.page], people: 21, flows: [], ...peek },
    };
    model.say({ op: "batch", n: 1, set: { polls: [told] } });
    await frame();
  };

const project = press("More", "Projector mode");

const again = "edu.host('py101', port=8765)";

/** Each state by name. */
export const polls: Record<string, State> = {
  "poll-vote": student([shape()]),
  "poll-voted": student([shape({ mine: 3, mineState: "counted" })]),
  "poll-queued": student([shape({ mine: 1, mineState: "queued" })], {
    lesson: { state: "offline", queued: 1, nextTryIn: 42_000 },
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
  "poll-rounds-code": student(
    [
      shape({
        ...revealed,
        options: ["a[0][0] = 9; print(b[0][0], a)", "a[0][0] = 9; print(b[0][0])", "c", "d"].map(
          (text) => [["p", ["code", text]]],
        ),
      }),
    ],
    { act: press("Compare rounds") },
  ),
  "poll-edited": student([shape({ id: "p0", opened: -1 }), shape({ edited: nine, named: true })]),
  "poll-edited-tr": student(
    [shape({ id: "p0", opened: -1 }), shape({ edited: nine, named: true })],
    { options: turkish, lesson: { rehearsal: true } },
  ),
  "poll-unsent": student([shape({ kind: "multiple" })], {
    async act(root, model) {
      for (const place of [0, 2]) {
        root.querySelectorAll<HTMLElement>("[role=checkbox]")[place]?.click();
        await frame();
      }
      const told = shape({ ...closed, kind: "multiple", rev: 90 });
      model.say({ op: "batch", n: 1, set: { polls: [told] } });
      await frame();
    },
  }),
  "poll-rehearsal": staff([shape({ edited: nine })], { lesson: { rehearsal: true } }),
  "poll-live": staff([shape()]),
  "poll-ended": staff([shape()], { lesson: { state: "offline", restart: again } }),
  "poll-ended-tr": staff([shape()], {
    options: turkish,
    lesson: { state: "offline", restart: again },
  }),
  "poll-destroy": staff([shape({ ...closed, anonymous: true, answered: 32 })], {
    act: press("Reveal"),
  }),
  "poll-destroy-tr": staff([shape({ ...closed, anonymous: true, answered: 32 })], {
    options: turkish,
    act: press("Göster"),
  }),
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
  "poll-draft-menu": staff(set(), {
    act: press("All polls", "More: What does `len({1, 1, 2})` return?"),
    next: "d1",
  }),
  "poll-draft-edit": staff(set(), {
    async act(root, model) {
      await press("All polls", "More: What does `len({1, 1, 2})` return?", "Edit")(root);
      const draft = { question: "What does `len({1, 1, 2})` return?", options: ["3", "2"] };
      const rest = { id: "d1", kind: "single", correct: [1], seconds: 60, to: model.page };
      model.say({ op: "signal", name: "source", data: { ...draft, ...rest } });
      await frame();
    },
    next: "d1",
  }),
  "poll-live-counts": student([
    shape({ live: first, answered: 32, mine: 3, mineState: "counted" }),
  ]),
  "poll-live-counts-tr": student(
    [scale(ends, { live: { round: 1, people: 9, counts: [1, 2, 3, 2, 1] }, answered: 9 })],
    { options: turkish },
  ),
  "poll-live-counts-staff": staff([shape({ live: first, answered: 32 })]),
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
      await fill("[inputmode=decimal]", "1.000")(root);
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
      results: [{ round: 1, people: 28, counts: [2, 5, 11, 8, 2], median: 3, vouched: 1 }],
    }),
  ]),
  "poll-number": student([number({ mine: 12, mineState: "pending" })]),
  "poll-number-revealed": student([
    number({
      ...{ state: "revealed", mine: 12, shown: { counts: true, answer: true }, correct: [12] },
      results: [{ round: 1, people: 31, numbers, median: 12, right: 19, vouched: 3 }],
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
  "poll-number-read": student([number()], { act: fill("#answer", "12,000") }),
  "poll-number-choosing": staff([number({ ...closed, answered: 32 })], {
    async act(root) {
      await press("What to reveal", "Choose the answer…")(root);
      await fill(".choosing input", "1,000")(root);
    },
  }),
  "poll-missing": staff([shape({ named: true, answered: 30 })], {
    async act(root, model) {
      await press("Who has not answered")(root);
      const told = { to: model.page, id: "p1", round: 1, names: ["Deniz Ağaoğlu", "Bo", "Priya"] };
      model.say({ op: "signal", name: "missing", data: told });
      await frame();
    },
  }),
  "poll-text": student([text()]),
  "poll-text-hidden": staff([text(closed)], {
    act: peekAt(text(closed), {
      results: [
        { round: 1, people: 31, texts: [{ ...texts[1], hidden: true }, ...texts.slice(2)] },
      ],
      merged: ["shapes"],
    }),
  }),
  "poll-text-menu": staff([text(closed)], {
    async act(root, model) {
      const told = { results: [{ round: 1, people: 31, texts }], merged: ["shapes"] };
      await peekAt(text(closed), told)(root, model);
      await press("More: shapes")(root);
    },
  }),
  "poll-text-revealed": student([
    text({
      state: "revealed",
      shown: { counts: true },
      results: [{ round: 1, people: 31, texts }],
    }),
  ]),
  "poll-text-others": student(
    [
      text({
        ...{ state: "revealed", shown: { counts: true } },
        results: [{ round: 1, people: 131, texts, more: 40 }],
      }),
    ],
    { act: press("Table") },
  ),
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
