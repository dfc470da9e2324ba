import { inject } from "vitest";
import type { Fields } from "../src/core/messages";
import widget from "../src/panel/index";
import { MockModel } from "./mock";
import { keydown, type Mounted, mount } from "./mount";
import { partsOf, student } from "./panel_parts";
import { freshCourse, settled } from "./stage";

/** A view of the panel in the page, with the models behind it. */
export interface PanelStage extends Mounted {
  model: MockModel;
  /** The models of what is in the tabs. */
  parts: Record<string, MockModel>;
  /** What the tabs are called, as a screen reader says it. */
  tabs(): string[];
  tab(name: string): HTMLElement;
  button(name: string): HTMLElement;
  /** What is in sight below the tabs. */
  content(): string;
  press(key: string): Promise<KeyboardEvent>;
  say(panel: Fields): Promise<void>;
  again(): Promise<PanelStage>;
}

const open: (() => void)[] = [];

/** Stands in for a widget: shows its kind, and how often it was made and ended. */
const stub = `export default {
  initialize: () => () => {},
  render({ model, el }) {
    const shown = document.createElement("div");
    shown.className = "stub";
    shown.textContent = "This is the part " + model.get("kind");
    shown.dataset.height = getComputedStyle(el).getPropertyValue("--panel-h");
    el.append(shown);
    model.send({ op: "made" });
    return () => { model.send({ op: "ended" }); shown.remove(); };
  },
};`;

/** A model of a part whose code only says what it is. */
export function stubbed(kind: string): MockModel {
  const model = new MockModel({ kind });
  model.carry({ [kind]: stub }, "stub");
  return model;
}

/** A model of a part with the real code. */
export function real(kind: string, course: string): MockModel {
  const built = inject("built");
  const model = new MockModel({ kind, course, options: { height: 420, lang: "en" } });
  const files = ["core", kind];
  model.carry(Object.fromEntries(files.map((name) => [name, built[name] ?? ""])));
  return model;
}

interface Shown {
  panel?: Fields;
  lang?: string;
  lesson?: Fields;
  course?: string;
  parts?: Record<string, MockModel>;
  /** What is told of parts of other packages. */
  faces?: Record<string, Fields>;
}

const everything = ["chat", "polls", "presence"];

const all = ["chat", "polls", "people", "notifications"];

/** A view that has its snapshot; of a student's, unless told otherwise. */
export async function shown(what: Shown = {}): Promise<PanelStage> {
  const { lang = "en", course = freshCourse() } = what;
  const parts = what.parts ?? Object.fromEntries(all.map((kind) => [kind, stubbed(kind)]));
  const model = new MockModel({ kind: "panel", course, options: { height: 420, lang } });
  for (const [tab, part] of Object.entries(parts)) model.others.set(`m-${tab}`, part);
  const references = Object.keys(parts).map((tab) => [tab, `IPY_MODEL_m-${tab}`]);
  model.set("_parts", partsOf(Object.fromEntries(references), what.faces));
  const end = widget.initialize({ model: model.proxy() });
  open.push(end);
  const stage = await view(model, parts);
  const lesson = { course, features: everything, ...what.lesson };
  model.snapshot([], lesson, {}, { panel: [what.panel ?? student()] });
  await loaded();
  return stage;
}

/** What is in the tabs that were looked at has its code, and what it shows stands. */
export async function loaded(): Promise<void> {
  do await settled();
  while (isLoading());
  await settled();
}

const isLoading = (): boolean =>
  [...document.body.children]
    .flatMap(({ firstElementChild: host }) => [
      ...(host?.shadowRoot?.querySelectorAll(".content") ?? []),
    ])
    .some((part) => !part.hasChildNodes());

let n = 0;

async function view(model: MockModel, parts: Record<string, MockModel>): Promise<PanelStage> {
  const mounted = mount(widget, model);
  const { root } = mounted;
  let closed = false;
  const close = (): void => {
    if (closed) return;
    closed = true;
    mounted.close();
  };
  open.unshift(close);
  n = 0;
  const stage: PanelStage = {
    ...mounted,
    ...{ model, parts, close },
    tabs: () => stage.all("[role=tab]").map(nameOf),
    tab(name) {
      const found = stage.all("[role=tab]").find((tab) => nameOf(tab).startsWith(name));
      if (!found) throw new Error(`no tab ${name}`);
      return found;
    },
    button(name) {
      const found = stage.all("button").find((one) => one.getAttribute("aria-label") === name);
      if (!found) throw new Error(`no button ${name} in ${root.textContent}`);
      return found;
    },
    content: () => stage.find(".panes").innerText.trim(),
    async press(key) {
      const event = keydown(key);
      (root.activeElement ?? stage.find(".edu")).dispatchEvent(event);
      await loaded();
      return event;
    },
    async say(panel) {
      model.say({ op: "batch", n: ++n, set: { panel: [{ ...panel, rev: n + 1 }] } });
      await loaded();
    },
    again: () => view(model, parts),
  };
  await loaded();
  return stage;
}

/** Its text without what is hidden from readers, its white space as one. */
function nameOf(tab: HTMLElement): string {
  const copy = tab.cloneNode(true) as HTMLElement;
  for (const hidden of copy.querySelectorAll("[aria-hidden]")) hidden.remove();
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

export function closePanels(): void {
  for (const close of open.splice(0)) close();
}
