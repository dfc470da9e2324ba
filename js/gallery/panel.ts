// The panel: each of its tabs with a state of the widget in it.

import type { Fields } from "../src/core/messages";
import { MockModel } from "../tests/mock";
import { partsOf, staff, student } from "../tests/panel_parts";
import type { State } from "./state";
import { states } from "./states";

/** The names of the states that are in the tabs, and the panel's own document. */
interface Scene extends State {
  kind: "panel";
  parts: Record<string, string>;
}

type Files = (kind: string) => Promise<Record<string, string>>;

const parts = {
  chat: "live",
  polls: "poll-live",
  people: "people-class",
  notes: "notes",
  notifications: "notifications",
};

const features = ["chat", "polls", "presence", "notes_sharing"];

interface Setting {
  lang?: string;
  lesson?: Fields;
  /** The tab that somebody goes to. */
  tab?: string;
  parts?: Record<string, string>;
  act?: State["act"];
}

const scene = (
  document: Fields,
  { lang = "en", lesson = {}, tab, ...more }: Setting = {},
): Scene => ({
  kind: "panel",
  parts: more.parts ?? parts,
  options: { height: 430, lang },
  play: (model) => model.snapshot([], { features, ...lesson }, {}, { panel: [document] }),
  async act(root, model) {
    if (tab) root.querySelector<HTMLElement>(`#tab-${tab}`)?.click();
    await new Promise((done) => setTimeout(done, 250));
    await more.act?.(root, model);
  },
});

/** Focus comes by key, so that its ring shows. */
const byKey = (root: ShadowRoot): void => {
  const key = new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true, composed: true });
  root.querySelector("#tab-chat")?.dispatchEvent(key);
};

const whole = {
  ...parts,
  board: "board-draw",
  cells: "cells",
  stream: "stream-live",
  progress: "progress-class",
};

const offered = [...features, "board", "cells", "stream", "progress"];

const turkish = {
  chat: "offline",
  polls: "poll-turkish",
  people: "people-student-tr",
  notes: "notes-turkish",
  notifications: "notifications-turkish",
};

/** Each state by name. */
export const panels: Record<string, Scene> = {
  "panel-instructor": scene(staff({ unread: { polls: 1, people: 1, notifications: 3 } })),
  "panel-whole": scene(staff({ unread: { polls: 1, people: 1, notifications: 3 } }), {
    parts: whole,
    lesson: { features: offered },
  }),
  "panel-whole-turkish": scene(student({ unread: { polls: 1 } }), {
    lang: "tr",
    tab: "polls",
    parts: { ...whole, ...turkish },
    lesson: { features: offered },
  }),
  "panel-notes": scene(staff(), { tab: "notes" }),
  "panel-poll": scene(staff({ unread: { chat: 1, people: 0, notifications: 3 } }), {
    tab: "polls",
  }),
  "panel-people": scene(staff(), { tab: "people" }),
  "panel-news": scene(staff({ unread: { chat: 128, polls: 1 } }), { tab: "notifications" }),
  "panel-quiet": scene(staff({ quiet: true, hidden: true })),
  "panel-student": scene(student({ helped: true, unread: { chat: 0, polls: 1 } })),
  "panel-turkish": scene(student(), { lang: "tr", tab: "polls", parts: turkish }),
  "panel-turkish-staff": scene(staff(), { lang: "tr", parts: turkish }),
  "panel-offline": scene(student(), {
    lesson: { state: "offline", queued: 2, nextTryIn: 42_000 },
  }),
  "panel-keys": scene(staff(), { act: byKey }),
  "panel-projector": scene(staff({ projector: true }), {
    parts: { ...parts, polls: "poll-revealed" },
    tab: "polls",
  }),
  "panel-projector-people": scene(staff({ projector: true }), {
    parts: { people: "people-hidden", chat: "live" },
  }),
  "panel-projector-nothing": scene(staff({ projector: true }), { parts: { chat: "live" } }),
};

/** Give a panel's model the models of its parts, each with its code. */
export async function compose(model: MockModel, scene: State, files: Files): Promise<void> {
  const references: Record<string, string> = {};
  for (const [tab, name] of Object.entries((scene as Scene).parts)) {
    const state = states[name];
    if (!state) throw new Error(`no state ${name}`);
    const { kind = "chat", options: { lang: _, ...options } = {} } = state;
    const child = new MockModel({ kind, options });
    child.carry(await files(kind));
    child.onSent = (sent) => {
      if (sent.op === "ready") queueMicrotask(() => state.play(child));
      if (sent.op === "intent")
        queueMicrotask(() => child.say({ op: "got", to: child.page, ids: [sent.id] }));
    };
    model.others.set(name, child);
    references[tab] = `IPY_MODEL_${name}`;
  }
  model.set("_parts", partsOf(references));
}
