// Who is here, how far people are, and who wants help.

import type { Fields } from "../src/core/messages";
import type { MockModel } from "../tests/mock";
import type { State } from "./state";

const MINUTE = 60_000;

let number = 0;
const person = (name: string, more: Fields = {}): Fields => ({
  ...{ id: `u-${++number}-${name.toLowerCase()}`, rev: 1, name },
  ...more,
});

const stuck = (name: string, minutes: number): Fields =>
  person(name, { status: "stuck", age: minutes * MINUTE });

const classOf36 = (): Fields[] => [
  person("Mira", { role: "instructor", me: true }),
  person("Jonas", { role: "instructor" }),
  ...[stuck("Aylin", 5), stuck("Baran", 3), stuck("Kofi", 2), stuck("Tomás", 4)],
  person("Lina", { status: "following" }),
  person("Maximiliane von Habsburg-Lothringen", { status: "following" }),
  person("Sam", { away: true, age: 4 * MINUTE }),
  person("Noor", {}),
  ...["Deniz", "Priya", "Emre", "أمل", "Wei"].map((name) => person(name, { status: "done" })),
];

const trace = (last: string): string =>
  ["Cell 12, line 3, in shapes", "    return a + b", last].join("\n");

const handsUp = (): Fields[] => [
  {
    ...{ id: "u-zeynep", rev: 1, name: "Zeynep", at: 1, age: 6 * MINUTE },
    ...{ note: "Same cell worked yesterday.", helper: "Mira", mine: true },
    traceback: trace("ValueError: operands could not be broadcast together with shapes (3,) (4,)"),
  },
  {
    ...{ id: "u-tomas", rev: 1, name: "Tomás", at: 2, age: 4 * MINUTE },
    note: "Where does the 1 come from?",
  },
  {
    ...{ id: "u-mei", rev: 1, name: "Mei", at: 3, age: 1 * MINUTE },
    traceback: trace("NameError: name 'np' is not defined"),
  },
];

const counts = { here: 36, stuck: 5, done: 24, following: 4, none: 0, away: 3, hands: 3 };

const desk = (more: Fields = {}): Fields => ({
  ...{ id: "desk", rev: 1, can: ["manage"], known: true, crowd: false, hidden: false, counts },
  ...more,
});

const lesson = (name: string, more: Fields = {}): Fields => ({
  ...{ me: { id: "me", name, role: name === "Mira" ? "instructor" : "student" } },
  ...{ features: ["chat", "presence"] },
  ...more,
});

const show = (
  model: MockModel,
  who: string,
  documents: Record<string, Fields[]>,
  more: Fields = {},
): void => model.snapshot([], lesson(who, more), {}, documents);

const student = { can: ["status", "hand"], counts: { here: 36, away: 1 } };

const students = (): Fields[] => [
  person("Mira", { role: "instructor" }),
  person("Jonas", { role: "instructor" }),
  person("Tomás", { me: true }),
  ...["Aylin", "Deniz", "Emre"].map((name) => person(name)),
  person("Sam", { away: true }),
];

const names = "Aylin Baran Kofi Elif Wei Hana Ingrid Noor Rafael Yusuf".split(" ");

const crowd = {
  ...{ can: ["manage"], crowd: true },
  counts: { here: 412, stuck: 37, done: 287, following: 61, none: 0, away: 27, hands: 9 },
};

const list = (model: MockModel): void => {
  const people = names.map((name, index) => stuck(name, 11 - index));
  const data = { query: "", filter: "stuck", offset: 0, people, total: 37 };
  model.say({ op: "signal", name: "list", to: model.page, data });
};

const press = (root: ShadowRoot, key: string): void => {
  root
    .querySelector(".edu")
    ?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, composed: true }));
};

const frame = (): Promise<unknown> => new Promise(requestAnimationFrame);

const state = (play: (model: MockModel) => void, more: Partial<State> = {}): State => ({
  ...{ kind: "presence", options: { height: 420, lang: "en" }, play },
  ...more,
});

const failure = {
  ...{ id: "f1", headline: "ValueError: operands could not be broadcast together" },
  text: trace("ValueError: operands could not be broadcast together with shapes (3,) (4,)"),
};

const raising = async (root: ShadowRoot, model: MockModel): Promise<void> => {
  press(root, "h");
  await frame();
  model.say({ op: "signal", name: "error", to: model.page, data: { error: failure } });
  await frame();
  const area = root.querySelector("textarea");
  if (area) {
    area.value = "Same cell worked yesterday.";
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  root.querySelector<HTMLElement>(".raise input")?.click();
  await frame();
  root.querySelector<HTMLElement>(".raise .er")?.click();
  await frame();
  root.querySelector<HTMLElement>("textarea")?.focus();
};

/** A closed door, a new invite, and a person about to be removed; or what the menu has. */
const admission = (lang: string, menu: boolean): State =>
  state(
    (model) =>
      show(model, "Mira", {
        people: classOf36(),
        hands: handsUp(),
        desk: [desk({ closed: true, removed: [{ id: "u-eve", name: "Eve" }] })],
      }),
    {
      options: { height: 420, lang },
      async act(root, model) {
        const invite = "http://192.168.1.20:8765/py101?code=K7QX4M2P";
        model.say({ op: "signal", name: "invite", data: { invite } });
        await frame();
        root.querySelector<HTMLElement>(menu ? ".hd .more" : ".pp .of")?.click();
        await frame();
        if (!menu) root.querySelector<HTMLElement>("[role=menuitem]")?.click();
        await frame();
      },
    },
  );

export const presence: Record<string, State> = {
  "people-remove": admission("en", false),
  "people-remove-tr": admission("tr", false),
  "people-admission": admission("en", true),
  "people-class": state((model) =>
    show(model, "Mira", { people: classOf36(), hands: handsUp(), desk: [desk()] }),
  ),
  "people-class-tr": state(
    (model) => show(model, "Mira", { people: classOf36(), hands: handsUp(), desk: [desk()] }),
    { options: { height: 420, lang: "tr" } },
  ),
  "people-new": state(
    (model) => show(model, "Mira", { people: classOf36(), hands: handsUp(), desk: [desk()] }),
    {
      async act(root) {
        const buttons = [...root.querySelectorAll<HTMLElement>("button")];
        buttons.find(({ textContent }) => textContent === "New exercise")?.click();
        await frame();
      },
    },
  ),
  "people-begin": state((model) =>
    show(model, "Mira", {
      people: [...classOf36().slice(0, 2), ...["Aylin", "Baran", "Deniz"].map((n) => person(n))],
      hands: [],
      desk: [desk({ counts: { here: 5, none: 3, stuck: 0, done: 0, following: 0, away: 0 } })],
    }),
  ),
  "people-trace": state(
    (model) => show(model, "Mira", { people: classOf36(), hands: handsUp(), desk: [desk()] }),
    {
      async act(root) {
        root.querySelector<HTMLElement>(".er")?.click();
        root.querySelector<HTMLElement>(".sec .btn")?.click();
        await frame();
      },
    },
  ),
  "people-large": state((model) => show(model, "Mira", { desk: [desk(crowd)] }), {
    async act(_, model) {
      list(model);
      await frame();
    },
  }),
  "people-hidden": state((model) => show(model, "Mira", { desk: [desk({ hidden: true })] })),
  "people-student": state((model) =>
    show(model, "Tomás", {
      people: students(),
      desk: [desk({ ...student, status: { status: "stuck" } })],
    }),
  ),
  "people-student-tr": state(
    (model) =>
      show(model, "Tomás", {
        people: students(),
        desk: [desk({ ...student, status: { status: "done" } })],
      }),
    { options: { height: 420, lang: "tr" } },
  ),
  "people-raise": state(
    (model) => show(model, "Tomás", { people: students(), desk: [desk(student)] }),
    { act: raising },
  ),
  "people-helped": state((model) =>
    show(model, "Tomás", {
      people: students(),
      desk: [
        desk({
          ...{ ...student, status: { status: "stuck" } },
          hand: { age: 3 * MINUTE, helper: "Mira", note: "Where does the 1 come from?" },
        }),
      ],
    }),
  ),
  "people-offline": state((model) =>
    show(
      model,
      "Tomás",
      {
        people: students(),
        desk: [
          desk({
            ...{ ...student, status: { status: "stuck", state: "queued" } },
            hand: { age: 0, state: "queued" },
          }),
        ],
      },
      { state: "offline", queued: 2, nextTryIn: 42_000 },
    ),
  ),
  "people-connecting": state((model) =>
    show(model, "Tomás", { desk: [desk({ can: [], known: false })] }, { state: "connecting" }),
  ),
};
