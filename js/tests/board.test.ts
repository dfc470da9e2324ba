import axe from "axe-core";
import { afterEach, describe, expect, test, vi } from "vitest";
import packed from "../../tests/board/packed.json";
import vectors from "../../tests/board/vectors.json";
import { drawn } from "../gallery/board";
import { readItem } from "../src/board/documents";
import { png } from "../src/board/export";
import { isAt } from "../src/board/geometry";
import { unpack } from "../src/board/packing";
import { decode, encode, MAX_POINTS, type Point, quartersOf, split } from "../src/board/points";
import { dress, finishAnimations, inDress, isGrave, RULES, themes, told } from "./accessible";
import { closeBoards, shown } from "./board_stage";
import { keydown } from "./mount";
import { closeAll } from "./stage";

afterEach(() => {
  closeBoards();
  closeAll();
  sessionStorage.clear();
  document.documentElement.removeAttribute("style");
});

const soon = (read: () => unknown) => expect.poll(read, { interval: 10 });

describe("points", () => {
  test("are coded as in the kernel", () => {
    for (const { points, coded } of vectors as unknown as { points: Point[]; coded: string }[]) {
      expect(encode(points)).toBe(coded);
      expect(decode(coded)).toEqual(points);
    }
  });

  test("that are damaged end where the damage is, and a place that is none is left out", () => {
    expect(decode("é")).toEqual([]);
    expect(decode("////////")).toEqual([]);
    expect(decode("AAAA")).toEqual([[0, 0]]);
    expect(decode("gA")).toEqual([]);
    expect(quartersOf(Number.NaN, 0)).toBeNull();
    expect(quartersOf(0, Number.POSITIVE_INFINITY)).toBeNull();
    expect(quartersOf(1e12, -1e12)).toEqual([2_000_000, -2_000_000]);
  });

  test("of a very long line are several strokes that meet", () => {
    const points = Array.from({ length: 100_000 }, (_, n): Point => [n % 900, n % 70]);
    const pieces = split(points);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBe(MAX_POINTS);
    expect(pieces.flatMap((piece, index) => piece.slice(index ? 1 : 0))).toEqual(points);
    expect(split([[0, 0]])).toEqual([[[0, 0]]]);
  });
});

describe("things in a buffer", () => {
  const bytes = (): DataView =>
    new DataView(
      Uint8Array.from(packed.packed.match(/../g) ?? [], (hex) => Number.parseInt(hex, 16)).buffer,
    );

  test("are those that the kernel has packed", () => {
    const plain = { staff: false, mine: false, state: "", text: "" };
    const wanted = packed.things.map((thing) => ({ ...plain, ...thing }));
    expect(unpack(bytes()).map(readItem)).toEqual(wanted.map(readItem));
  });

  test("that are cut off are none, and what lies beside them stands", async () => {
    const faults = vi.spyOn(console, "error").mockReturnValue();
    const warnings = vi.spyOn(console, "warn").mockReturnValue();
    const whole = bytes();
    for (let length = 0; length < whole.byteLength; length++) {
      const cut = new DataView(whole.buffer, 0, length);
      const read = (): number => unpack(cut).length;
      try {
        expect(read()).toBeLessThan(packed.things.length);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
    }
    const stage = await shown();
    const beside = drawn("pen", "red", [[10, 10]]);
    const set = { items: [beside, 0] };
    stage.model.say({ op: "batch", n: 1, set }, [new DataView(whole.buffer, 0, 60)]);
    await soon(() => stage.find(".sheet").ariaLabel).toContain("1 thing on it");
    expect(warnings).toHaveBeenCalledOnce();
    expect(faults).toHaveBeenCalledOnce();
  });

  test("come with a batch, a snapshot and a page of older ones", async () => {
    const [, , rectangle] = packed.things;
    const pages = [
      { id: "first", rev: 1, order: 0 },
      { id: String(rectangle?.page), order: 1 },
    ];
    const stage = await shown({ pages });
    stage.model.say({ op: "batch", n: 1, set: { items: [0] } }, [bytes()]);
    await soon(() => stage.find(".sheet").ariaLabel).toContain("1 thing on it");
    stage.button("Next page").click();
    await soon(() => stage.find(".sheet").ariaLabel).toContain("2 things on it");
    const older = [drawn("pen", "red", [[10, 10]])].map((doc) => ({ ...doc, born: 3 }));
    const { page } = stage.model.sent.find(({ op }) => op === "ready") as { page: string };
    const told = { op: "page", to: page, in: "items", floor: 0, more: false };
    stage.model.say({ ...told, docs: [...older, 0] }, [bytes()]);
    stage.button("Previous page").click();
    await soon(() => stage.find(".sheet").ariaLabel).toContain("2 things on it");
    const collections = { items: { docs: [0], floor: 0, more: false } };
    const lesson = { features: ["board"] };
    stage.model.say({ op: "snapshot", to: page, n: 9, lesson, collections }, [bytes()]);
    await soon(() => stage.find(".sheet").ariaLabel).toContain("1 thing on it");
  });
});

describe("the sheet", () => {
  test("shows a stroke where it was drawn, tells its parts and asks for it whole", async () => {
    const stage = await shown();
    stage.point("pointerdown", [60, 60]);
    stage.point("pointermove", [90, 60]);
    stage.point("pointermove", [160, 60]);
    // The ink is there while the pen is still down.
    await soon(() => stage.pixel(110, 60)[3]).toBe(255);
    await soon(() =>
      stage
        .pixel(110, 60)
        .slice(0, 3)
        .every((part) => part < 90),
    ).toBe(true);
    expect(stage.asked("board.part").length).toBeGreaterThan(0);
    stage.point("pointerup", [160, 60]);
    const [asked] = stage.asked("board.draw");
    expect(asked).toMatchObject({ page: "first", tool: "pen", ink: "ink", x: 160, y: 160 });
    expect(decode(String(asked?.points))).toEqual([
      [0, 0],
      [120, 0],
      [400, 0],
    ]);
    expect(asked?.id).toBe(stage.asked("board.part")[0]?.id);
    await soon(() => stage.find(".sheet").ariaLabel).toContain("1 thing on it");
  });

  test("keeps what is drawn when the pointer is taken away, or the board is closed", async () => {
    const stage = await shown();
    stage.point("pointerdown", [60, 60]);
    stage.point("pointermove", [90, 60]);
    stage.point("pointercancel", [90, 60]);
    expect(stage.asked("board.draw")).toHaveLength(1);
    stage.point("pointerdown", [60, 90]);
    stage.point("pointermove", [90, 90]);
    closeBoards();
    expect(stage.asked("board.draw")).toHaveLength(2);
  });

  test("draws a dot, a shape, and nothing for a shape without a size", async () => {
    const stage = await shown();
    stage.stroke([[50, 50]]);
    stage.press("r");
    stage.stroke([
      [50, 50],
      [60, 55],
      [110, 90],
    ]);
    stage.stroke([[50, 50]]);
    const asked = stage.asked("board.draw");
    expect(asked.map(({ tool, points }) => [tool, decode(String(points))])).toEqual([
      ["pen", [[0, 0]]],
      [
        "rectangle",
        [
          [0, 0],
          [240, 160],
        ],
      ],
    ]);
  });

  test("erases what is touched and one's own, in one go, and undo brings it back", async () => {
    const line: Point[] = [
      [20, 40],
      [200, 40],
    ];
    const mine = [0, 1].map((n) =>
      drawn(
        "pen",
        "red",
        line.map(([x, y]): Point => [x, y + 8 * n]),
        { mine: true },
      ),
    );
    const theirs = drawn("pen", "blue", line);
    const stage = await shown({ items: [...mine, theirs] });
    stage.press("e");
    stage.stroke([
      [100, 40],
      [100, 80],
    ]);
    expect(stage.asked("board.erase")).toEqual([{ ids: mine.map(({ id }) => id) }]);
    await soon(() => stage.find(".sheet").ariaLabel).toContain("1 thing on it");
    stage.press("z", { ctrlKey: true });
    expect(stage.asked("board.draw").map(({ id, createdAt }) => [id, createdAt])).toEqual(
      mine.map(({ id, at }) => [id, at]),
    );
    stage.press("z", { ctrlKey: true, shiftKey: true });
    expect(stage.asked("board.erase")).toHaveLength(2);
  });

  test("moves what is selected by keys and by the pointer", async () => {
    const box = drawn("rectangle", "green", [
      [40, 40],
      [120, 100],
    ]);
    const stage = await shown({ items: [{ ...box, mine: true }] });
    stage.press("v");
    stage.stroke([
      [60, 60],
      [80, 60],
      [100, 70],
    ]);
    expect(stage.asked("board.move")).toEqual([{ ids: [box.id], dx: 160, dy: 40 }]);
    stage.press("ArrowLeft");
    expect(stage.asked("board.move")[1]).toEqual({ ids: [box.id], dx: -40, dy: 0 });
    stage.press("Delete");
    expect(stage.asked("board.erase")).toEqual([{ ids: [box.id] }]);
  });

  test("pans while Space is held, and draws again after it", async () => {
    const stage = await shown({ items: [drawn("pen", "ink", [[40, 40]])] });
    const sheet = stage.find<HTMLElement>(".sheet");
    sheet.focus();
    await soon(() => stage.pixel(40, 40)[3]).toBe(255);
    const along: [number, number][] = [
      [100, 100],
      [160, 100],
    ];
    stage.press(" ");
    stage.press(" ", { repeat: true });
    stage.stroke(along);
    await soon(() => stage.pixel(100, 40)[3]).toBe(255);
    expect(stage.asked("board.draw")).toEqual([]);
    sheet.dispatchEvent(new KeyboardEvent("keyup", { key: " ", bubbles: true, composed: true }));
    stage.stroke(along);
    await soon(() => stage.asked("board.draw").length).toBe(1);
    stage.press(" ");
    sheet.blur(); // a key that is let go elsewhere is not heard of
    stage.stroke(along);
    await soon(() => stage.asked("board.draw").length).toBe(2);
  });

  test("zooms between a tenth and eight, and two fingers do not draw", async () => {
    const stage = await shown({ items: [drawn("pen", "ink", [[40, 40]])] });
    const zoom = () => stage.find(".zoom .n").textContent;
    for (let n = 0; n < 20; n++) stage.button("Zoom in").click();
    await soon(zoom).toBe("800%");
    for (let n = 0; n < 40; n++) stage.button("Zoom out").click();
    await soon(zoom).toBe("10%");
    stage.press("0");
    await soon(zoom).toBe("100%");
    const touch = (pointerId: number) => ({ pointerId, pointerType: "touch" });
    stage.point("pointerdown", [100, 100], touch(1));
    stage.point("pointerdown", [200, 100], touch(2));
    stage.point("pointermove", [300, 100], touch(2));
    await soon(zoom).toBe("200%");
    stage.point("pointerup", [300, 100], touch(2));
    stage.point("pointerup", [100, 100], touch(1));
    expect(stage.asked("board.draw")).toEqual([]);
    stage.stroke(
      [
        [100, 100],
        [130, 100],
      ],
      touch(3),
    );
    expect(stage.asked("board.draw")).toHaveLength(1);
  });

  test("shows what others draw until it is there", async () => {
    const stage = await shown();
    const part = { page: "first", tool: "pen", ink: "red", width: 3, userName: "Mira" };
    const points = [
      encode([
        [160, 160],
        [640, 160],
      ]),
    ];
    const signal = { op: "signal", name: "parts", data: [{ ...part, id: "theirs", points }] };
    stage.model.say(signal);
    await soon(() => {
      const [red, green] = stage.pixel(100, 60);
      return Number(red) > Number(green) + 40;
    }).toBe(true);
    stage.model.say({ op: "signal", name: "parts", data: [null, 3, { id: 4 }, {}] });
    stage.tell({ items: [{ ...drawn("pen", "red", [[40, 40]]), id: "theirs" }] });
    await soon(() => stage.find(".sheet").ariaLabel).toContain("1 thing on it");
  });
});

describe("the board", () => {
  test("that is locked has no tools and says why", async () => {
    const stage = await shown({ room: { draws: false, open: false } });
    await soon(() => stage.root.textContent).toContain("Only staff draws. You can look around.");
    expect(stage.all("[role=toolbar]")).toEqual([]);
    stage.stroke([
      [50, 50],
      [90, 90],
    ]);
    expect(stage.asked("board.draw")).toEqual([]);
  });

  test("is led: staff says who draws and whose view counts, the class follows or not", async () => {
    const stage = await shown({ room: { staff: true, open: false } });
    stage.button("Only staff draws").click();
    stage.button("Class follows my view").click();
    expect(stage.asked("board.set")).toEqual([{ open: true }, { follow: true }]);
    stage.button("Page").click();
    expect(stage.asked("board.page")).toHaveLength(1);
    const view = { page: "first", x: 100, y: 100, width: 200, height: 100 };
    const class_ = await shown({ room: { leader: "Mira", view } });
    await soon(() => class_.find(".zoom .n").textContent).not.toBe("100%");
    const follow = class_.button("Following Mira’s view");
    class_.press("ArrowLeft");
    await soon(() => follow.ariaPressed).toBe("false");
  });

  test("can be read, changed and emptied by keys in a list", async () => {
    const note = drawn("sticky", "amber", [[40, 40]], { text: "Why?", name: "Deniz" });
    const mine = drawn("text", "ink", [[80, 20]], { text: "mine", mine: true });
    const stage = await shown({ items: [note, mine] });
    const rows = () => stage.all(".list button").map((row) => row.innerText.replace(/[⁦-⁩]/g, ""));
    await soon(rows).toEqual([
      "Text by you: mine, at 80, 20",
      "Sticky note by Deniz: Why?, at 40, 40",
    ]);
    stage.all(".list button")[0]?.focus();
    stage.press("ArrowRight", { shiftKey: true });
    expect(stage.asked("board.move")).toEqual([{ ids: [mine.id], dx: 40, dy: 0 }]);
    stage.press("Enter");
    await soon(() => stage.all("textarea").length).toBe(1);
    const box = stage.find<HTMLTextAreaElement>("textarea");
    box.value = "again";
    stage.press("Enter", { ctrlKey: true });
    expect(stage.asked("board.draw")).toMatchObject([{ id: mine.id, text: "again" }]);
    stage.all(".list button")[1]?.focus();
    stage.press("Delete");
    expect(stage.asked("board.erase"), "what is another's stays").toEqual([]);
  });

  test("asks for what lies lower, and shows a refusal", async () => {
    const stage = await shown({ items: [drawn("pen", "ink", [[0, 0]])] });
    stage.model.say({ op: "signal", name: "notice", data: { message: "The board is full." } });
    await soon(() => stage.root.textContent).toContain("The board is full.");
    expect(stage.asked("board.older")).toEqual([]);
  });

  test("shows a figure as the ground of its page, which moves with it and is paper", async () => {
    const sides = { type: "image/png", bytes: 90, width: 400, height: 200 };
    const ground = { hash: "a".repeat(64), ...sides, alt: "Means by month" };
    const stage = await shown();
    stage.tell({ pages: [{ id: "first", rev: 2, order: 0, ground }] });
    await soon(() => stage.all(".ground").length).toBe(1);
    await soon(() => stage.pixel(300, 300)[3]).toBe(0);
    const left = () => stage.find(".ground").getBoundingClientRect().left;
    const before = left();
    stage.press("ArrowRight");
    await soon(left).toBe(before - 60);
    stage.stroke([
      [60, 60],
      [160, 60],
    ]);
    await soon(() => stage.pixel(110, 60)).toEqual([26, 26, 26, 255]);
  });

  test("reads only what can be drawn", () => {
    const one = drawn("pen", "red", [[1, 2]]);
    expect(readItem(one)).toMatchObject({ tool: "pen", x: 4, y: 8 });
    for (const wrong of [null, 3, {}, { ...one, tool: "spray" }, { ...one, x: "4" }]) {
      expect(readItem(wrong)).toBeNull();
    }
    const ring = readItem(
      drawn("ellipse", "red", [
        [0, 0],
        [100, 100],
      ]),
    );
    expect(ring && [isAt(ring, [50, 50], 4), isAt(ring, [100, 50], 4)]).toEqual([false, true]);
  });

  test.each(["light", "dark"] as const)("has no grave fault for anybody, %s", async (theme) => {
    dress(themes[theme]);
    const note = drawn("sticky", "amber", [[40, 40]], { text: "Why?", name: "Deniz" });
    for (const room of [{ staff: true }, { draws: false }]) {
      const stage = await shown({ items: [note], room, lang: "tr" });
      await soon(() => stage.all(".list button").length).toBe(1);
      finishAnimations(stage.root);
      const { violations } = await axe.run(stage.el, { runOnly: inDress(theme) });
      expect(told(violations.filter(isGrave))).toEqual([]);
    }
  });
});

test.each(["en", "tr"])("on a phone each control is 44 px high and in sight, %s", async (lang) => {
  const stage = await shown({ room: { staff: true, pens: { a: "Ada" } }, lang });
  stage.el.style.width = "360px";
  await soon(() => stage.find(".edu").getBoundingClientRect().width).toBe(360);
  const { left, right } = stage.find(".edu").getBoundingClientRect();
  const controls = stage.all(".hd button, .tools :is(button, [role=radio]), .foot button");
  const seen = controls.filter(({ offsetHeight }) => offsetHeight > 0);
  expect(seen.length).toBeGreaterThan(20);
  for (const control of seen) {
    const box = control.getBoundingClientRect();
    expect.soft(box.height, control.ariaLabel ?? "").toBeGreaterThanOrEqual(44);
    expect.soft(box.left, control.ariaLabel ?? "").toBeGreaterThanOrEqual(left);
    expect.soft(box.right, control.ariaLabel ?? "").toBeLessThanOrEqual(right);
  }
});

describe("what one draws with", () => {
  const places: [number, number][] = [
    [60, 60],
    [90, 60],
    [160, 60],
  ];

  test("a marker is seen through, and undo takes it back", async () => {
    const stage = await shown();
    const white = stage.pixel(110, 60);
    stage.press("m");
    stage.press("5");
    stage.stroke(places);
    await soon(() => stage.pixel(110, 60)).not.toEqual(white);
    const [red, green] = stage.pixel(110, 60);
    expect(Number(red)).toBeGreaterThan(200);
    expect(Number(green)).toBeGreaterThan(120);
    expect(stage.asked("board.draw")).toMatchObject([{ tool: "marker", ink: "red" }]);
    stage.press("z", { ctrlKey: true });
    expect(stage.asked("board.erase")).toEqual([{ ids: [stage.asked("board.draw")[0]?.id] }]);
  });

  test.each([
    ["t", "text"],
    ["n", "sticky"],
  ])("%s writes at the place, and Escape keeps what was written", async (key, tool) => {
    const stage = await shown();
    stage.press(key);
    stage.point("pointerdown", [80, 50]);
    await soon(() => stage.all("textarea").length).toBe(1);
    stage.find<HTMLTextAreaElement>("textarea").value = "<b>x</b> & y";
    stage.find("textarea").dispatchEvent(keydown("Escape"));
    await soon(() => stage.all("textarea").length).toBe(0);
    expect(stage.asked("board.draw")).toMatchObject([
      { tool, text: "<b>x</b> & y", x: 240, y: 120, points: "AAA" },
    ]);
    // Nothing is put where nothing was written.
    stage.point("pointerdown", [180, 50]);
    await soon(() => stage.all("textarea").length).toBe(1);
    stage.find("textarea").dispatchEvent(keydown("Escape"));
    expect(stage.asked("board.draw")).toHaveLength(1);
  });

  test("a laser is told and never stored", async () => {
    const stage = await shown();
    stage.press("k");
    stage.stroke(places);
    expect(stage.asked("board.draw")).toEqual([]);
    expect(stage.asked("board.part")[0]).toMatchObject({ tool: "laser" });
  });

  test("pages turn by keys and buttons, and each shows its own", async () => {
    const pages = ["first", "p2"].map((id, order) => ({ id, rev: 1, order }));
    const stage = await shown({ pages, items: [drawn("pen", "ink", [[40, 40]], { page: "p2" })] });
    const sheet = () => stage.find(".sheet").ariaLabel;
    await soon(sheet).toBe("Page 1 of 2: 0 things on it");
    stage.press("PageDown");
    await soon(sheet).toBe("Page 2 of 2: 1 thing on it");
    stage.press("PageDown");
    stage.button("Previous page").click();
    await soon(sheet).toBe("Page 1 of 2: 0 things on it");
    // A page that was taken away while one looked at it leads back to the first.
    stage.press("PageDown");
    await soon(sheet).toContain("Page 2");
    stage.model.say({ op: "batch", n: 1, set: {}, del: { pages: ["p2"], items: [] } });
    await soon(sheet).toBe("Page 1 of 1: 0 things on it");
  });
});

describe("odd input", () => {
  test("a pointer nowhere, and far outside, is left out or held at the edge", async () => {
    const stage = await shown();
    stage.stroke([
      [50, 50],
      [1e12, -1e12],
      [60, 60],
    ]);
    const points = decode(String(stage.asked("board.draw")[0]?.points));
    expect(points).toHaveLength(3);
    expect(points.flat().every(Number.isFinite)).toBe(true);
  });

  test("a stroke of 100,000 points is told in pieces that meet", async () => {
    const stage = await shown();
    stage.point("pointerdown", [1, 1]);
    for (let n = 0; n < 100_000; n += 1) stage.point("pointermove", [n % 300, n % 200]);
    stage.point("pointerup", [1, 1]);
    const asked = stage.asked("board.draw");
    expect(asked.length).toBe(26);
    const ends = asked.map(({ x, y, points }) => {
      const [dx, dy] = decode(String(points)).at(-1) as Point;
      return [Number(x) + dx, Number(y) + dy];
    });
    expect(asked.slice(1).map(({ x, y }) => [x, y])).toEqual(ends.slice(0, -1));
  });

  test("undo of what others have deleted does nothing that is seen", async () => {
    const mine = drawn("pen", "red", [[40, 40]], { mine: true });
    const stage = await shown({ items: [mine] });
    stage.press("v");
    stage.stroke([
      [60, 60],
      [80, 60],
      [80, 60],
    ]);
    stage.model.say({ op: "batch", n: 1, set: {}, del: { items: [mine.id] } });
    await soon(() => stage.find(".sheet").ariaLabel).toContain("0 things on it");
    stage.press("z", { ctrlKey: true });
    await soon(() => stage.find(".sheet").ariaLabel).toContain("0 things on it");
  });

  test("an SVG with a script is a picture, and nothing of it runs", async () => {
    const sides = { type: "image/svg+xml", bytes: 300, width: 40, height: 30 };
    const ground = { hash: "5a".repeat(32), ...sides, alt: "" };
    const runs = "globalThis.ran = parent.ran = top.ran = true";
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" onload="${runs}">
      <script>${runs}</script><rect width="40" height="30" fill="#00f"/></svg>`;
    const stage = await shown({ pages: [{ id: "first", rev: 1, order: 0, ground }] });
    await soon(() => stage.model.sent.some(({ op }) => op === "blobs")).toBe(true);
    const bytes = new DataView(new TextEncoder().encode(svg).buffer);
    stage.model.say({ op: "blob", hash: ground.hash, channel: "" }, [bytes]);
    const image = (): HTMLImageElement | undefined =>
      stage.all(".ground img")[0] as HTMLImageElement | undefined;
    await soon(() => image()?.complete && image()?.naturalWidth).toBe(40);
    expect(stage.all("script, iframe, object, embed, .ground svg")).toEqual([]);
    expect("ran" in globalThis).toBe(false);
  });

  test("two erasers at once: what one took first is no fault for the other", async () => {
    const mine = drawn("pen", "red", [[40, 40]], { mine: true });
    const stage = await shown({ items: [mine] });
    stage.press("e");
    stage.point("pointerdown", [60, 60]);
    stage.model.say({ op: "batch", n: 1, set: {}, del: { items: [mine.id] } });
    stage.point("pointerup", [60, 60]);
    expect(stage.asked("board.erase")).toEqual([{ ids: [mine.id] }]);
    await soon(() => stage.find(".sheet").ariaLabel).toContain("0 things on it");
    expect(stage.all("[role=alert]").filter((one) => one.textContent)).toEqual([]);
  });
});

describe("who draws, and what is saved", () => {
  test("staff gives the pen to somebody, and takes it back", async () => {
    const stage = await shown({ room: { staff: true, open: false, pens: { a: "Ada" } } });
    stage.button("Pen: 1 person has it").click();
    expect(stage.asked("board.people")).toHaveLength(1);
    const data = [{ id: "a", name: "Ada" }, { id: "b", name: "Bo" }, 4, { id: "" }];
    stage.model.say({ op: "signal", name: "people", data });
    const items = () => stage.all("[role^=menuitem]");
    const names = () => items().map((one) => one.innerText.replace(/[⁦-⁩]/g, "").trim());
    await soon(names).toEqual(["Ada", "Bo"]);
    expect(items().map((one) => one.ariaChecked)).toEqual(["true", "false"]);
    finishAnimations(stage.root);
    const { violations } = await axe.run(stage.el, { runOnly: RULES });
    expect(told(violations.filter(isGrave))).toEqual([]);
    items()[1]?.click();
    expect(stage.asked("board.set")).toEqual([{ pen: "b", give: true }]);
  });

  test("who may not draw raises a hand, once", async () => {
    const stage = await shown({ room: { draws: false, open: false, hand: true } });
    stage.button("Raise hand").click();
    expect(stage.asked("board.hand")).toEqual([{ note: "The board’s pen, please" }]);
    await soon(() => stage.find(".locked").innerText).toContain("Your hand is up.");
    expect(stage.all(".locked button")).toEqual([]);
  });

  test("a chosen picture becomes a page once the kernel has it", async () => {
    const stage = await shown({ room: { staff: true } });
    const input = stage.find<HTMLInputElement>("input[type=file]");
    const files = new DataTransfer();
    files.items.add(new File([blue], "p.png", { type: "image/png" }));
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    const put = () => stage.model.sent.find((one) => (one.op as string) === "put") as never;
    await soon(() => Boolean(put())).toBe(true);
    const { page, id } = put() as { page: string; id: string };
    stage.model.say({ op: "put", to: page, id, ref: ground });
    const add = () => stage.button("Add as a page");
    await soon(() => add().ariaDisabled).not.toBe("true");
    add().click();
    await soon(() => stage.asked("board.page").length).toBe(1);
    expect(stage.asked("board.page")[0]).toMatchObject({ ground: { hash: ground.hash } });
    await soon(() => stage.all(".figure").length).toBe(0);
  });

  test("a page is saved as a PNG with the figure under its ink, or not at all", async () => {
    const saved: Blob[] = [];
    vi.spyOn(URL, "createObjectURL").mockImplementation((file) => {
      saved.push(file as Blob);
      return "data:,";
    });
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
    const pages = [{ id: "first", rev: 1, order: 0, ground: { ...ground, hash: "ef".repeat(32) } }];
    const items = [
      drawn(
        "rectangle",
        "red",
        [
          [10, 10],
          [30, 20],
        ],
        { width: 3 },
      ),
    ];
    const stage = await shown({ pages, items });
    const save = async (): Promise<void> => {
      stage.button("Export").click();
      await soon(() => stage.all("[role=menuitem]").length).toBe(2);
      stage.all("[role=menuitem]")[1]?.click();
    };
    await save();
    await soon(() => stage.root.textContent).toContain("The figure is not here yet");
    expect(saved).toEqual([]);
    vi.restoreAllMocks();
    const image = document.createElement("canvas");
    [image.width, image.height] = [40, 30];
    const context = image.getContext("2d") as CanvasRenderingContext2D;
    context.fillStyle = "#00f";
    context.fillRect(0, 0, 40, 30);
    const picture = new Image();
    picture.src = image.toDataURL();
    await picture.decode();
    const file = await png(
      items.flatMap((one) => readItem(one) ?? []),
      ground,
      picture,
    );
    const bitmap = await createImageBitmap(file as Blob);
    expect([bitmap.width, bitmap.height]).toEqual([2 * (40 + 48), 2 * (30 + 48)]);
    context.canvas.width = bitmap.width;
    context.canvas.height = bitmap.height;
    context.drawImage(bitmap, 0, 0);
    const at = (x: number, y: number) => [
      ...context.getImageData(2 * (24 + x), 2 * (24 + y), 1, 1).data.slice(0, 3),
    ];
    expect(at(36, 26)).toEqual([0, 0, 255]);
    expect(at(10, 15)[0]).toBeGreaterThan(150);
    expect(at(-10, -10)).toEqual([255, 255, 255]);
  });
});

const ground = {
  ...{ hash: "cd".repeat(32), type: "image/png", bytes: 70, width: 40, height: 30, alt: "" },
};
const blue = Uint8Array.from(
  atob(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  ),
  (char) => char.charCodeAt(0),
);
