import axe from "axe-core";
import { afterEach, describe, expect, test } from "vitest";
import vectors from "../../tests/board/vectors.json";
import { drawn } from "../gallery/board";
import { readItem } from "../src/board/documents";
import { isAt } from "../src/board/geometry";
import { decode, encode, MAX_POINTS, type Point, quartersOf, split } from "../src/board/points";
import { dress, finishAnimations, isGrave, RULES, themes, told } from "./accessible";
import { closeBoards, shown } from "./board_stage";
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
    expect(quartersOf(1e12, -1e12)).toEqual([4_000_000, -4_000_000]);
  });

  test("of a very long line are several strokes that meet", () => {
    const points = Array.from({ length: 100_000 }, (_, n): Point => [n % 900, n % 70]);
    const pieces = split(points);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBe(MAX_POINTS);
    expect(pieces.flatMap((piece, index) => piece.slice(index ? 1 : 0))).toEqual(points);
    expect(split([[0, 0]])).toEqual([[[0, 0]]]);
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
      const { violations } = await axe.run(stage.el, { runOnly: RULES });
      expect(told(violations.filter(isGrave))).toEqual([]);
    }
  });
});
