import type { Fields } from "../src/core/messages";
import widget from "../src/presence/index";
import { MockModel } from "./mock";
import { keydown, type Mounted, mount, named } from "./mount";
import { freshCourse, settled } from "./stage";

/** A view of presence in the page, with the model behind it. */
export interface PeopleStage extends Mounted {
  model: MockModel;
  button(name: string): HTMLElement;
  text(): string;
  rows(): string[];
  press(key: string, target?: Element): KeyboardEvent;
  say(set: Record<string, unknown[]>): Promise<void>;
}

const open: (() => void)[] = [];

export const MINUTE = 60_000;

export const counts = { here: 6, stuck: 2, done: 1, following: 1, none: 0, away: 1, hands: 0 };

export const desk = (more: Fields = {}): Fields => ({
  ...{ id: "desk", rev: 1, known: true, crowd: false, hidden: false },
  ...{ can: ["status", "hand"], counts: { here: 6, away: 1 } },
  ...more,
});

export const staffDesk = (more: Fields = {}): Fields => desk({ can: ["manage"], counts, ...more });

export const person = (name: string, more: Fields = {}): Fields => ({
  ...{ id: `u-${name.toLowerCase()}`, rev: 1, name },
  ...more,
});

export const hand = (name: string, at: number, more: Fields = {}): Fields => ({
  ...{ id: `u-${name.toLowerCase()}`, rev: 1, name, at, age: 5 * MINUTE },
  ...more,
});

interface Shown {
  people?: Fields[];
  hands?: Fields[];
  desk?: Fields;
  lang?: string;
  lesson?: Fields;
  role?: string;
}

/** A view that has its snapshot; of a student's, unless told otherwise. */
export async function shown(what: Shown = {}): Promise<PeopleStage> {
  const { people = [], hands = [], lang = "en", role = "student" } = what;
  const options = { height: 420, lang };
  const course = freshCourse();
  const model = new MockModel({ kind: "presence", course, options });
  const end = widget.initialize({ model: model.proxy() });
  const mounted = mount(widget, model);
  open.push(() => {
    mounted.close();
    end();
  });
  const me = { id: "u-tomas", name: "Tomas", role };
  const lesson = { course, me, features: ["chat", "presence"], ...what.lesson };
  model.snapshot([], lesson, {}, { people, hands, desk: [what.desk ?? desk()] });
  await settled();
  const { root } = mounted;
  let n = 0;
  const stage: PeopleStage = {
    ...mounted,
    model,
    button: (name) => named(name, stage.all("button")),
    text: () => (root.querySelector(".edu") as HTMLElement).innerText.replace(/\s+/g, " "),
    rows: () =>
      stage.all(".rows li").map((row) =>
        row.innerText
          .split("\n")
          .map((part) => part.trim())
          .filter((part) => part.length > 1)
          .join(" "),
      ),
    press(key, target) {
      const event = keydown(key);
      (target ?? root.activeElement ?? stage.find(".edu")).dispatchEvent(event);
      return event;
    },
    async say(set) {
      model.say({ op: "batch", n: ++n, set });
      await settled();
    },
  };
  return stage;
}

export function closePeople(): void {
  for (const close of open.splice(0)) close();
}
