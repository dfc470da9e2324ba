import formulas from "../../tests/vectors/formulas.json";
import type { Fields } from "../src/core/messages";
import { message, messages } from "../tests/mock";
import { around } from "./around";
import { board } from "./board";
import { cells } from "./cells";
import { notes } from "./notes";
import { notifications } from "./notifications";
import { at, people } from "./people";
import { pictures } from "./pictures";
import { polls } from "./polls";
import { presence } from "./presence";
import { progress } from "./progress";
import type { State } from "./state";
import { streams } from "./stream";
import { viewers } from "./viewers";
import { writing } from "./writing";

const python = (runs: string, ...lines: string[]): unknown[] => [
  "pre",
  { lang: "python", runs },
  lines.join("\n"),
];

const code = (turkish: boolean): unknown[] =>
  turkish
    ? python(
        "2.o3.o7.m4.o3.o7.m5.4k5.o3.o7.8c",
        "a = np.arange(3)",
        "b = np.arange(4)[:, None]",
        "(a + b).shape  # (4, 3)",
      )
    : python(
        "2.o3.o7.m13.6c3.o3.o7.m5.4k4.8c4.o3.o20.8c",
        "a = np.arange(3)            # (3,)",
        "b = np.arange(4)[:, None]   # (4, 1)",
        "(a + b).shape               # (4, 3)",
      );

let born = 0;
const says = (name: string, minute: number, body: unknown, more: Fields = {}): Fields => {
  born++;
  return {
    ...{ id: `g${born}`, born, seq: born, at: at(10, minute), body },
    ...people[name],
    ...more,
  };
};

const unsent = (minute: number, body: unknown, state: string, more: Fields = {}): Fields => {
  const { born: _, seq: __, ...doc } = says("Tomas", minute, body, { state, ...more });
  return doc;
};

const c = (text: string): unknown[] => ["code", text];

function talk(): Fields[] {
  born = 0;
  const asked = says(
    "Deniz",
    4,
    [["p", "I expected an error here, the lengths are different. Why does it work?"], code(false)],
    {
      reactions: [
        { emoji: "👍", count: 6 },
        { emoji: "🤔", count: 3 },
      ],
    },
  );
  const shapes = ["NumPy lines shapes up from the right, and a 1 stretches. So ", c("(4, 1)")];
  return [
    asked,
    says("Priya", 5, [["p", ...shapes, " and ", c("(3,)"), " meet as ", c("(4, 3)"), "."]], {
      replyTo: asked.id,
      reactions: [
        { emoji: "👍", count: 12, own: true },
        { emoji: "🎉", count: 2 },
      ],
    }),
    says("Emre", 5, "Türkçesi: sağdan hizala, 1 olan boyut genişler."),
    says(
      "Mira",
      6,
      [
        [
          "p",
          ...[["at", { user: "u-deniz" }, "@Deniz"], " good instinct. Try ", c("b = np.arange(4)")],
          ...[" without the ", c("None"), " and read the last line of the error."],
        ],
      ],
      { edited: at(10, 7) },
    ),
  ];
}

const own = (): Fields[] => [
  unsent(
    7,
    [["p", "So ", c("(3,) + (4,)"), " fails because 3 is not 4 and neither is 1?"]],
    "pending",
  ),
  unsent(7, [["p", "Is ", c("b[:, None]"), " a copy or a view?"]], "failed"),
];

const turkish = (): Fields[] => {
  born = 0;
  return [
    says("Deniz", 4, [["p", "Uzunluklar farklı, hata bekliyordum. Neden çalışıyor?"], code(true)], {
      reactions: [{ emoji: "👍", count: 6 }],
    }),
    says("Mira", 6, "Şekilleri sağdan hizalayın: 1 olan boyut genişler."),
    unsent(7, [["p", "Yani ", c("(3,) + (4,)"), " hata verir?"]], "queued"),
    { ...unsent(7, [["p", c("b[:, None]"), " kopya mı?"]], "queued"), withdrawable: true },
  ];
};

const one = (): Fields[] => {
  born = 0;
  return [says("Priya", 5, "NumPy lines shapes up from the right, and a 1 stretches.")];
};

const here = [
  ...["Mira Lindgren", "Prof. Ayşe Yılmaz", "Amélie", "أمل", "Chidi", "Deniz", "Emre", "Giulia"],
  ...["Hiroshi", "Inês Vasconcelos de Albuquerque e Castro", "Jonas", "Kofi", "Lina", "Mateo"],
  ...["Ngoc Anh", "Ola", "Priya", "Quentin", "Rania", "Sven", "Tomas", "Ulla", "Wei", "Zoë"],
];

const short = { height: 120, lang: "en" };

/** Each state by name: the options to show it with, and what the kernel says. */
export const states: Record<string, State> = {
  ...around,
  ...viewers,
  ...writing,
  ...pictures,
  ...polls,
  ...board,
  ...streams,
  ...cells,
  ...presence,
  ...progress,
  ...notes,
  ...notifications,
  live: {
    options: { height: 566, lang: "en" },
    play(model) {
      model.snapshot([...talk(), ...own()]);
      model.say({ op: "signal", name: "typing", data: { names: ["Jonas", "Lina"] } });
    },
  },
  people: {
    options: { height: 400, lang: "en" },
    play: (model) => model.snapshot(talk(), { here, online: 36 }),
  },
  code: {
    options: { height: 400, lang: "en" },
    play: (model) =>
      model.snapshot([
        message(1, {
          body: [
            ["p", "Every colour, and characters of two units:"],
            python(
              "7n4k5n12.2o10.31c7k7s4.7s2k6.5k4s2om",
              "@check",
              "def greet(name: str) -> str:",
              "    # every name 🎉 is welcome",
              '    return f"Hi, {name}! 👋" if name else "?" * 3',
            ),
            ["p", "Without any:"],
            ["pre", "$ pip install numpy"],
          ],
        }),
      ]),
  },
  folded: {
    options: { height: 640, lang: "en" },
    play: (model) =>
      model.snapshot([
        message(1, { body: "WIDE LETTERS TAKE MORE ROOM. ".repeat(24) }),
        message(2, { body: "字".repeat(400) }),
        message(3, { body: "Thirteen short lines are shown.\n".repeat(13) }),
      ]),
  },
  scrolled: {
    options: { height: 400, lang: "en" },
    play: (model) => model.snapshot(talk()),
  },
  empty: {
    options: { height: 264, lang: "en" },
    play: (model) => model.snapshot([], { online: 4 }),
  },
  connecting: { options: { height: 264, lang: "en" }, play: () => {} },
  offline: {
    options: { height: 392, lang: "tr" },
    play: (model) =>
      model.snapshot(turkish(), {
        state: "offline",
        queued: 5,
        messages: 2,
        nextTryIn: 42_000,
      }),
  },
  reconnecting: {
    options: short,
    play: (model) => model.snapshot(one(), { state: "reconnecting", queued: 1, messages: 1 }),
  },
  busy: {
    options: short,
    play(model) {
      model.snapshot(one());
      model.say({ op: "pulse", n: 1 });
    },
  },
  gone: {
    options: short,
    play(model) {
      model.snapshot(one());
      model.emit("comm:close");
    },
  },
  stopped: {
    options: short,
    play: (model) =>
      model.snapshot([], { state: "stopped", code: 4508, reason: "The invite has expired." }),
  },
  readonly: { options: short, play: (model) => model.snapshot(one(), { readonly: true }) },
  thousand: {
    options: { height: 420, lang: "en" },
    play: (model) => model.snapshot(messages(1, 1000)),
  },
  formulas: {
    options: { height: 560 },
    play(model) {
      model.snapshot(formulas.map(({ nodes }, n) => message(n + 1, { body: nodes })));
    },
  },
  rich: {
    options: { height: 560, lang: "en" },
    play(model) {
      const cells = (tag: string, ...texts: string[]): unknown[] => [
        "tr",
        ...texts.map((text) => [tag, text]),
      ];
      model.snapshot([
        message(1, {
          at: Date.now() - 86_400_000,
          body: [
            ["h", "Shapes, once more"],
            ["p", "A ", ["strong", "list"], ", an ", ["em", "aside"], ", ", ["del", "a slip"], ":"],
            [
              "ul",
              ["li", "first"],
              ["li", "second, with a ", ["a", { href: "https://numpy.org/" }, "link"]],
            ],
            ["ol", { start: 3 }, ["li", "third"]],
            ["quote", ["p", "Broadcasting stretches ones."]],
            ["table", cells("th", "a", "b"), cells("td", "(3,)", "(4, 1)")],
          ],
        }),
        message(2, { body: Array.from({ length: 20 }, (_, i) => `Line ${i + 1}`).join("\n") }),
        message(3, { type: "system", body: "Mira opened the poll" }),
        message(4, {
          ...{ state: "slowed", retryIn: 3_000, withdrawable: true },
          ...{ user: "u-tomas", name: "Tomas" },
        }),
      ]);
    },
  },
};
