import { afterEach, expect, inject, test, vi } from "vitest";
import { states } from "../gallery/states";
import type { Model } from "../src/core/model";
import { MockModel, message, room } from "./mock";
import { freshCourse, settled } from "./stage";

interface Widget {
  initialize(context: { model: Model }): Promise<() => void>;
  render(context: { model: Model; el: HTMLElement }): Promise<() => void>;
}

const built = inject("built");
const { loader = "" } = built;

afterEach(() => {
  document.body.replaceChildren();
  document.documentElement.lang = "en";
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** As anywidget does: a module of its own for each model, from a blob. */
async function load(): Promise<Widget> {
  const url = URL.createObjectURL(new Blob([loader], { type: "text/javascript" }));
  const module = (await import(/* @vite-ignore */ url)) as { default: () => Widget };
  URL.revokeObjectURL(url);
  return module.default();
}

const place = (): HTMLElement => document.body.appendChild(document.createElement("div"));

async function show(options: unknown, kind = "chat") {
  const widget = await load();
  const model = new MockModel({ kind, course: freshCourse(), options });
  const files = ["core", kind];
  const texts = (names: string[]) =>
    Object.fromEntries(names.map((name) => [name, built[name] ?? ""]));
  model.carry(
    texts(files),
    "1",
    texts(["viewers", "chat.picker", "pictures", "chat.questions", "polls.form", "stream.hls"]),
  );
  const el = place();
  const end = await widget.initialize({ model: model.proxy() });
  const close = await widget.render({ model: model.proxy(), el });
  const root = el.firstElementChild?.shadowRoot as ShadowRoot;
  const dispose = async (): Promise<void> => {
    close();
    end();
    await settled();
  };
  return { model, el, root, dispose };
}

/** How a view begins, by its kind. */
const begins: Record<string, RegExp> = {
  chat: /^(Chat|Sohbet)py/,
  presence: /^(People|Kişiler)/,
  polls: /^(Poll|Anket)/,
  board: /^(Board|Tahta)/,
  cells: /^(Cells|Hücreler)/,
  progress: /^(Progress|İlerleme|Exercises)/,
  notes: /^(Notes|Notlar)/,
  notifications: /^(Notifications|Bildirimler)/,
  stream: /^(Stream|Yayın)/,
};

test.each(Object.entries(states))("the bundle shows the state %s", async (_, state) => {
  const { model, root, el, dispose } = await show(state.options, state.kind);
  state.play(model);
  await settled();
  const text = root.querySelector(".edu")?.textContent ?? "";
  // Projected, it has the way back in place of its header.
  if (root.querySelector(".edu.proj")) expect(root.querySelector(".leave")).not.toBeNull();
  else expect(text).toMatch(begins[state.kind ?? "chat"] as RegExp);
  expect(text).not.toMatch(/undefined|null|NaN|\[object|=>/);
  await dispose();
  // Code that a view has asked for is waited for, whatever becomes of the view.
  await expect.poll(() => [el.childElementCount, model.listeners]).toEqual([0, 0]);
});

test("the bundle sends, fails, retries and pages", async () => {
  const { model, root, dispose } = await show({ height: 420, lang: "en" });
  model.snapshot([message(7)], {}, { floor: 7, more: true });
  await settled();
  expect(model.asked("intent", "chat.older")).toHaveLength(1);
  const to = model.page;
  model.say({ op: "page", to, in: "messages", docs: [message(6)], floor: 6, more: false });
  const area = root.querySelector("textarea") as HTMLTextAreaElement;
  area.value = "hello";
  area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await settled();
  area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  await settled();
  const [intent] = model.asked("intent", "chat.send");
  const rows = (): string[] =>
    [...root.querySelectorAll(".text")].map((row) => row.textContent ?? "");
  expect(rows()).toEqual(["Message 6", "Message 7", "hello"]);
  model.say({ op: "refused", to, id: intent?.id, code: 1, message: "No." });
  await settled();
  expect(root.querySelector(".why")?.textContent).toBe("Not sent · No.");
  root.querySelector<HTMLElement>(".state .btn")?.click();
  await settled();
  expect(root.querySelector(".state")?.textContent).toBe("Sending");
  const press = async (key: string): Promise<string | null | undefined> => {
    root.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    await settled();
    return root.activeElement?.querySelector(".text")?.textContent;
  };
  area.focus();
  expect(await press("Escape")).toBe("hello");
  expect(await press("ArrowUp")).toBe("Message 7");
  model.set("options", { height: 420, lang: "tr" });
  area.value = "x".repeat(8_001);
  area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  area.focus();
  await settled();
  await press("Enter");
  expect(root.querySelector(".refusal")?.textContent).toBe(
    "8.000 karakter yerine 8.001: kısaltın.",
  );
  expect(area.placeholder).toBe("Sınıfa yaz");
  await dispose();
});

test("the picker comes after the messages, in a file of its own, and opens", async () => {
  const { model, root, dispose } = await show({ height: 420, lang: "en" });
  model.snapshot([message(1)], {}, {}, { room: [room()] });
  await expect.poll(() => root.querySelector("[data-id=m1] article")).not.toBeNull();
  root.querySelector<HTMLElement>("[data-id=m1] article")?.focus();
  const plus = new KeyboardEvent("keydown", { key: "+", bubbles: true });
  root.activeElement?.dispatchEvent(plus);
  await expect.poll(() => root.querySelector(".picker input")).not.toBeNull();
  await dispose();
});

test("a view that is closed waits for no code any longer", async () => {
  const { model, dispose } = await show({ height: 420, lang: "en" });
  model.set("_extras", ["chat.picker@never"]);
  model.snapshot([message(1)]);
  await expect.poll(() => model.askedFor).toContain("chat.picker@never");
  await dispose();
  await expect.poll(() => model.listeners).toBe(0);
});

/** A widget as a package of somebody else ships it. */
const bell = `
  import { feature, h, Signal, useSignal } from "edu:core";
  const View = ({ room }) =>
    h("button", { class: "bell", onClick: () => room.rung.value++ }, "Rung " + useSignal(room.rung));
  const open = (connection) => ({ connection, rung: new Signal(0), dispose: () => connection.dispose() });
  export default feature(open, View, [".bell { color: rgb(1, 2, 3) }"]);`;

test("a widget of another package stands on the core that is shipped", async () => {
  const widget = await load();
  const model = new MockModel({ kind: "bell", course: freshCourse() });
  model.carry({ core: built.core ?? "", bell });
  const el = place();
  const end = await widget.initialize({ model: model.proxy() });
  const close = await widget.render({ model: model.proxy(), el });
  const button = el.firstElementChild?.shadowRoot?.querySelector("button") as HTMLButtonElement;
  button.click();
  await settled();
  expect([button.textContent, getComputedStyle(button).color]).toEqual(["Rung 1", "rgb(1, 2, 3)"]);
  expect(model.asked("ready")).toBe(1);
  close();
  end();
  await settled();
  expect([el.childElementCount, model.listeners]).toEqual([0, 0]);
});

/** What this page has imported, by what it is made of. */
const imported = (): string[] => {
  const held = (globalThis as unknown as Record<symbol, Map<string, unknown>>)[
    Symbol.for("edu-widgets")
  ];
  return [...(held?.keys() ?? [])].filter((key) => key.endsWith(" "));
};

/** A core and a widget on it that count how often they are imported. */
const counting = {
  core: "globalThis.cores = (globalThis.cores ?? 0) + 1; export const tag = 'one core';",
  probe: `import { tag } from "edu:core";
    globalThis.probes = (globalThis.probes ?? 0) + 1;
    export default {
      initialize: () => { globalThis.started = (globalThis.started ?? 0) + 1; return () => { globalThis.started--; }; },
      render: ({ el }) => { el.textContent = tag; return () => { el.textContent = ""; }; },
    };`,
};
const count = (name: string): unknown => (globalThis as unknown as Record<string, unknown>)[name];

async function probe(version: string, files: Record<string, string> = counting) {
  const widget = await load();
  const model = new MockModel();
  model.carry(files, version);
  return { widget, model, el: place() };
}

test("a page imports a version once, whatever asks for it, and another version beside it", async () => {
  const ends: (() => void)[] = [];
  const asked: string[][] = [];
  for (const version of ["a", "a", "b", "a"]) {
    const { widget, model, el } = await probe(version);
    ends.push(await widget.initialize({ model: model.proxy() }));
    ends.push(await widget.render({ model: model.proxy(), el }));
    expect(el.textContent).toBe("one core");
    asked.push(model.askedFor);
  }
  expect([count("cores"), count("probes"), count("started")]).toEqual([2, 2, 4]);
  expect(asked).toEqual([["core@a", "probe@a"], [], ["core@b", "probe@b"], []]);
  const keys = imported().filter((key) => key.includes("probe"));
  expect(keys).toEqual(["core@a probe@a ", "core@b probe@b "]);
  for (const end of ends) end();
  await settled();
  expect([count("started"), document.body.textContent?.trim()]).toEqual([0, ""]);
});

test("what one widget has asked for is not asked for by the next, unless it does not come", async () => {
  vi.useFakeTimers();
  const [first, second] = [await probe("shared"), await probe("shared")];
  first.model.codes.clear(); // its kernel does not answer
  const shown = [first, second].map(({ widget, model, el }) =>
    widget.render({ model: model.proxy(), el }),
  );
  await vi.advanceTimersByTimeAsync(1_000);
  expect([first.model.askedFor.length, second.model.askedFor.length]).toEqual([2, 0]);
  await vi.advanceTimersByTimeAsync(3_000);
  await Promise.all(shown);
  expect([first.el.textContent, second.el.textContent]).toEqual(["one core", "one core"]);
});

test("code that is a little late is waited for, and what starts first is the model", async () => {
  const { widget, model, el } = await probe("late");
  const codes = [...model.codes];
  model.codes.clear();
  const before = count("started") as number;
  const started = widget.initialize({ model: model.proxy() });
  const shown = widget.render({ model: model.proxy(), el });
  await settled();
  expect(el.textContent).toBe("");
  for (const [code, text] of codes) model.say({ op: "code", code, text }); // unasked
  await shown;
  expect([el.textContent, count("started")]).toEqual(["one core", before + 1]);
  (await started)();
});

test("initialize ends before anywidget gives the model up", async () => {
  vi.useFakeTimers();
  const { widget, model } = await probe("never");
  model.codes.clear();
  const started = widget.initialize({ model: model.proxy() });
  await vi.advanceTimersByTimeAsync(1_500);
  expect(await started).toBeTypeOf("function");
});

test.each([
  ["en", "", "This was live."],
  ["tr-TR", "", "Canlıydı."],
  ["tr", "en", "This was live."],
])(
  "a view that waits for its code says what to do (page %s, options %s)",
  async (page, lang, words) => {
    vi.useFakeTimers();
    document.documentElement.lang = page;
    const { widget, model, el } = await probe(`lost-${page}-${lang}`);
    const codes = [...model.codes];
    model.codes.clear();
    model.set("options", { height: 420, lang });
    const shown = widget.render({ model: model.proxy(), el });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(el.textContent).toBe(words);
    for (const [code, text] of codes) model.codes.set(code, text);
    await vi.advanceTimersByTimeAsync(20_000);
    await shown;
    expect(el.textContent, "a kernel that was busy, and answers in the end").toBe("one core");
  },
);

test.each([
  ["en", "This was live."],
  ["tr", "Canlıydı."],
])("a page that was saved says at once that this was live (%s)", async (lang, words) => {
  const { widget, model, el } = await probe(`saved-${lang}`);
  model.set("layout", { comm_live: false });
  model.set("options", { height: 420, lang });
  (await widget.initialize({ model: model.proxy() }))();
  await widget.render({ model: model.proxy(), el });
  expect([el.textContent, model.askedFor, model.listeners]).toEqual([words, [], 0]);
});

test("a page that forbids blob: imports the code from data:, once", async () => {
  const { widget, model, el } = await probe("forbidden", {
    core: "globalThis.apart = (globalThis.apart ?? 0) + 1; export const tag = 'from data';",
    probe: counting.probe,
  });
  vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:nothing-there");
  await widget.render({ model: model.proxy(), el });
  expect([el.textContent, count("apart")]).toEqual(["from data", 1]);
});

test.each([
  ["does not parse", "export {"],
  ["fails", "throw new Error('broken'); export default {}"],
  ["fails to show", "export default { initialize() {}, render() { throw new Error('broken'); } }"],
])("a view whose code %s is not blank", async (what, text) => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const { widget, model, el } = await probe(what, { core: "", probe: text });
  (await widget.initialize({ model: model.proxy() }))();
  await widget.render({ model: model.proxy(), el });
  expect(el.textContent).toContain("This was live");
});
