// Mounts the real bundles on a mock model, in the state the address names.

import type { Fields, PageMessage } from "../src/core/messages";
import type { Model } from "../src/core/model";
import { MockModel, messages } from "../tests/mock";
import { compose, panels } from "./panel";
import type { State } from "./state";
import { states } from "./states";
import { hlsCode, withPolls } from "./stream";

interface Widget {
  initialize(context: { model: Model }): unknown;
  render(context: { model: Model; el: HTMLElement }): unknown;
}

/** A kernel that is there says that it has what it was sent. */
const confirm = (model: MockModel, sent: PageMessage): void => {
  if (sent.op !== "intent") return;
  queueMicrotask(() => model.say({ op: "got", to: model.page, ids: [sent.id] }));
};

/** Chosen in the browser, so that the choice of it shows as it does to most people. */
const choose = ({ lang, ...options }: Fields = {}): Fields => {
  localStorage.setItem("edu-widgets:language", JSON.stringify(lang ?? "en"));
  return options;
};

sessionStorage.clear();
const query = new URLSearchParams(location.search);
document.documentElement.dataset.theme = query.get("theme") ?? "light";
const all: Record<string, State> = { ...states, ...panels };
document.documentElement.dataset.states = Object.keys(all).join(" ");
const name = query.get("state") ?? "live";
const state = all[name];
const cell = document.getElementById("cell");

if (state && cell) {
  const address = "./loader.js";
  const { default: create } = (await import(address)) as { default: () => Widget };
  const widget = create();
  const { kind = "chat" } = state;
  const model = new MockModel({ kind, options: choose(state.options) });
  const text = async (name: string): Promise<string> => (await fetch(`./${name}.js`)).text();
  const filesOf = async (kind: string): Promise<Record<string, string>> => {
    const files = ["core", kind];
    const texts = await Promise.all(files.map(text));
    return Object.fromEntries(files.map((file, index) => [file, texts[index] ?? ""]));
  };
  const extras = ["viewers", "chat.picker", "pictures", "chat.questions", "polls.form"];
  const late = await Promise.all(extras.map(async (name) => [name, await text(name)]));
  const all = { ...Object.fromEntries(late), "stream.hls": hlsCode };
  model.carry(await filesOf(kind), "1", all);
  if (kind === "panel") await compose(model, state, filesOf);
  if (kind === "stream") await withPolls(model, filesOf);
  if (name !== "busy") model.onSent = (sent) => confirm(model, sent);
  await widget.initialize({ model: model.proxy() });
  await widget.render({ model: model.proxy(), el: cell });
  state.play(model);
  const shown = cell.firstElementChild?.shadowRoot;
  if (state.act && shown) {
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    await state.act(shown, model);
    await new Promise(requestAnimationFrame);
  }
  const log = (): Element | null | undefined =>
    cell.firstElementChild?.shadowRoot?.querySelector(".log");
  if (name === "scrolled" || name === "thousand") {
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    log()?.scrollTo(0, name === "scrolled" ? 0 : 1_000);
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    const next = name === "scrolled" ? 5 : 1001;
    model.say({ op: "batch", n: 1, set: { messages: messages(next, next + 2) } });
  }
  if (name === "people") {
    await new Promise(requestAnimationFrame);
    cell.firstElementChild?.shadowRoot?.querySelector<HTMLElement>(".hd button")?.click();
  }
  if (name === "busy") {
    const area = cell.firstElementChild?.shadowRoot?.querySelector("textarea");
    if (area) {
      area.value = "When does it end?";
      area.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise(requestAnimationFrame);
      area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    }
    await new Promise((resolve) => setTimeout(resolve, 900));
  }
  document.body.dataset.ready = "true";
}
