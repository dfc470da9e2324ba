import axe from "axe-core";
import { afterEach, expect, test } from "vitest";
import { message } from "./mock";
import { closeAll, live, settled } from "./stage";

afterEach(closeAll);

test("a table in a narrow place scrolls sideways and breaks no word", async () => {
  const row = (tag: string) => [
    "tr",
    ...["Observation", "Temperature", "Humidity", "x", "Precipitation"].map((word) => [tag, word]),
  ];
  const shown = await live([message(1, { body: [["table", row("th"), row("td")]] })]);
  shown.el.style.width = "360px";
  await settled();
  const table = shown.find(".table");
  expect(table.scrollWidth).toBeGreaterThan(table.clientWidth);
  // What scrolls can be scrolled by keys, and is no second tab stop in another message.
  const found = async () =>
    (await axe.run(shown.el, { runOnly: ["scrollable-region-focusable"] })).violations;
  expect(await found()).toEqual([]);
  expect([table.getAttribute("role"), table.ariaLabel]).toEqual(["region", "Table"]);
  for (const cell of shown.all("th, td")) {
    expect(cell.clientHeight).toBeLessThan(40);
    expect(cell.clientWidth).toBeGreaterThan(40);
  }
});

test("towers of accents stay in their message, and outlines are whole", async () => {
  const tower = `Z${"\u0301".repeat(300)}`;
  const link = ["a", { href: "https://numpy.org" }, "doc"];
  const body = [
    ["p", link, " ", tower],
    ["p", tower, " ", link],
  ];
  const shown = await live([message(1), message(2, { body }), message(3)]);
  const text = shown.all(".text")[1] as HTMLElement;
  expect(getComputedStyle(text).overflowY).toBe("clip");
  const box = text.getBoundingClientRect();
  const [first, last] = [...text.querySelectorAll("a")].map((a) => a.getBoundingClientRect());
  expect((first?.top ?? 0) - 4).toBeGreaterThanOrEqual(box.top);
  expect((last?.bottom ?? 0) + 4).toBeLessThanOrEqual(box.bottom);
});

test("code has a name", async () => {
  const pre = ["pre", { lang: "python" }, "x".repeat(400)];
  const shown = await live([message(1, { body: [pre, "the end"] })]);
  const block = shown.find("pre");
  expect([block.getAttribute("role"), block.getAttribute("aria-label")]).toEqual([
    "region",
    "Code",
  ]);
  shown.model.set("options", { height: 420, lang: "tr" });
  await settled();
  expect(block.getAttribute("aria-label")).toBe("Kod");
});

test("a long name leaves the dots that say that somebody types", async () => {
  const shown = await live([message(1)]);
  shown.el.style.width = "360px";
  const names = ["W".repeat(64)];
  shown.model.say({ op: "signal", name: "typing", data: { names, people: 1 } });
  await settled();
  for (const dot of shown.all(".dots i")) expect(dot.getBoundingClientRect().width).toBe(4);
  const text = shown.find(".typing > span:last-child");
  expect(text.getBoundingClientRect().right).toBeLessThan(shown.el.getBoundingClientRect().right);
  expect(getComputedStyle(text).textOverflow).toBe("ellipsis");
});

test("what turns the direction of text ends with the name or sentence it is in", async () => {
  const { born: _, seq: __, ...own } = message(2, { user: "u-tomas" });
  const failed = { ...own, state: "failed", error: "\u202Eno" };
  const shown = await live([message(1, { body: "\u202Eabc" }), failed]);
  expect(shown.find(".why bdi").textContent).toBe("\u202Eno");
  shown.model.say({ op: "signal", name: "typing", data: { names: ["\u202EJonas", "Lina"] } });
  await settled();
  expect(shown.find(".typing").textContent).toBe(
    "\u2068\u202EJonas\u2069 and \u2068Lina\u2069 are typing",
  );
  for (const text of shown.all(".text, .text p")) {
    expect(getComputedStyle(text).unicodeBidi).toBe("isolate");
  }
});
