// What an instructor runs, as a class follows it.

import type { Fields } from "../src/core/messages";
import type { MockModel } from "../tests/mock";
import { refs, serve } from "./pictures";
import type { State } from "./state";

const MINUTE = 60_000;
const at = (minutes: number): number => new Date().setHours(10, 24, 0, 0) - minutes * MINUTE;

const kind = "cells";
const options = (height: number, lang = "en"): Fields => ({ height, lang });

let born = 0;
const cell = (n: number, source: string, runs: string, more: Fields = {}): Fields => {
  born++;
  return {
    ...{ id: `c${born}`, born, seq: born, rev: 1, n, at: at(14 - n), ended: at(14 - n) },
    ...{ status: "ok", source, runs, by: "u-mira", byName: "Mira", outputs: [] },
    ...more,
  };
};

const text = (said: string, more: Fields = {}): Fields => ({ type: "text", text: said, ...more });

const row = (tag: string, ...cells: string[]): unknown[] => [
  "tr",
  ...cells.map((value, index) => [
    value && !index ? "th" : value ? tag : "td",
    { align: index ? "right" : "left" },
    value,
  ]),
];

const table = {
  type: "body",
  body: [
    [
      "table",
      row("th", "", "date", "temp_c", "rain", "wind"),
      row("td", "0", "2026-01-01", "3.4", "0.2", "14"),
      row("td", "1", "2026-01-02", "1.9", "0.0", "9"),
      row("td", "2", "2026-01-03", "2.6", "5.1", "22"),
    ],
  ],
};

const keyError = {
  ...{ type: "error", name: "KeyError", value: "'temp'" },
  text: "KeyError  Traceback (most recent call last)\nCell In[11], line 1\n----> 1 df['temp']",
  runs: "8R",
};

const lesson = (): Fields[] => {
  born = 0;
  return [
    cell(9, 'df = pd.read_csv("weather.csv")\nprint(len(df), "rows")', "3.o13.13s3.5n9.6s", {
      ...{ outputs: [text("365 rows")], mine: { n: 7, differs: 0 } },
    }),
    cell(10, "df.head(3)", "8.m", { outputs: [table] }),
    cell(11, 'df["temp"].mean()', "3.6s", {
      ...{ outputs: [keyError], status: "error", mine: { n: 11, differs: 1 } },
    }),
    cell(12, '# the year at one glance\ndf.plot("date", "temp_c")', "24c9.6s2.8s", {
      outputs: [{ type: "note", name: "large_picture" }],
    }),
  ];
};

const plotted = (): Fields[] => {
  const [first, second] = refs;
  return [
    ...lesson(),
    cell(13, 'df.plot("date", "temp_c")', "9.6s2.8s", {
      outputs: [
        { type: "picture", picture: first },
        { type: "picture", picture: second },
        { type: "note", name: "broken_picture" },
      ],
    }),
  ];
};

const seen = async (root: ShadowRoot): Promise<void> => {
  const all = () => root.querySelectorAll(".pic img").length === 2;
  for (let frames = 0; frames < 300 && !all(); frames++) await new Promise(requestAnimationFrame);
};

const plots = (model: MockModel): void => {
  serve(model, () => ({}));
  here(model, plotted());
};

const again = (): Fields[] => [
  ...lesson(),
  cell(13, 'df["temp_c"].mean()', "3.8s", {
    ...{ again: "c3", times: 2, changed: 1, outputs: [text("np.float64(9.834)")] },
  }),
  cell(14, 'hot = df[df["temp_c"] > 25]\nlen(hot)', "4.o7.8s2.o1.2m2.3n", {
    ...{ outputs: [text("31")], mine: { n: 15, differs: 0 } },
  }),
  cell(15, 'by = df["date"].dt.month\nmeans = df.groupby(by)["temp_c"].mean()', "", {
    ...{ status: "running", ended: 0, at: Date.now() - 4_000, mine: { n: 16, differs: 2 } },
  }),
];

const line = (source: string, words: number[] = []): Fields => ({ text: source, words });

const compared = (id: string): Fields => ({
  ...{
    id,
    n: 16,
    choices: [
      { n: 16, line: "by = df" },
      { n: 15, line: "hot = df" },
    ],
  },
  rows: [
    { same: true, theirs: line('by = df["date"].dt.month') },
    {
      mine: line('means = df.groupby("date")["temp_c"].mean()', [19, 6]),
      theirs: line('means = df.groupby(by)["temp_c"].mean()', [19, 2]),
    },
    { mine: line("print(means.head(3))", [0, 5]), theirs: line("means.plot.bar()", [0, 5]) },
  ],
});

const desk = (more: Fields = {}): Fields => ({
  ...{ id: "desk", rev: 1, state: "on", at: at(0), byName: "Mira", total: 12, seen: 99, unseen: 0 },
  ...{ can: [], offered: true },
  ...more,
});

const here = (model: MockModel, docs: Fields[], more: Fields = {}, told: Fields = {}): void =>
  model.snapshot([], told, {}, { cells: docs, desk: [desk(more)] });

const say = (model: MockModel, name: string, data: Fields): void => {
  model.say({ op: "signal", name, data });
};

const missed = (): Fields => ({
  items: [
    { id: "c1", n: 1, line: "import pandas as pd", mine: { n: 1, differs: 0 } },
    { id: "c2", n: 2, line: 'url = "https://edu.example.org/weather.csv"' },
    { id: "c3", n: 3, line: "raw = pd.read_csv(url)", mine: { n: 3, differs: 1 } },
    { id: "c4", n: 4, line: "df = raw.rename(columns=str.lower)" },
    { id: "c5", n: 5, line: "df.describe()" },
  ],
});

const staff = { can: ["share"], mine: "on", audience: 31 };

const held = (n: number, why: string, source = ""): Fields => ({
  ...{ id: `h${n}`, n, at: at(14 - n), why, source, runs: "" },
});

const click = (selector: string) => (root: ShadowRoot) => {
  root.querySelector<HTMLElement>(selector)?.click();
};

const hostile = (): Fields[] => {
  born = 0;
  return [
    cell(1, `<img src=x onerror=alert(1)>\n${"W".repeat(400)}\n\u202Eabc`, "9999k", {
      outputs: [
        text(`<script>alert(1)</script> ${"x".repeat(3_000)}`, { runs: "zz" }),
        {
          type: "body",
          body: [
            ["a", { href: "javascript:alert(1)" }, "x"],
            ["script", "alert(1)"],
          ],
        },
        { type: "note", name: `application/${"very-long.".repeat(12)}`, text: "y".repeat(120) },
        { type: "error", name: "E".repeat(90), value: "v".repeat(500) },
      ],
    }),
  ];
};

/** Scrolled up while two more come. */
async function scrollUp(root: ShadowRoot, model: MockModel): Promise<void> {
  const list = root.querySelector<HTMLElement>(".log");
  list?.scrollTo(0, 60);
  await new Promise(requestAnimationFrame);
  list?.scrollTo(0, 40);
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  const more = [cell(16, "len(means)", "", {}), cell(17, "means.max()", "", {})];
  model.say({ op: "batch", n: 1, set: { cells: more } });
}

/** States of the cells by name. */
export const cells: Record<string, State> = {
  cells: { kind, options: options(640), play: (model) => here(model, lesson()) },
  cellspictures: { kind, options: options(900), play: plots, act: seen },
  cellspicturesturkish: { kind, options: options(900, "tr"), play: plots, act: seen },
  "cells-turkish": {
    kind,
    options: options(640, "tr"),
    play: (model) => here(model, again(), { state: "paused" }),
  },
  "cells-again": {
    kind,
    options: options(640),
    play: (model) => here(model, again(), { total: 15 }),
    act: scrollUp,
  },
  "cells-compare": {
    kind,
    options: options(640),
    play(model) {
      here(model, again().slice(5), { total: 15 });
    },
    act(root, model) {
      click('[data-id="c7"] .compare')(root);
      say(model, "compared", compared("c7"));
    },
  },
  "cells-late": {
    kind,
    options: options(400),
    play(model) {
      here(model, lesson(), { seen: 0, unseen: 9, missed: [at(22), at(3)] });
      say(model, "missed", missed());
    },
  },
  "cells-late-turkish": {
    kind,
    options: options(400, "tr"),
    play(model) {
      here(model, lesson(), { seen: 0, unseen: 9, missed: [at(22), at(3)] });
      say(model, "missed", missed());
    },
  },
  "cells-instructor": {
    kind,
    options: options(400),
    play: (model) => here(model, lesson(), { ...staff, held: [held(8, "private")] }),
  },
  "cells-paused": {
    kind,
    options: options(300),
    play: (model) =>
      here(model, lesson().slice(3), {
        ...{ ...staff, mine: "paused", state: "paused" },
        held: [held(13, "paused", 'answers["temp_c"]'), held(14, "paused", "check(answers)")],
      }),
  },
  "cells-share": {
    kind,
    options: options(300),
    play: (model) => here(model, [], { can: ["share"], state: "off", total: 0, byName: "" }),
  },
  "cells-empty": {
    kind,
    options: options(300),
    play: (model) => here(model, [], { total: 0 }),
  },
  "cells-base": {
    kind,
    options: options(300),
    play: (model) => here(model, [], { total: 0, offered: false, byName: "" }),
  },
  "cells-offline": {
    kind,
    options: options(300),
    play: (model) => here(model, lesson().slice(0, 1), {}, { state: "offline", nextTryIn: 42_000 }),
  },
  "cells-connecting": { kind, options: options(264), play: () => {} },
  "cells-hostile": { kind, options: options(400), play: (model) => here(model, hostile()) },
};
