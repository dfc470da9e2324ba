// What is around messages: tools, reactions, pins, questions, moderation.

import type { Fields } from "../src/core/messages";
import { type MockModel, message, nameless, room, staffRoom } from "../tests/mock";
import { at, people } from "./people";
import type { State } from "./state";

const says = (born: number, name: string, body: unknown, more: Fields = {}): Fields => ({
  ...{ id: `g${born}`, born, seq: born, at: at(10, 3 + born), body },
  ...people[name],
  ...more,
});

const names = ["Ada", "Jonas", "Lina", "Kofi", "Wei", "Zoë", "Ola"];

const talk = (): Fields[] => [
  says(1, "Deniz", "I expected an error here, the lengths are different. Why does it work?", {
    question: true,
    reactions: [
      { emoji: "👍", count: 12, names, own: true },
      { emoji: "🤔", count: 3, names: names.slice(0, 3) },
      { emoji: "🎉", count: 1, names: ["Priya"] },
    ],
  }),
  says(2, "Priya", "NumPy lines shapes up from the right, and a 1 stretches.", {
    replyTo: "g1",
    reactions: [{ emoji: "❤️", count: 2, names: ["Ada", "Emre"] }],
  }),
  says(3, "Emre", "Does that hold for three dimensions too?", { question: true }),
  says(4, "Mira", "It does. Try it with a cube, then post the shape you get.", {
    edited: at(10, 9),
    version: 1,
  }),
  says(5, "Tomas", "(2, 3, 4) for me."),
];

const asked = (): Fields[] => [
  {
    ...{ id: "g1", born: 1, seq: 7, ...people.Deniz, at: at(10, 4), votes: 14, own: true },
    text: "I expected an error here, the lengths are different. Why does it work?",
  },
  {
    ...{ id: "g3", born: 3, seq: 8, ...people.Emre, at: at(10, 6), votes: 3 },
    ...{ text: "Does that hold for three dimensions too?", answered: at(10, 8) },
  },
  {
    ...{ id: "g6", born: 6, seq: 9, ...people.Tomas, at: at(10, 9), votes: 14, mine: true },
    text: "Is b[:, None] a copy or a view?",
  },
  {
    ...{ id: "g7", born: 7, seq: 10, ...people.Priya, at: at(10, 10), votes: 2 },
    text: "Where do I find the exercise for next week, and does it count for the grade as the last one did?",
  },
];

const pins = (): Fields[] => [
  {
    ...{ id: "g2", born: 1, seq: 2, ...people.Priya, at: at(10, 5), byName: "Mira" },
    text: "NumPy lines shapes up from the right, and a 1 stretches.",
  },
  {
    ...{ id: "g4", born: 2, seq: 3, ...people.Mira, at: at(10, 7), byName: "Mira" },
    text: "Run the first cell of lesson-03.ipynb, then post the shape you get and what you expected it to be.",
  },
];

interface More {
  docs?: Fields[];
  others?: Record<string, unknown[]>;
  lesson?: Fields;
}

const mira = { me: { id: "u-mira", name: "Mira", role: "instructor" } };

const student =
  ({ docs = talk(), others = {}, lesson = {} }: More = {}) =>
  (model: MockModel): void =>
    model.snapshot(docs, lesson, {}, { room: [room()], questions: asked(), ...others });

const staff = ({ docs = talk(), others = {}, lesson = {} }: More = {}) =>
  student({
    docs,
    others: { room: [staffRoom()], pins: pins(), ...others },
    lesson: { ...mira, ...lesson },
  });

const frame = (): Promise<unknown> => new Promise(requestAnimationFrame);

/** Point at a message, as a mouse does, and press one of its tools. */
const tool =
  (id: string, name?: string) =>
  async (root: ShadowRoot): Promise<void> => {
    const article = root.querySelector(`[data-id=${id}] article`);
    article?.dispatchEvent(
      new PointerEvent("pointerover", { bubbles: true, pointerType: "mouse" }),
    );
    // While the list still scrolls, nothing is pointed at.
    while (!article?.querySelector(".tools")) await frame();
    const buttons = [...(article?.querySelectorAll<HTMLElement>(".tools button") ?? [])];
    buttons.find((button) => button.ariaLabel === name)?.click();
    article?.querySelector(".tools")?.classList.add("open");
    await frame();
  };

const press =
  (selector: string) =>
  async (root: ShadowRoot): Promise<void> => {
    root.querySelector<HTMLElement>(selector)?.click();
    await frame();
  };

const key =
  (id: string, pressed: string) =>
  async (root: ShadowRoot): Promise<void> => {
    const article = root.querySelector<HTMLElement>(`[data-id=${id}] article`);
    article?.focus();
    article?.dispatchEvent(new KeyboardEvent("keydown", { key: pressed, bubbles: true }));
    await frame();
  };

const search =
  (query: string) =>
  async (root: ShadowRoot): Promise<void> => {
    await tool("g4", "React")(root);
    const box = root.querySelector<HTMLInputElement>(".picker .find input");
    if (!box) return;
    box.value = query;
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await frame();
  };

const en = { height: 420, lang: "en" };
const tr = { height: 420, lang: "tr" };
const short = { height: 120, lang: "en" };

const long = Array.from({ length: 24 }, (_, line) => `step_${line} = np.arange(${line})`).join(
  "\n",
);
const row = (tag: string, ...cells: string[]): unknown[] => [
  "tr",
  ...cells.map((cell) => [tag, cell]),
];

/** Each state by name: the options to show it with, what the kernel says, what a person does. */
export const around: Record<string, State> = {
  tools: { options: en, play: staff(), act: tool("g2") },
  student: { options: en, play: student({ others: { pins: pins() } }), act: tool("g2") },
  menu: { options: en, play: staff(), act: tool("g1", "More") },
  mutes: {
    options: en,
    play: staff(),
    async act(root) {
      await tool("g1", "More")(root);
      const item = [...root.querySelectorAll<HTMLElement>(".item")].find(({ textContent }) =>
        textContent?.startsWith("Mute"),
      );
      item?.click();
      await frame();
    },
  },
  menuTurkish: { options: tr, play: staff(), act: tool("g3", "Diğer") },
  menuLow: { options: en, play: staff(), act: tool("g5", "More") },
  menuShort: { options: short, play: staff(), act: tool("g5", "More") },
  picker: { options: en, play: staff(), act: tool("g4", "React") },
  pickerFound: { options: en, play: staff(), act: search("hand") },
  pickerShort: { options: short, play: staff(), act: tool("g5", "React") },
  confirm: { options: en, play: staff(), act: key("g3", "Delete") },
  changing: {
    options: en,
    play: student({
      others: { questions: [] },
      docs: [
        says(1, "Priya", "NumPy lines shapes up from the right."),
        says(2, "Tomas", "So this is the new text, on its way.", { editing: "pending" }),
        says(3, "Tomas", "And this goes away.", { deleting: true, at: at(10, 30) }),
        {
          ...{ ...people.Tomas, id: "g9", at: at(10, 50), state: "unconfirmed" },
          body: "A service that confirms nothing has this.",
        },
      ],
    }),
  },
  pinList: { options: en, play: staff(), act: press(".pinbar .ib") },
  questions: { options: en, play: staff(), act: press(".tab") },
  questionsProjected: {
    options: en,
    play: staff(),
    act: async (root) => {
      await press(".tab")(root);
      while (!root.querySelector(".asked .show")) await frame();
      await press(".asked .show")(root);
    },
  },
  askAnonymously: {
    options: en,
    play: student({
      docs: [
        ...talk(),
        says(6, "", "Do we have to know the rules by heart?", { question: true, user: "" }),
        says(7, "", "Will this be in the exam?", { question: true, user: "", mine: true }),
      ],
      others: { room: [nameless()] },
    }),
    act: async (root) => {
      await press("[aria-label='Ask as a question']")(root);
      await press(".ascode[role=switch]")(root);
    },
  },
  questionsTurkish: { options: tr, play: student(), act: press(".tab") },
  questionsEmpty: { options: en, play: student({ others: { questions: [] } }), act: press(".tab") },
  settings: {
    options: en,
    play: staff({
      others: {
        room: [staffRoom({ slow: 10 })],
        mutes: [{ id: "u-emre", name: "Emre", until: at(11, 0) }],
      },
    }),
    act: press(".hd [aria-haspopup=menu]"),
  },
  slow: { options: en, play: student({ others: { room: [room({ slow: 10 })] } }) },
  muted: {
    options: en,
    play: student({ others: { room: [room({ can: ["search"], muted: at(10, 45) })] } }),
  },
  mutedTurkish: {
    options: tr,
    play: student({ others: { room: [room({ can: ["search"], muted: 0 })] } }),
  },
  quotes: {
    options: en,
    play(model) {
      const docs = [
        says(11, "Deniz", "A reply to something older than what is loaded.", { replyTo: "g1" }),
        says(12, "Priya", "A reply to something that was deleted.", { replyTo: "g10" }),
        says(13, "Emre", "The original of the next one."),
        says(14, "Mira", "A reply to what is here.", { replyTo: "g13" }),
      ];
      model.snapshot(
        [says(10, "Emre", "Gone in a moment."), ...docs],
        {},
        { floor: 10, more: true },
        { room: [room()] },
      );
      model.say({ op: "batch", n: 1, del: { messages: ["g10"] } });
    },
    act: press("[data-id=g14] .quote"),
  },
  kinds: {
    options: { height: 620, lang: "en" },
    act: (root) => root.querySelector(".log")?.scrollTo(0, 0),
    play: student({
      others: { questions: [] },
      docs: [
        message(1, { type: "system", body: "Mira opened the poll" }),
        says(
          2,
          "Mira",
          [
            [
              "p",
              ["a", { href: "https://files.example.org/py101/lesson-03.ipynb" }, "lesson-03.ipynb"],
            ],
          ],
          { type: "file" },
        ),
        says(3, "Deniz", [["p", ["a", { href: "javascript:alert(1)" }, "not-a-link.txt"]]], {
          type: "file",
        }),
        says(4, "Priya", [
          ["p", "Long code:"],
          ["pre", { lang: "python" }, long],
        ]),
        says(5, "Emre", [
          ["p", "A long table:"],
          [
            "table",
            row("th", "n", "n²"),
            ...Array.from({ length: 14 }, (_, n) => row("td", `${n}`, `${n * n}`)),
          ],
        ]),
      ],
    }),
  },
};
