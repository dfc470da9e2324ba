import type { Fields } from "../src/core/messages";
import widget from "../src/notes/index";
import { MockModel } from "./mock";
import { type Mounted, mount, named } from "./mount";
import { freshCourse } from "./stage";

/** A view of notes in the page, with the model behind it. */
export interface NotesStage extends Mounted {
  model: MockModel;
  course: string;
  button(name: string): HTMLElement;
  click(name: string): void;
  text(): string;
  /** Each note's text, as it stands in the list. */
  notes(): string[];
  type(selector: string, text: string): void;
  asked(): [string, Fields][];
  tell(set: Record<string, Fields[]>): void;
  /** The view is loaded anew: the same person in the same channel. */
  again(): NotesStage;
}

export interface Shown {
  mine?: Fields[];
  class?: Fields[];
  room?: Fields;
  lesson?: Fields;
  lang?: string;
  bare?: boolean;
}

const open: (() => void)[] = [];

/** A view that has its snapshot, unless it is `bare`. */
export function shown(what: Shown = {}, course = freshCourse()): NotesStage {
  const options = { height: 420, lang: what.lang ?? "en" };
  const model = new MockModel({ kind: "notes", course, options });
  const end = widget.initialize({ model: model.proxy() });
  const mounted = mount(widget, model);
  const close = (): void => {
    mounted.close();
    end();
  };
  open.push(close);
  const room = { id: "room", rev: 1, can: ["write"], at: 15, ...what.room };
  const held = { mine: what.mine ?? [], class: what.class ?? [], room: [room] };
  const lesson = { course, scope: course, features: ["notes_sharing"], ...what.lesson };
  if (!what.bare) model.snapshot([], lesson, {}, held);
  const { root } = mounted;
  let n = 0;
  const stage: NotesStage = {
    ...mounted,
    ...{ model, course },
    button: (name) => named(name, stage.all("button")),
    click: (name) => stage.button(name).click(),
    text: () =>
      (root.querySelector(".edu") as HTMLElement).innerText
        .replace(/[\u2068\u2069]/g, "")
        .replace(/\s+/g, " "),
    notes: () => stage.all("article .text").map((text) => text.innerText.trim()),
    type(selector, text) {
      const box = stage.find(selector) as HTMLTextAreaElement;
      box.value = text;
      box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    },
    asked: () => model.asked("intent").map(({ do: action, args }) => [action, args]),
    tell: (set) => model.say({ op: "batch", n: ++n, set }),
    again() {
      close();
      return shown(what, course);
    },
  };
  return stage;
}

export function closeNotes(): void {
  for (const close of open.splice(0)) close();
}
