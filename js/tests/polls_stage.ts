import type { Fields } from "../src/core/messages";
import widget from "../src/polls/index";
import { MockModel } from "./mock";
import { keydown, type Mounted, mount } from "./mount";
import { desk, staffDesk } from "./polls_mock";
import { freshCourse, settled } from "./stage";

/** A view of polls in the page, with the kernel's end of it. */
export interface PollStage extends Mounted {
  model: MockModel;
  /** What can be read in the view, or in a part of it. */
  text(selector?: string): string;
  /** The button that is called so. */
  button(name: string): HTMLElement;
  click(name: string): Promise<void>;
  /** Show it to a class, by the menu. */
  project(): Promise<void>;
  press(key: string): Promise<void>;
  type(selector: string, text: string): Promise<void>;
  /** The kernel tells documents anew. */
  tell(...polls: Fields[]): Promise<void>;
  /** The arguments of the intents `polls.<action>` that were sent. */
  asked(action: string): Fields[];
  got(): Promise<void>;
  again(): PollStage;
  end(): void;
}

const open: (() => void)[] = [];
let batches = 0;

const nameOf = (button: HTMLElement): string =>
  (button.ariaLabel ?? button.textContent ?? "").replace(/\s+/g, " ").trim();

function view(model: MockModel, endModel: () => void): PollStage {
  const mounted = mount(widget, model);
  const { root } = mounted;
  const stage: PollStage = {
    ...mounted,
    model,
    text: (selector = ".edu") => stage.find(selector).innerText.replace(/\s+/g, " ").trim(),
    button(name) {
      const found = stage.all("button").find((button) => nameOf(button) === name);
      if (!found) throw new Error(`no ${name} in ${stage.all("button").map(nameOf).join(" | ")}`);
      return found;
    },
    async click(name) {
      stage.button(name).click();
      await settled();
    },
    async project() {
      await stage.click("More");
      await stage.click("Projector mode");
    },
    async press(key) {
      const target = (root.activeElement ?? stage.find("section")) as HTMLElement;
      const event = keydown(key);
      const taken = !target.dispatchEvent(event);
      if (!taken && (key === " " || key === "Enter") && target.matches("button")) target.click();
      await settled();
    },
    async type(selector, text) {
      const box = stage.find<HTMLInputElement>(selector);
      box.focus();
      box.value = text;
      box.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
      await settled();
    },
    async tell(...polls) {
      model.say({ op: "batch", n: ++batches, set: { polls } });
      await settled();
    },
    asked: (action) => model.asked("intent", `polls.${action}`).map(({ args }) => args),
    async got() {
      const ids = model.asked("intent").map(({ id }) => id);
      model.say({ op: "got", to: model.page, ids });
      await settled();
    },
    again: () => view(model, () => undefined),
    end() {
      mounted.close();
      endModel();
    },
  };
  open.push(() => stage.end());
  return stage;
}

/** A view without a word of the kernel. */
export function pollStage(options: Fields = { height: 420, lang: "en" }): PollStage {
  const model = new MockModel({ kind: "polls", course: freshCourse(), options });
  return view(model, widget.initialize({ model: model.proxy() }));
}

interface More {
  lesson?: Fields;
  lang?: string;
  /** The one poll of the view. */
  only?: string;
  desk?: Fields;
}

const mira = { me: { id: "u-mira", name: "Mira", role: "instructor" } };

async function show(polls: Fields[], { lesson = {}, lang = "en", only = "" }: More, held: Fields) {
  const shown = pollStage({ height: 420, lang, ...(only && { poll: only }) });
  batches = 0;
  shown.model.snapshot([], { online: 35, students: 33, ...lesson }, {}, { polls, desk: [held] });
  await settled();
  return shown;
}

/** What a student sees. */
export const student = (polls: Fields[] = [], more: More = {}): Promise<PollStage> =>
  show(polls, more, desk(more.desk));

/** What an instructor sees. */
export const staff = (polls: Fields[] = [], more: More = {}): Promise<PollStage> =>
  show(polls, { ...more, lesson: { ...mira, ...more.lesson } }, staffDesk(more.desk));

export function endPolls(): void {
  for (const end of open.splice(0)) end();
  sessionStorage.clear();
}
