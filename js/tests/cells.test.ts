import axe from "axe-core";
import { afterEach, expect, test, vi } from "vitest";
import { cells as states } from "../gallery/cells";
import widget from "../src/cells/index";
import type { Fields } from "../src/core/messages";
import { dress, finishAnimations, inDress, themes, told } from "./accessible";
import { MockModel, projecting } from "./mock";
import { keydown, type Mounted, mount, named } from "./mount";
import { closeAll, freshCourse, settled } from "./stage";

interface Stage extends Mounted {
  model: MockModel;
  text(): string;
  asked(): [string, Fields][];
  tell(set: Record<string, Fields[]>): Promise<void>;
  signal(name: string, data: Fields): Promise<void>;
}

const open: (() => void)[] = [];

afterEach(() => {
  for (const close of open.splice(0)) close();
  closeAll();
  document.documentElement.removeAttribute("style");
});

const cell = (born: number, more: Fields = {}): Fields => ({
  ...{ id: `c${born}`, born, seq: born, rev: 1, n: born, at: 1_000 * born, ended: 1_000 * born },
  ...{ status: "ok", source: `x = ${born}`, by: "u-mira", byName: "Mira", outputs: [] },
  ...more,
});

async function shown(docs: Fields[], desk: Fields = {}, lang = "en"): Promise<Stage> {
  const course = freshCourse();
  const model = new MockModel({ kind: "cells", course, options: { height: 300, lang } });
  const end = widget.initialize({ model: model.proxy() });
  const mounted = mount(widget, model);
  open.push(() => {
    mounted.close();
    end();
  });
  const state = { id: "desk", rev: 1, state: "on", byName: "Mira", total: docs.length, can: [] };
  model.snapshot([], { course }, {}, { cells: docs, desk: [{ ...state, ...desk }] });
  await settled();
  let n = 0;
  return {
    ...mounted,
    model,
    text: () => (mounted.root.querySelector(".edu") as HTMLElement).innerText.replace(/\s+/g, " "),
    asked: () => model.asked("intent").map(({ do: action, args }) => [action, args]),
    async tell(set) {
      model.say({ op: "batch", n: ++n, set });
      await settled();
    },
    async signal(name, data) {
      model.say({ op: "signal", name, data });
      await settled();
    },
  };
}

const pressed = (stage: Stage, key: string, more: KeyboardEventInit = {}): KeyboardEvent => {
  const event = keydown(key, more);
  (stage.root.activeElement ?? stage.find("article")).dispatchEvent(event);
  return event;
};

const press = (stage: Stage, key: string): void => {
  pressed(stage, key);
};

const twenty = (): Fields[] => Array.from({ length: 20 }, (_, n) => cell(n + 1));

test("a picture among the outputs keeps its place and is asked for; one that is none says why", async () => {
  const picture = { hash: "78".repeat(32), type: "image/png", bytes: 70, width: 40, height: 30 };
  const outputs = [
    { type: "picture", picture: { ...picture, alt: "A plot" } },
    { type: "picture", picture: { hash: 7 } },
    { type: "note", name: "large_picture" },
    { type: "note", name: "broken_picture" },
  ];
  const stage = await shown([cell(1, { outputs })]);
  expect(stage.root.querySelectorAll(".pic").length).toBe(1);
  await expect
    .poll(() => stage.model.sent.filter((one) => one.op === "blobs"))
    .toMatchObject([{ blobs: [{ hash: picture.hash, channel: "" }] }]);
  expect(stage.text()).toContain("A picture of more than 1 MiB, not shared");
  expect(stage.text()).toContain("A picture that cannot be read, not shared");
});

test("a cell is shown with what it printed, and where it was cut", async () => {
  const html = [
    ["table", ["tr", ["td", "cell of a table"]]],
    ["script", "alert(1)"],
  ];
  const stage = await shown([
    cell(1, {
      source: "<b>bold</b>",
      outputs: [
        { type: "text", text: "red and plain", runs: "3R", cut: [2, 9, "lines"] },
        { type: "body", body: html },
        { type: "error", name: "KeyError", value: "'temp'", text: "one\ntwo" },
        { type: "note", name: "picture", text: "<Figure>" },
        { type: "unknown", text: "never" },
      ],
    }),
  ]);
  const text = stage.text();
  for (const part of ["<b>bold</b>", "2 of 9 lines", "cell of a table", "KeyError: 'temp'"])
    expect(text).toContain(part);
  expect(text).toContain("A picture, not shared");
  expect(text).not.toContain("never");
  expect(stage.find(".txt .a-r.bold").textContent).toBe("red");
  expect(stage.root.querySelector("script, .src b")).toBe(null);
  named("Traceback, 2 lines", stage.all("button")).click();
  await expect.poll(() => stage.text()).toContain("two");
});

test("the newest is followed until one scrolls up, then new ones are counted", async () => {
  const stage = await shown(twenty());
  const list = stage.find(".log");
  await expect
    .poll(() => list.scrollHeight - list.scrollTop - list.clientHeight)
    .toBeLessThanOrEqual(6);
  list.scrollTop = 10;
  await expect.poll(() => stage.find(".follow").getAttribute("aria-pressed")).toBe("false");
  await stage.tell({ cells: [cell(21), cell(22)] });
  await expect.poll(() => stage.text()).toContain("2 new cells");
  expect(list.scrollTop).toBeLessThan(60);
  stage.find(".newpill").click();
  await expect.poll(() => stage.find(".follow").getAttribute("aria-pressed")).toBe("true");
  await expect
    .poll(() => list.scrollHeight - list.scrollTop - list.clientHeight)
    .toBeLessThanOrEqual(6);
  expect(stage.text()).not.toContain("new cells");
});

test("the kernel learns what was seen, and who is at the newest", async () => {
  const stage = await shown(twenty());
  await expect.poll(() => stage.asked()).toContainEqual(["cells.following", { on: true }]);
  await vi.waitFor(() => expect(stage.asked()).toContainEqual(["cells.seen", { upTo: 20 }]), {
    timeout: 60_000,
  });
});

test("three hundred cells are not all in the page", async () => {
  const stage = await shown(Array.from({ length: 300 }, (_, n) => cell(n + 1)));
  expect(stage.all("article").length).toBeLessThanOrEqual(60);
  expect(stage.text()).toContain("x = 300");
});

test("compared with one's own, lines are told apart without colour", async () => {
  const stage = await shown([cell(1, { mine: { n: 7, differs: 1 } })]);
  expect(stage.text()).toContain("Your [7] differs in 1 line");
  stage.find("article").focus();
  press(stage, "d");
  expect(stage.asked().at(-1)).toEqual(["cells.compare", { id: "c1" }]);
  await stage.signal("compared", {
    ...{
      id: "c1",
      n: 7,
      choices: [
        { n: 7, line: "x = 2" },
        { n: 5, line: "y" },
      ],
    },
    rows: [
      { mine: { text: "x = 2", words: [4, 1] }, theirs: { text: "x = 1", words: [4, 1] } },
      { same: true, theirs: { text: "print(x)" } },
    ],
  });
  expect(stage.text()).toContain("1 line differs");
  expect(stage.all(".two > :not(.one) ins").map(({ textContent }) => textContent)).toEqual([
    "+x = 1\n",
  ]);
  expect(stage.find(".two > :not(.one) del u").textContent).toBe("2");
  const select = stage.find("select") as HTMLSelectElement;
  select.value = "5";
  select.dispatchEvent(new Event("change", { bubbles: true }));
  expect(stage.asked().at(-1)).toEqual(["cells.compare", { id: "c1", n: 5 }]);
  select.focus();
  press(stage, "Escape");
  await expect.poll(() => stage.root.querySelector(".cmp")).toBe(null);
  expect(stage.root.activeElement?.getAttribute("data-id")).toBe("c1");
});

test("run again shows what changed, and folds the former out of sight", async () => {
  const runs = [...twenty(), cell(21, { again: "c5", times: 2, changed: 1 })];
  const stage = await shown(runs);
  expect(stage.text()).toContain("2nd time, 1 line changed");
  await expect.poll(() => stage.text()).toContain("Run again as [21]");
  named("Show changes", stage.all("button")).click();
  expect(stage.asked().at(-1)).toEqual(["cells.changes", { id: "c21" }]);
  stage.find<HTMLElement>("[data-id=c21]").focus();
  press(stage, "r");
  press(stage, "R");
  expect(stage.asked().filter(([action]) => action === "cells.changes").length).toBe(2);
  await stage.signal("compared", {
    ...{ id: "c21", n: 0 },
    rows: [{ mine: { text: "x = 1" }, theirs: { text: "x = 21" } }],
  });
  expect(stage.all(".dif .dl").map(({ textContent }) => textContent?.trim())).toEqual([
    "−x = 1",
    "+x = 21",
  ]);
});

test("what was missed is listed, ticked where one has nothing like it", async () => {
  const stage = await shown(twenty(), { seen: 0, unseen: 3, missed: [0, 60_000] });
  expect(stage.text()).toContain("You missed 3 cells");
  named("Catch up", stage.all("button")).click();
  expect(stage.asked()).toContainEqual(["cells.missed", { since: 0 }]);
  await stage.signal("missed", {
    items: [
      { id: "c1", n: 1, line: "import math", mine: { n: 1, differs: 0 } },
      { id: "c2", n: 2, line: "y = 2" },
      { id: "c3", n: 3, line: "z = 3", mine: { n: 4, differs: 2 } },
    ],
  });
  const boxes = stage.all(".catch input") as HTMLInputElement[];
  expect(boxes.map(({ checked }) => checked)).toEqual([false, true, false]);
  boxes[2]?.click();
  await expect.poll(() => stage.text()).toContain("Copy 2");
  named("Copy 2", stage.all("button")).click();
  expect(stage.asked().at(-1)).toEqual(["cells.sources", { ids: ["c2", "c3"] }]);
  named("Start at the newest", stage.all("button")).click();
  await expect.poll(() => stage.text()).not.toContain("You missed");
});

test("cells of one minute that were missed have one time", async () => {
  const stage = await shown(twenty(), { seen: 0, unseen: 3, missed: [60_000, 60_000] });
  expect(stage.find(".miss p").textContent).toContain("You missed 3 cells, ");
  expect(stage.find(".miss p").textContent).not.toContain(" to ");
});

test("an instructor pauses, sees what is kept back, and takes back", async () => {
  const held = [
    { id: "h0", n: 2, at: 4, why: "many", source: "loop()" },
    { id: "h1", n: 3, at: 5, why: "private", source: "never shown" },
  ];
  const desk = { can: ["share"], mine: "on", audience: 31, held };
  const stage = await shown([cell(1)], desk);
  expect(stage.text()).toContain("Sharing this notebook 1 cell 31 with you");
  expect(stage.text()).toContain("Not shared private cell");
  expect(stage.text()).toContain("Not shared too many at once");
  expect(stage.text()).not.toContain("never shown");
  named("Pause", stage.all("button")).click();
  named("Take back [1]", stage.all("button")).click();
  expect(stage.asked().slice(-2)).toEqual([
    ["cells.pause", {}],
    ["cells.take_back", { id: "c1" }],
  ]);
  const waiting = [{ id: "h2", n: 4, at: 6, why: "paused", source: "answers" }];
  await stage.tell({ desk: [{ id: "desk", rev: 2, ...desk, mine: "paused", held: waiting }] });
  named("Resume and share the 1", stage.all("button")).click();
  expect(stage.asked().at(-1)).toEqual(["cells.resume", { held: true }]);
});

test("projected, the newest stands alone and large, without tools or what is one's own", async () => {
  const mine = { n: 7, differs: 1 };
  const stage = await shown([cell(1, { mine }), cell(2, { mine, times: 2, again: "c1" })]);
  const projected = projecting(String(stage.model.proxy().get("course")));
  projected.value = "all";
  await expect.poll(() => stage.all(".cells.proj")).toHaveLength(1);
  expect(stage.all("article").map(({ dataset }) => dataset.id)).toEqual(["c2"]);
  expect(Math.round(Number.parseFloat(getComputedStyle(stage.find("pre")).fontSize))).toBe(22);
  expect(stage.all(".tools, .rel, .again")).toHaveLength(0);
  expect(stage.text()).not.toContain("Your [7]");
  projected.value = null;
  await expect.poll(() => stage.all(".tools").length).toBeGreaterThan(0);
});

test("in Turkish", async () => {
  const missed = { seen: 0, unseen: 9, missed: [0, 60_000] };
  const away = await shown([cell(1, { mine: { n: 11, differs: 1 } })], missed, "tr");
  expect(away.text()).toContain("9 hücre kaçırdınız");
  expect(away.text()).toContain("Sizdeki [11]: 1 satır farklı");
  const held = [{ id: "h1", n: 3, at: 5, why: "private", source: "" }];
  const staff = await shown([cell(1)], { can: ["share"], mine: "on", audience: 31, held }, "tr");
  expect(staff.text()).toContain("31 kişi sizinle");
  expect(staff.text()).toContain("özel hücre");
});

test("keys move among cells, and no key is taken from the notebook's cells around", async () => {
  const stage = await shown([cell(1), cell(2), cell(3)]);
  const articles = stage.all("article");
  articles[2]?.focus();
  press(stage, "ArrowUp");
  expect(stage.root.activeElement).toBe(articles[1]);
  press(stage, "Home");
  expect(stage.root.activeElement).toBe(articles[0]);
  press(stage, "End");
  await expect.poll(() => stage.root.activeElement).toBe(articles[2]);
  expect(stage.all("article[tabindex='0']").length).toBe(1);
});

test("C copies a cell, and I puts it below one's own where the notebook takes cells", async () => {
  const write = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
  const bare = await shown([cell(1), cell(2)]);
  bare.all("article")[0]?.focus();
  expect(pressed(bare, "c").defaultPrevented).toBe(true);
  expect(write.mock.calls).toEqual([["x = 1"]]);
  expect(pressed(bare, "i").defaultPrevented).toBe(false);
  const mine = { model: { sharedModel: { setSource: vi.fn<(source: string) => void>() } } };
  const added = { model: { sharedModel: { setSource: vi.fn<(source: string) => void>() } } };
  const content = { activeCell: mine };
  const execute = vi.fn(async () => {
    content.activeCell = added;
  });
  const commands = { hasCommand: (id: string) => id === "notebook:insert-cell-below", execute };
  Object.assign(globalThis, { jupyterapp: { commands, shell: { currentWidget: { content } } } });
  open.push(() => Reflect.deleteProperty(globalThis, "jupyterapp"));
  const inside = await shown([cell(1), cell(2)]);
  inside.all("article")[1]?.focus();
  expect(pressed(inside, "i", { ctrlKey: true }).defaultPrevented).toBe(false);
  expect(pressed(inside, "i").defaultPrevented).toBe(true);
  await settled();
  expect(execute.mock.calls).toEqual([["notebook:insert-cell-below"]]);
  expect(added.model.sharedModel.setSource).toHaveBeenCalledWith("x = 2");
  expect(mine.model.sharedModel.setSource).not.toHaveBeenCalled();
});

const looks = Object.entries(states).flatMap(([name, state]) =>
  Object.keys(themes).map((theme) => [name, theme, state] as const),
);

test.each(looks)("axe finds nothing in %s, %s", async (_, theme, state) => {
  dress(themes[theme]);
  const course = freshCourse();
  const model = new MockModel({ kind: "cells", course, options: state.options ?? {} });
  const end = widget.initialize({ model: model.proxy() });
  const mounted = mount(widget, model);
  open.push(() => {
    mounted.close();
    end();
  });
  state.play(model);
  await settled();
  await state.act?.(mounted.root, model);
  await settled();
  finishAnimations(mounted.root);
  const { violations } = await axe.run(mounted.el, { runOnly: inDress(theme) });
  expect(told(violations)).toEqual([]);
});
