import { expect } from "vitest";
import { picture, stage } from "../gallery/stream";
import type { Fields } from "../src/core/messages";
import widget from "../src/stream/index";
import { MockModel } from "./mock";
import { keydown, type Mounted, mount, named } from "./mount";
import { freshCourse } from "./stage";

/** A view of the stream in the page, with the model behind it. */
export interface StreamStage extends Mounted {
  model: MockModel;
  button(name: string): HTMLElement;
  asked(action: string): Fields[];
  tell(document: Fields): void;
  press(key: string): void;
  text(): string;
}

const open: (() => void)[] = [];

export async function shown(
  document: Fields = {},
  { lang = "en", lesson = {}, course = freshCourse() }: Fields = {},
): Promise<StreamStage> {
  const model = new MockModel({ kind: "stream", course, options: { height: 380, lang } });
  model.onSent = (sent) => {
    if (sent.op !== "intent") return;
    queueMicrotask(() => model.say({ op: "got", to: model.page, ids: [sent.id] }));
  };
  const end = widget.initialize({ model: model.proxy() });
  const mounted = mount(widget, model);
  open.push(() => {
    mounted.close();
    end();
  });
  if (!("hlsPicture" in globalThis)) picture();
  const told = { course, scope: course, features: ["stream"], ...(lesson as Fields) };
  model.snapshot([], told, {}, { stage: [stage(document)] });
  let n = 0;
  await expect.poll(() => mounted.all(".skels").length, { interval: 5 }).toBe(0);
  return {
    ...mounted,
    model,
    button: (name) => named(name, mounted.all("button")),
    asked: (action) => model.asked("intent", action).map(({ args }) => args as Fields),
    tell(change) {
      n++;
      model.say({
        op: "batch",
        n,
        set: { stage: [stage({ ...document, ...change, rev: n + 1 })] },
      });
    },
    press(key) {
      (mounted.root.activeElement ?? mounted.find(".pl")).dispatchEvent(keydown(key));
    },
    text: () =>
      mounted
        .find(".edu")
        .innerText.replace(/[\u2068\u2069]/g, "")
        .replace(/\s+/g, " "),
  };
}

export function closeStreams(): void {
  for (const close of open.splice(0)) close();
}
