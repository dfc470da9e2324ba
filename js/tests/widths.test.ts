import { afterEach, expect, test } from "vitest";
import { message } from "./mock";
import { closeAll, live, settled } from "./stage";

afterEach(closeAll);

const row = (width: number): HTMLElement => {
  const box = document.createElement("div");
  box.style.cssText = `display:flex;width:${width}px`;
  document.body.append(box);
  return box;
};

test("in a row a view is as wide as its room lets it, and two share it", async () => {
  const [one, two] = [await live([message(1)]), await live([message(1)])];
  const box = row(900);
  box.append(one.el);
  await settled();
  expect(one.find(".edu").clientWidth).toBeGreaterThan(600);
  box.append(two.el);
  await settled();
  for (const shown of [one, two]) {
    expect(shown.find(".edu").clientWidth).toBeGreaterThan(400);
    expect(shown.el.getBoundingClientRect().right).toBeLessThanOrEqual(
      box.getBoundingClientRect().right,
    );
  }
  box.style.width = "320px";
  two.el.remove();
  await settled();
  expect(one.el.clientWidth).toBe(320);
});

test("where a width is asked for it is one to read in, and elsewhere all there is", async () => {
  const shown = await live([message(1)]);
  shown.el.style.cssText = "float:left";
  await settled();
  expect(shown.el.clientWidth).toBeGreaterThan(600);
  shown.el.style.cssText = "width:315px";
  await settled();
  expect(shown.find(".edu").getBoundingClientRect().width).toBe(315);
  shown.el.style.cssText = "";
  await settled();
  expect(shown.el.clientWidth).toBe(document.body.clientWidth);
});

test.each([315, 360, 420, 600, 900])("no button stands on code, %i px wide", async (width) => {
  (globalThis as { jupyterapp?: unknown }).jupyterapp = {
    commands: { hasCommand: () => true, execute: async () => undefined },
    shell: { currentWidget: { content: { activeCell: { model: {} } } } },
  };
  const pre = ["pre", { lang: "python" }, `${"x".repeat(200)}\ny = 1`];
  const shown = await live([message(1, { body: [pre] })]);
  delete (globalThis as { jupyterapp?: unknown }).jupyterapp;
  shown.el.style.width = `${width}px`;
  await settled();
  const code = shown.find("pre").getBoundingClientRect();
  const buttons = shown.all(".code .ib");
  expect(buttons).toHaveLength(2);
  for (const button of buttons) {
    const box = button.getBoundingClientRect();
    expect(box.right <= code.left || box.left >= code.right || box.bottom <= code.top).toBe(true);
    expect(box.width).toBeGreaterThanOrEqual(24);
    expect(box.height).toBeGreaterThanOrEqual(24);
  }
  expect(code.width).toBeGreaterThan(width * 0.6);
});
