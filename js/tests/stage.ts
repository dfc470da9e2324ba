import { options } from "preact";
import { vi } from "vitest";
import widget from "../src/chat/index";
import type { Fields } from "../src/core/messages";
import { MockModel } from "./mock";
import { keydown, type Mounted, mount } from "./mount";

/** A view of the chat in the page, with the model behind it. */
export interface Stage extends Mounted {
  model: MockModel;
  text(): string;
  type(text: string): Promise<HTMLTextAreaElement>;
  press(key: string, init?: KeyboardEventInit): KeyboardEvent;
  send(text: string): Promise<void>;
  again(): Stage;
  end(): void;
}

const open: Stage[] = [];

let courses = 0;

/** A course nobody has drafts or unsent messages in. */
export const freshCourse = (): string => `py${++courses}-${Math.random().toString(36).slice(2)}`;

function view(model: MockModel, endModel: () => void): Stage {
  const mounted = mount(widget, model);
  const { root } = mounted;
  const stage: Stage = {
    ...mounted,
    model,
    // As it is seen, so without what is hidden and without marks of direction.
    text: () =>
      (root.querySelector(".edu") as HTMLElement).innerText
        .replace(/[\u2068\u2069]/g, "")
        .replace(/\s+/g, " "),
    async type(text) {
      const area = stage.find<HTMLTextAreaElement>("textarea");
      area.focus();
      area.value = text;
      area.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
      await settled();
      return area;
    },
    press(key, init = {}) {
      const event = keydown(key, init);
      (root.activeElement ?? stage.find("textarea")).dispatchEvent(event);
      return event;
    },
    async send(text) {
      await stage.type(text);
      stage.press("Enter");
      await settled();
    },
    again: () => view(model, endModel),
    end() {
      stage.close();
      endModel();
    },
  };
  open.push(stage);
  return stage;
}

export function stage(traits: Fields = {}): Stage {
  const model = new MockModel({ course: freshCourse(), ...traits });
  const end = widget.initialize({ model: model.proxy() });
  return view(model, end);
}

/** A view that has its snapshot. */
export async function live(
  docs: unknown[] = [],
  lesson: Fields = {},
  more = {},
  others: Record<string, unknown[]> = {},
): Promise<Stage> {
  const shown = stage({ options: { height: 420, lang: "en" } });
  shown.model.snapshot(docs, lesson, more, others);
  await settled();
  return shown;
}

export function closeAll(): void {
  for (const shown of open.splice(0)) shown.end();
  document.body.replaceChildren();
  vi.useRealTimers();
  vi.restoreAllMocks();
}

/** At most so many frames are waited for: what moves by itself never stands. */
const FRAMES = 60;

/** Code is imported, all is laid out; observers, scroll events and effects have run, and what they caused. */
export async function settled(): Promise<void> {
  for (let n = 0; n < 2 || (effects > 0 && n < FRAMES); n++) {
    await Promise.allSettled(heldByPage());
    await new Promise(nextFrame);
    await observed();
    await new Promise((done) => later(done));
  }
}

/** What src/loader.ts keeps: among it the imports that are under way. */
const heldByPage = (): unknown[] => {
  const page = globalThis as unknown as Record<symbol, Map<string, unknown> | undefined>;
  return [...(page[Symbol.for("edu-widgets")]?.values() ?? [])];
};

/** Who watches what is in sight is told together, in the order they began to. */
const observed = (): Promise<void> =>
  new Promise((done) => {
    const last = new IntersectionObserver(() => {
      last.disconnect();
      done();
    });
    last.observe(document.documentElement);
  });

// Bound before any test installs a fake clock.
const nextFrame = window.requestAnimationFrame.bind(window);
const later = window.setTimeout.bind(window);

/** How often effects are still to run. */
let effects = 0;

/** As Preact itself does it, but that it can be waited for, and needs no clock. */
function afterPaint(run: () => void): void {
  effects++;
  nextFrame(() =>
    later(() => {
      effects--;
      run();
    }),
  );
}
(options as { requestAnimationFrame?: typeof afterPaint }).requestAnimationFrame = afterPaint;
