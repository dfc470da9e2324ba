// Notes: one's own, and those of the class.

import type { Fields } from "../src/core/messages";
import type { MockModel } from "../tests/mock";
import { at } from "./people";
import type { State } from "./state";

const c = (text: string): unknown[] => ["code", text];

let number = 0;

export const own = (minute: number, body: unknown, more: Fields = {}): Fields => {
  number++;
  const time = at(10, minute);
  return { id: `n${number}`, rev: number, version: 1, at: time, minute: time, body, ...more };
};

export const shared = (name: string, minute: number, body: unknown, more: Fields = {}): Fields => {
  number++;
  const [user, note] = [`u-${name.toLowerCase()}`, `s${number}`];
  const time = at(10, minute);
  return {
    ...{ id: `note:${user}:${note}`, born: number, rev: number, note, user, name },
    ...{ at: time, minute: time, body },
    ...more,
  };
};

const mine = (): Fields[] => [
  own(
    21,
    [["p", c("read_csv"), " guesses the types. Dates stay text until ", c("pd.to_datetime"), "."]],
    { cell: 9, edited: at(10, 24) },
  ),
  own(
    23,
    [
      [
        "p",
        ["strong", "KeyError"],
        " means: no column has this name. Look at ",
        c("df.columns"),
        ".",
      ],
    ],
    { cell: 11, shared: true },
  ),
  own(27, [
    ["ul", ["li", "ask: why ", c("groupby(by)"), "?"], ["li", "at home: the same with weeks"]],
  ]),
];

const lesson = (): Fields =>
  shared(
    "Mira",
    12,
    [
      ["p", ["strong", "Temperatures"]],
      [
        "ol",
        ["li", "Load, then look: ", c("df.head()"), ", ", c("df.dtypes")],
        ["li", "Clean: names first, then gaps"],
        ["li", "Group by month, plot the means"],
      ],
    ],
    { role: "instructor", edited: at(10, 30) },
  );

const others = (): Fields[] => [
  shared("Priya", 22, [["p", c('parse_dates=["date"]'), " does it while reading."]], {
    ...{ cell: 9, likes: 9, liked: true },
  }),
  shared("Ada", 23, [["p", ["strong", "KeyError"], " means: no column has this name."]], {
    ...{ cell: 11, likes: 6, mine: true },
  }),
  shared("Emre", 28, [["p", "Türkçesi: aya göre grupla, güne göre değil."]], {
    ...{ likes: 2, via: "Ada" },
  }),
];

const long = (): Fields =>
  shared("Jonas", 29, [["p", "A long note about everything in this lesson. ".repeat(40)]]);

const hostile = (): Fields =>
  shared("W".repeat(64), 30, `<b>bold</b> ${"x".repeat(200)} \u202Eabc`, { via: "V".repeat(64) });

interface Shown {
  mine?: Fields[];
  class?: Fields[];
  can?: string[];
  at?: number;
  lesson?: Fields;
}

export const here = (model: MockModel, what: Shown): void =>
  model.snapshot(
    [],
    { course: "py101", features: ["notes_sharing"], ...what.lesson },
    {},
    {
      mine: what.mine ?? [],
      class: what.class ?? [],
      room: [{ id: "room", rev: 1, can: what.can ?? ["write"], at: what.at ?? 15 }],
    },
  );

const kind = "notes";
const options = (height: number, lang = "en"): Fields => ({ height, lang });

const press = (root: ShadowRoot, selector: string): void =>
  root.querySelector<HTMLElement>(selector)?.click();

const toClass = (root: ShadowRoot): void => press(root, "[role=tab]:last-of-type");

const everything = (): Shown => ({ mine: mine(), class: [lesson(), ...others()] });

/** States of notes by name. */
export const notes: Record<string, State> = {
  notes: { kind, options: options(420), play: (model) => here(model, everything()) },
  "notes-turkish": {
    kind,
    options: options(420, "tr"),
    play: (model) => here(model, everything()),
    act: (root) => press(root, ".do-share"),
  },
  "notes-class": {
    kind,
    options: options(560),
    play: (model) => here(model, { ...everything(), can: ["write", "remove"] }),
    act: toClass,
  },
  "notes-sharing": {
    kind,
    options: options(420),
    play: (model) => here(model, everything()),
    act: (root) => press(root, ".do-share"),
  },
  "notes-editing": {
    kind,
    options: options(420),
    play: (model) => here(model, everything()),
    act: (root, model) => {
      press(root, ".do-edit");
      const text = "Group by the **month**, not by the date:\n\n```python\ndf.groupby(…)\n```";
      const id = root.querySelector<HTMLElement>("article")?.dataset.id;
      model.say({ op: "signal", name: "source", data: { id, text, version: 1 } });
    },
  },
  "notes-states": {
    kind,
    options: options(420),
    play: (model) =>
      here(model, {
        mine: [
          own(20, "Is kept here.", { state: "queued" }),
          own(21, "Is under way.", { state: "pending" }),
          own(22, "Two wrote it.", {
            ...{ state: "failed", error: "The note was edited meanwhile; look at it again." },
          }),
        ],
        lesson: { state: "offline", queued: 2, nextTryIn: 42_000 },
      }),
  },
  "notes-export": {
    kind,
    options: options(300),
    play: (model) => here(model, everything()),
    act: (root) => press(root, ".export"),
  },
  "notes-hostile": {
    kind,
    options: options(560),
    play: (model) => here(model, { class: [hostile(), long()], can: ["write", "remove"] }),
    act: toClass,
  },
  "notes-empty": { kind, options: options(264), play: (model) => here(model, { at: 0 }) },
  "notes-connecting": { kind, options: options(264), play: () => {} },
};
