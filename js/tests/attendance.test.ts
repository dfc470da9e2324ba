import axe from "axe-core";
import { afterEach, expect, test } from "vitest";
import { userEvent } from "vitest/browser";
import type { Fields } from "../src/core/messages";
import { isGrave, RULES, told } from "./accessible";
import { message } from "./mock";
import { closeAll, live, type Stage, settled, stage } from "./stage";

afterEach(closeAll);

const names = ["Mira", "Deniz", "Emre"];

const button = (shown: Stage) => shown.find<HTMLButtonElement>(".sub button");
const listed = (shown: Stage) => shown.all(".pop li").map((item) => item.textContent);

async function opened(lesson: Fields = {}): Promise<Stage> {
  const shown = await live([message(1)], { here: names, online: 3, ...lesson });
  button(shown).click();
  await settled();
  expect(button(shown).getAttribute("aria-expanded")).toBe("true");
  return shown;
}

const isClosed = (shown: Stage): boolean =>
  button(shown).getAttribute("aria-expanded") === "false" && shown.all(".pop").length === 0;

test.each([
  ["absent", {}],
  ["empty", { here: [] }],
  ["null", { here: null }],
  ["a string", { here: "Mira" }],
  ["a list of something else", { here: ["Mira", { name: "Deniz" }] }],
  ["a list of lists", { here: [["Mira"]] }],
])("names that are %s leave the number as text", async (_, lesson) => {
  const shown = await live([], { online: 36, ...lesson });
  expect(shown.text()).toMatch(/^Chat py\S* · 36 here Live/);
  expect(shown.all(".sub button")).toEqual([]);
});

test("a click shows who is here, and another hides them", async () => {
  const shown = await opened({ online: 3 });
  expect(shown.text()).toMatch(/^Chat py\S* · 3 here Mira Deniz Emre Live/);
  expect(listed(shown)).toEqual(names);
  button(shown).click();
  await settled();
  expect(isClosed(shown)).toBe(true);
});

test("says how many more there are than the list has", async () => {
  const shown = await opened({ online: 15 });
  expect(listed(shown).at(-1)).toBe("and 12 more");
  shown.model.say({ op: "batch", n: 1, lesson: { here: [...names, "Lina"] } });
  await settled();
  expect(listed(shown).slice(-2)).toEqual(["Lina", "and 11 more"]);
  shown.model.set("options", { lang: "tr" });
  await settled();
  expect(listed(shown).at(-1)).toBe("ve 11 kişi daha");
  shown.model.say({ op: "batch", n: 2, lesson: { here: [] } });
  await settled();
  expect(shown.all(".sub button, .pop")).toEqual([]);
  expect(shown.text()).toContain("15 kişi");
});

test("is not there while the lesson is not live", async () => {
  const shown = await opened();
  shown.model.say({ op: "batch", n: 1, lesson: { state: "reconnecting" } });
  await settled();
  expect(shown.all(".sub button, .pop")).toEqual([]);
});

test.each(["{Enter}", " "])("the key '%s' opens and closes", async (key) => {
  const shown = await live([message(1)], { here: names });
  button(shown).focus();
  await userEvent.keyboard(key);
  await settled();
  expect(listed(shown)).toEqual([...names, "and 33 more"]);
  await userEvent.keyboard(key);
  await settled();
  expect(isClosed(shown)).toBe(true);
  expect(shown.root.activeElement).toBe(button(shown));
});

test("Esc closes and goes back to the button", async () => {
  const shown = await opened();
  shown.find(".pop").focus();
  await userEvent.keyboard("{Escape}");
  await settled();
  expect(isClosed(shown)).toBe(true);
  expect(shown.root.activeElement).toBe(button(shown));
});

test("Esc elsewhere closes and takes no focus; other keys do nothing", async () => {
  const shown = await opened();
  const field = document.body.appendChild(document.createElement("input"));
  field.focus();
  if (isClosed(shown)) button(shown).click();
  await settled();
  await userEvent.keyboard("a");
  await settled();
  expect(isClosed(shown)).toBe(false);
  await userEvent.keyboard("{Escape}");
  await settled();
  expect(isClosed(shown)).toBe(true);
  expect(document.activeElement).toBe(field);
});

test("Tab goes from the button into the list, and out of it closes it", async () => {
  const shown = await opened();
  button(shown).focus();
  await userEvent.keyboard("{Tab}");
  expect(shown.root.activeElement).toBe(shown.find(".pop"));
  await userEvent.keyboard("{Tab}");
  await settled();
  expect(isClosed(shown)).toBe(true);
  expect(shown.root.activeElement?.ariaLabel).toBe("Search");
});

test.each([
  ["in the notebook", (_: Stage) => document.body],
  ["in the widget", (shown: Stage) => shown.find(".log")],
])("a press %s closes", async (_, where) => {
  const shown = await opened();
  const press = (target: EventTarget) =>
    target.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, composed: true }));
  press(shown.find(".pop li bdi"));
  await settled();
  expect(isClosed(shown)).toBe(false);
  press(where(shown));
  await settled();
  expect(isClosed(shown)).toBe(true);
});

test("a view that goes while it is open leaves nothing behind", async () => {
  const shown = await opened();
  shown.close();
  document.body.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
  await settled();
  expect(shown.el.childElementCount).toBe(0);
});

test("names are text, each in a direction of its own, and none is wider than the view", async () => {
  const run = "<img src=x onerror='window.pwned=1'>";
  const hostile = [run, "\u202Eevil", "x".repeat(500), "", "__proto__", "أمل"];
  const shown = await opened({ here: hostile, online: 6 });
  expect(listed(shown)).toEqual(hostile);
  expect(shown.all(".pop li > bdi")).toHaveLength(6);
  expect(shown.all(".pop img")).toEqual([]);
  expect(window).not.toHaveProperty("pwned");
  const pop = shown.find(".pop");
  expect(pop.scrollWidth).toBeLessThanOrEqual(pop.clientWidth);
  expect(pop.getBoundingClientRect().right).toBeLessThan(
    shown.find(".edu").getBoundingClientRect().right,
  );
});

test("a long list scrolls within the widget, over all of it", async () => {
  const many = Array.from({ length: 50 }, (_, index) => `Person ${index + 1}`);
  const shown = await opened({ here: many, online: 400 });
  expect(listed(shown).at(-1)).toBe("and 350 more");
  const pop = shown.find(".pop");
  expect(pop.scrollHeight).toBeGreaterThan(pop.clientHeight);
  expect(getComputedStyle(pop).zIndex).toBe("30");
  const box = pop.getBoundingClientRect();
  expect(box.bottom).toBeLessThan(shown.find(".edu").getBoundingClientRect().bottom);
  expect(box.top).toBeGreaterThanOrEqual(shown.find(".hd").getBoundingClientRect().bottom - 2);
});

test("a long name of a course leaves room for the button", async () => {
  const shown = stage({ options: { lang: "en" } });
  shown.el.style.width = "360px";
  shown.model.snapshot([], { here: names, course: "introduction-to-".repeat(8) });
  await settled();
  const right = button(shown).getBoundingClientRect().right;
  expect(right).toBeLessThanOrEqual(shown.find(".light").getBoundingClientRect().left);
  expect(button(shown).scrollWidth).toBeLessThanOrEqual(button(shown).clientWidth);
});

test("is accessible, open and closed", async () => {
  const many = Array.from({ length: 50 }, (_, index) => `Person ${index + 1}`);
  const shown = await opened({ here: many, online: 62 });
  for (const animation of shown.root.getAnimations()) animation.finish();
  const check = async (): Promise<unknown[]> => {
    const { violations } = await axe.run(shown.el, {
      runOnly: RULES,
    });
    return told(violations.filter(isGrave));
  };
  expect(await check()).toEqual([]);
  button(shown).click();
  await settled();
  expect(await check()).toEqual([]);
});
