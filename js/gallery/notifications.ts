// What there is to know beside the chat.

import type { Fields } from "../src/core/messages";
import type { MockModel } from "../tests/mock";
import type { State } from "./state";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const ago = (ms: number): number => Date.now() - ms;

let number = 0;
export const note = (title: string, text: unknown, more: Fields = {}): Fields => {
  number++;
  return {
    ...{ id: `n${number}`, born: ago(0), rev: number, type: "info", kind: "notification" },
    ...{ title, text, read: false },
    ...more,
  };
};

const c = (text: string): unknown[] => ["code", text];

const graded = {
  label: "Open feedback",
  style: "secondary",
  href: "https://campus.example.edu/hw2",
};

const five = (): Fields =>
  note("5 minutes left", "Finish exercise 3.2, then set yourself to done.", { type: "warning" });

const list = (): Fields[] => [
  note("Lesson 4 has a new file", [["p", c("missing-data.csv")]], {
    ...{ born: ago(4 * DAY), type: "course_update", read: true },
  }),
  note("Homework 2 is graded", "9 of 10. One comment.", {
    ...{ born: ago(DAY), type: "success", read: true, actions: [graded] },
  }),
  note("", [["p", "Good instinct. Try it without the ", c("None"), "."]], {
    ...{ born: ago(6 * MINUTE), kind: "mention", about: "Mira", type: "message" },
    leads: { in: "chat", id: "m1", born: 1 },
  }),
  note("", [["p", "What is the shape of ", c("a + b"), "?"]], {
    ...{ born: ago(2 * MINUTE), kind: "poll", leads: { in: "polls", id: "p1" } },
  }),
  five(),
];

const post = (label: string, style = "secondary"): Fields => ({ label, style, action: label });

const kinds = (): Fields[] => [
  note("Invoice 2026-11", "Paid, thank you.", { born: ago(9 * DAY), type: "payment", read: true }),
  note("", "lesson_completed", {
    ...{ born: ago(3 * DAY), kind: "user_activity", about: "Jonas", read: true },
  }),
  note("", "", { born: ago(90 * MINUTE), kind: "course_update", type: "course_update" }),
  note("The data server is down", "Load the copy in the folder instead.", {
    ...{ born: ago(5 * MINUTE), type: "error" },
  }),
  note("Leave the room plan as it is?", "It is deleted otherwise.", {
    ...{ born: ago(4 * MINUTE), actions: [post("Keep", "primary"), post("Delete it", "danger")] },
  }),
  note("Are you done with 3.2?", "", {
    ...{ born: ago(3 * MINUTE), read: true, taken: "Not yet", choosing: true },
    actions: [post("Done"), post("Not yet"), post("I need a hint")],
  }),
];

const hostile = (): Fields[] => [
  note(`<b>bold</b> ${"W".repeat(120)}`, `javascript:alert(1) ${"x".repeat(200)}`, {
    actions: [
      { label: "l".repeat(60), style: "primary", action: "a" },
      {
        label: "Bank",
        style: "secondary",
        href: `https://${"very-long-name.".repeat(8)}evil.example/login`,
      },
    ],
  }),
  note("\u202Eabc", "\u202Edef", { type: "error" }),
];

const here = (model: MockModel, docs: Fields[], lesson: Fields = {}, inbox: Fields = {}): void =>
  model.snapshot(
    [],
    lesson,
    {},
    {
      notifications: docs,
      inbox: [{ id: "inbox", rev: 1, quiet: false, can: ["act"], ...inbox }],
    },
  );

const kind = "notifications";
const options = (height: number, lang = "en"): Fields => ({ height, lang });

/** A toast, where it stands while the list is out of sight. */
async function popUp(root: ShadowRoot, model: MockModel): Promise<void> {
  const view = root.host.parentElement as HTMLElement;
  view.style.cssText = "min-height:100vh;padding:1px";
  (root.host as HTMLElement).style.display = "none";
  // An observer of our own is told after those that were there before.
  await new Promise<void>((done) => {
    const observer = new IntersectionObserver(() => {
      observer.disconnect();
      done();
    });
    observer.observe(view);
  });
  const doc = five();
  model.say({ op: "batch", n: 1, set: { notifications: [doc] } });
  model.say({ op: "signal", name: "news", data: { ids: [doc.id] } });
}

/** States of the notifications by name. */
export const notifications: Record<string, State> = {
  notifications: { kind, options: options(420), play: (model) => here(model, list()) },
  "notifications-turkish": {
    kind,
    options: options(420, "tr"),
    play: (model) => here(model, list(), {}, { quiet: true }),
  },
  "notifications-kinds": { kind, options: options(640), play: (model) => here(model, kinds()) },
  "notifications-hostile": { kind, options: options(420), play: (model) => here(model, hostile()) },
  "notifications-empty": { kind, options: options(264), play: (model) => here(model, []) },
  "notifications-connecting": { kind, options: options(264), play: () => {} },
  "notifications-offline": {
    kind,
    options: options(200),
    play: (model) => here(model, list().slice(-2), { state: "offline", nextTryIn: 42_000 }),
  },
  "notifications-clear": {
    kind,
    options: options(300),
    play: (model) => here(model, list().slice(-1)),
    act: (root) => root.querySelector<HTMLElement>(".clear .btn")?.click(),
  },
  "notifications-refused": {
    kind,
    options: options(300),
    play(model) {
      here(model, list().slice(-1));
      const message = "This notification is not there any more.";
      model.say({ op: "signal", name: "notice", data: { message } });
    },
  },
  "notifications-toast": {
    kind,
    options: options(300),
    play: (model) => here(model, []),
    act: popUp,
  },
};
