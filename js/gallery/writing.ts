// Writing, what is new, and searching.

import type { Fields } from "../src/core/messages";
import { type MockModel, message, messages, room, staffRoom } from "../tests/mock";
import type { State } from "./state";

const en = { height: 320, lang: "en" };
const tr = { height: 320, lang: "tr" };

const here = [
  ...["Mira Lindgren", "Prof. Ayşe Yılmaz", "Amélie", "أمل", "Deniz", "Emre", "İrem", "Ilgın"],
  "Inês Vasconcelos de Albuquerque e Castro dos Santos Pereira da Silva",
];

const now = Date.now();
const code = (text: string): unknown[] => ["code", text];

const says = (born: number, user: string, body: unknown, more: Fields = {}): Fields => ({
  ...{ id: `w${born}`, born, seq: born, user: `u-${user}`, name: user, body },
  ...{ at: now - (20 - born) * 60_000 },
  ...more,
});

const talk = (): Fields[] => [
  says(1, "Deniz", "I expected an error here, the lengths are different. Why does it work?"),
  says(2, "Priya", [
    ["p", "Shapes are lined up from the right, and a 1 stretches: ", code("(4, 1)")],
  ]),
  says(3, "Tomas", [["p", "So ", code("(3,) + (4,)"), " fails?"]], { user: "u-tomas" }),
  says(4, "Mira", [["p", ["at", { user: "Tomas", me: true }, "@Tomas"], " yes. Try it."]], {
    role: "instructor",
    mentionsMe: true,
  }),
];

const frame = (): Promise<unknown> => new Promise(requestAnimationFrame);

const show =
  (state: Fields = {}, docs = talk()) =>
  (model: MockModel): void =>
    model.snapshot(docs, { here }, {}, { room: [room(state)] });

async function key(root: ShadowRoot, id: string, pressed: string): Promise<void> {
  const article = root.querySelector<HTMLElement>(`[data-id=${id}] article`);
  article?.focus();
  article?.dispatchEvent(new KeyboardEvent("keydown", { key: pressed, bubbles: true }));
  await frame();
}

async function write(root: ShadowRoot, text: string, selector = "textarea"): Promise<void> {
  const box = root.querySelector<HTMLTextAreaElement>(selector);
  if (!box) return;
  box.focus();
  box.value = text;
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await frame();
}

const source = (model: MockModel): void =>
  model.say({
    ...{ op: "signal", name: "source", to: model.page },
    data: { id: "w3", text: "So `(3,) + (4,)` fails?", version: 0 },
  });

async function edit(root: ShadowRoot, model: MockModel): Promise<void> {
  await key(root, "w3", "e");
  source(model);
  await frame();
}

async function paste(root: ShadowRoot): Promise<void> {
  const text = "def lines(path):\n    with open(path) as file:\n        return list(file)";
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const area = root.querySelector("textarea");
  area?.focus();
  area?.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
  await write(root, text);
}

async function lookFor(root: ShadowRoot, query: string): Promise<void> {
  root.querySelector<HTMLElement>(".lookup")?.click();
  await frame();
  await write(root, query, ".search input");
  const box = root.querySelector(".search input");
  box?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  await frame();
}

const found =
  (query: string, docs: Fields[], more = false, missed: Fields | null = null) =>
  async (root: ShadowRoot, model: MockModel): Promise<void> => {
    await lookFor(root, query);
    model.say({ op: "signal", name: "found", to: model.page, data: { query, docs, more, missed } });
    await frame();
  };

const old = (born: number, name: string, body: unknown): Fields =>
  says(born, name, body, { at: new Date(2026, 2, born, 10, 4).getTime() });

const hits = (): Fields[] => [
  ...[...talk()].reverse().slice(1, 3),
  old(9, "Shapley", "I am new here, hello everybody."),
  old(
    8,
    "Prof. Ayşe Yılmaz",
    `${"Before the lesson, please read the chapter on arrays, ".repeat(4)}then on shape and size.`,
  ),
  old(3, "Emre", [["p", "What is the shape of ", code("np.zeros((3, 4)).T"), "?"]]),
];

export const writing: Record<string, State> = {
  replying: { options: en, play: show(), act: (root) => key(root, "w2", "r") },
  editing: { options: en, play: show(), act: edit },
  fetching: { options: en, play: show(), act: (root) => key(root, "w3", "e") },
  asking: {
    options: tr,
    play: show(),
    act: (root) => root.querySelector<HTMLElement>(".composer .ib")?.click(),
  },
  counting: {
    options: en,
    play: show({ slow: 30 }, [
      ...talk(),
      says(5, "Tomas", "Thanks!", { user: "u-tomas", at: now - 8_000 }),
    ]),
    act: (root) => write(root, "One more thing"),
  },
  mentioning: { options: en, play: show(), act: (root) => write(root, "thanks @i") },
  everyone: {
    options: { height: 120, lang: "tr" },
    play: show(),
    act: (root) => write(root, "@"),
  },
  pasted: { options: en, play: show(), act: paste },
  named: { options: en, play: show() },
  unread: {
    options: en,
    play: (model) =>
      model.snapshot(
        messages(1, 200).map((doc, index) => (index === 150 ? { ...doc, mentionsMe: true } : doc)),
        { here },
        {},
        { room: [room({ read: 80 })] },
      ),
  },
  unloaded: {
    options: tr,
    play: (model) =>
      model.snapshot(
        messages(151, 200),
        {},
        { floor: 151, more: true },
        { room: [room({ read: 9 })] },
      ),
  },
  found: { options: en, play: show(), act: found("shape", hits(), true) },
  foundturkish: {
    options: tr,
    play: show(),
    act: found("isi", [message(1, { body: "Isı ve ISI: ısı" })]),
  },
  foundlimited: {
    options: en,
    play: show(),
    act: found("shape", hits().slice(0, 2), false, { code: 4004, message: "", again: 12_000 }),
  },
  limitedturkish: {
    options: tr,
    play: show(),
    act: found("shape", hits().slice(0, 2), false, { code: 4004, message: "", again: 12_000 }),
  },
  notfound: { options: en, play: show(), act: found("shope", []) },
  foundlocally: {
    options: en,
    play: (model) =>
      model.snapshot(
        talk(),
        { state: "offline", nextTryIn: 42_000 },
        {},
        { room: [room({ can: ["search"] })] },
      ),
    act: (root) => lookFor(root, "the"),
  },
  reaching: {
    options: en,
    play: (model) => model.snapshot(talk(), {}, { floor: 1, more: true }, { room: [staffRoom()] }),
    async act(root, model) {
      await found("shape", [old(0, "Deniz", "the shape")])(root, model);
      root.querySelector<HTMLElement>(".hit")?.click();
      await frame();
    },
  },
};
