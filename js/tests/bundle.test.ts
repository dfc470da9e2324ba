import { afterEach, expect, inject, test } from "vitest";
import { states } from "../gallery/states";
import type { Model } from "../src/core/model";
import { MockModel, message } from "./mock";
import { freshCourse, settled } from "./stage";

interface Widget {
  initialize(context: { model: Model }): () => void;
  render(context: { model: Model; el: HTMLElement }): () => void;
}

afterEach(() => document.body.replaceChildren());

/** As anywidget does: a module of its own for each model, from a blob. */
async function load(): Promise<Widget> {
  const url = URL.createObjectURL(new Blob([inject("bundle")], { type: "text/javascript" }));
  const module = (await import(/* @vite-ignore */ url)) as { default: Widget };
  URL.revokeObjectURL(url);
  return module.default;
}

async function show(options: unknown) {
  const widget = await load();
  const model = new MockModel({ course: freshCourse(), options });
  const el = document.body.appendChild(document.createElement("div"));
  const end = widget.initialize({ model: model.proxy() });
  const close = widget.render({ model: model.proxy(), el });
  const root = el.firstElementChild?.shadowRoot as ShadowRoot;
  const dispose = (): void => {
    close();
    end();
  };
  return { model, el, root, dispose };
}

test.each(Object.entries(states))("the bundle shows the state %s", async (_, state) => {
  const { model, root, el, dispose } = await show(state.options);
  state.play(model);
  await settled();
  const text = root.querySelector(".edu")?.textContent ?? "";
  expect(text).toMatch(/^(Chat|Sohbet)py/);
  expect(text).not.toMatch(/undefined|null|NaN|\[object|=>/);
  dispose();
  expect([el.childElementCount, model.listeners]).toEqual([0, 0]);
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
  dispose();
});
