// Exercises: one's own, a class's bars, failures and matrix.

import type { Fields } from "../src/core/messages";
import { save } from "../src/core/storage";
import type { MockModel } from "../tests/mock";
import type { State } from "./state";

const MINUTE = 60_000;

const titles = [
  ...["Load the file", "Clean the table", "Monthly means", "Plot the year", "The hottest week"],
  "Write it up",
];
const turkish = [
  ...["Dosyayı yükle", "Tabloyu temizle", "Aylık ortalamalar", "Yılı çiz", "En sıcak hafta"],
  "Yaz",
];
const names = ["load", "clean", "means", "plot", "week", "write"];

export const exercise = (place: number, more: Fields = {}, of = titles): Fields => ({
  ...{ id: names[place - 1], rev: 1, place, title: of[place - 1], checks: 4 },
  ...more,
});

export const lesson = (role: string, more: Fields = {}): Fields => ({
  ...{ me: { id: "me", name: role === "instructor" ? "Mira" : "Tomás", role } },
  ...{ features: ["chat", "progress"] },
  ...more,
});

export const desk = (more: Fields = {}): Fields => ({
  ...{ id: "desk", rev: 1, can: ["manage"], people: 33, hidden: false },
  ...more,
});

const hint = {
  by: "Mira",
  at: 1_700_000_000_000,
  body: ["Look at the names first: ", ["code", "df.columns"]],
};

export const own = (of = titles): Fields[] => [
  exercise(1, { results: "pppp", attempts: 3 }, of),
  exercise(
    2,
    {
      ...{ results: "pppf", attempts: 5, now: true, given: true, hint, class: [21, 33] },
      failed: { check: "temp has no gaps", number: 3, type: "KeyError", message: "'temp'" },
    },
    of,
  ),
  exercise(3, { running: true }, of),
  ...[4, 5, 6].map((place) => exercise(place, {}, of)),
];

const counted = [
  ...[
    [30, 0, 3, 0],
    [11, 5, 14, 3],
    [4, 2, 5, 22],
  ],
  ...[
    [1, 0, 3, 29],
    [0, 0, 1, 32],
    [0, 0, 0, 33],
  ],
];

export const bars = (of = titles): Fields[] =>
  counted.map((counts, at) => exercise(at + 1, { counts, ...(at === 1 && { now: true }) }, of));

const group = (
  place: number,
  people: number,
  type: string,
  message: string,
  more: Fields = {},
) => ({
  ...{ id: `g${place}`, rev: 1, place, people, type, message, age: 8 * MINUTE },
  ...{ exercise: "Clean the table", number: 1, check: "temp has no gaps" },
  ...more,
});

export const failures = (): Fields[] => [
  group(0, 14, "KeyError", "'temp'"),
  group(1, 5, "AssertionError", "expected … months, got …", {
    ...{ exercise: "Monthly means", number: 1, check: "twelve months" },
  }),
  group(2, 3, "NameError", "name 'df' is not defined", { hint: [1_700_000_000_000, 2, 3] }),
  ...[3, 4, 5].map((place) => group(place, 1, "Error", "…", { number: place })),
];

const row = (name: string, cells: unknown[], more: Fields = {}): Fields => ({
  ...{ id: `u-${name.toLowerCase().replace(/\W/g, "")}`, rev: 1, name, cells, ...more },
});

const all = [4, 4];

export const people = (): Fields[] => [
  row("Aylin", [all, [0, 4], 0, 0, 0, 0], { last: 1, stuck: 11 * MINUTE }),
  row("Tomás", [all, [2, 4], 0, 0, 0, 0], { last: 1, stuck: 9 * MINUTE }),
  row("Baran", [all, [1, 4], 0, 0, 0, 0], { last: 1, stuck: 8 * MINUTE }),
  row("Kofi", [all, all, [3, 4], 0, 0, 0], { last: 2, stuck: 5 * MINUTE }),
  row("Mei", [all, [2, 4], 0, 0, 0, 0], { last: 1, idle: 12 * MINUTE }),
  row("Maximiliane von Habsburg-Lothringen", [[1, 4], 0, 0, 0, 0, 0], { last: 0, idle: MINUTE }),
  row("Lina", [[2, 4], 0, 0, 0, 0, 0], { last: 0, idle: 2 * MINUTE }),
  row("Noor", [all, [1, 4], 0, 0, 0, 0], { last: 1, idle: 1 }),
  row("Deniz", [all, all, all, [2, 4], 0, 0], { last: 3, idle: 1 }),
  row("Emre", [all, all, all, all, [1, 4], 0], { last: 4, idle: 1 }),
  row("أمل", [all, all, all, all, all, all], { last: 5 }),
];

/** A large class: 300 people and 20 exercises. */
export const crowd = (): Fields[] =>
  Array.from({ length: 300 }, (_, n) =>
    row(
      `Student ${String(n + 1).padStart(3, "0")}`,
      Array.from({ length: 20 }, (_, at) => (at < n % 19 ? all : at === n % 19 ? [n % 4, 4] : 0)),
      { last: n % 19, ...(n % 6 === 0 && { stuck: (n + 1) * 20_000 }), idle: n * 2_000 },
    ),
  );

export const many = (): Fields[] =>
  Array.from({ length: 20 }, (_, n) => ({
    ...{ id: `e${n}`, rev: 1, place: n + 1, title: `Exercise ${n + 1}`, checks: 4 },
    counts: [300 - n * 15, n % 3, 12, Math.max(0, n * 15 - 12)],
  }));

const show = (
  model: MockModel,
  role: string,
  documents: Record<string, Fields[]>,
  more: Fields = {},
): void => model.snapshot([], lesson(role, more), {}, documents);

const english = { height: 520, lang: "en" };
const inTurkish = { height: 520, lang: "tr" };

const staff = (documents: Record<string, Fields[]>, options: Fields = english): State => ({
  ...{ kind: "progress", options },
  play: (model) => show(model, "instructor", { desk: [desk()], ...documents }),
});

const student = (documents: Record<string, Fields[]>, options: Fields = english): State => ({
  ...{ kind: "progress", options },
  play: (model) => show(model, "student", { desk: [desk({ can: ["check"] })], ...documents }),
});

const press = (name: string): NonNullable<State["act"]> => {
  return (root) => {
    const buttons = [...root.querySelectorAll<HTMLElement>("button")];
    buttons.find((button) => button.textContent?.trim() === name)?.click();
  };
};

const whole = { exercises: bars(), groups: failures(), people: people() };

export const progress: Record<string, State> = {
  "progress-student": student({ exercises: own() }),
  "progress-student-turkish": student({ exercises: own(turkish) }, inTurkish),
  "progress-student-waits": student({
    exercises: [
      exercise(1, { results: "pp", attempts: 1, waits: true, now: true }),
      exercise(2, { results: "psf-", attempts: 2, error: "The service cannot be asked now." }),
    ],
  }),
  "progress-class": staff(whole),
  "progress-turkish": staff({ ...whole, exercises: bars(turkish) }, inTurkish),
  "progress-hint": {
    ...staff(whole),
    act: press("Send a hint to these 14"),
  },
  "progress-large": staff({
    ...{ desk: [desk({ people: 300 })], exercises: many(), groups: failures(), people: crowd() },
  }),
  "progress-hidden": staff({
    ...{ desk: [desk({ hidden: true })], exercises: bars() },
    groups: [group(0, 14, "KeyError", "…", { check: "" })],
  }),
  "progress-empty": staff({}),
  "progress-nothing": student({}),
  "progress-connecting": { kind: "progress", options: english, play: () => {} },
  "progress-projector": {
    ...staff(whole),
    play: (model) => {
      // As it was before the page was loaded again: what is shown has a core of its own.
      save(`edu-widgets:projected:${model.proxy().get("course")}`, "all");
      staff(whole).play(model);
    },
  },
};
