import axe from "axe-core";
import { afterEach, describe, expect, test } from "vitest";
import type { Fields } from "../src/core/messages";
import { lineOf } from "../src/polls/number_chart";
import { ribbonsOf } from "../src/polls/ribbons";
import { finishAnimations, told } from "./accessible";
import { poll } from "./polls_mock";
import { endPolls, type PollStage, staff, student } from "./polls_stage";
import { closeAll, settled } from "./stage";

afterEach(() => {
  endPolls();
  closeAll();
});

const first = { round: 1, people: 32, counts: [12, 9, 11] };
const second = { round: 2, people: 31, counts: [25, 2, 4] };
const pairs = [
  [0, 0, 12],
  [1, 0, 6],
  [1, 1, 2],
  [1, 2, 1],
  [2, 0, 7],
  [2, 2, 2],
];

const revealed = (more: Fields = {}): Fields =>
  poll({
    ...{ state: "revealed", round: 2, shown: { counts: true, answer: true }, correct: [0] },
    ...{ results: [first, second], flows: [{ from: 1, to: 2, both: 30, pairs }] },
    ...{ mine: 0, mineState: "counted", earlier: { 1: 2 }, answered: 31 },
    ...more,
  });

const rows = (shown: PollStage): string[] =>
  shown.all(".opt").map(({ innerText }) => innerText.replace(/\s+/g, " "));

test("bars take no side until the answer is revealed, then the right one says so", async () => {
  const shown = await student([revealed({ shown: { counts: true }, correct: undefined })]);
  expect(shown.all(".right, .note:not(.me)")).toEqual([]);
  expect(rows(shown)[1]).toBe("B two 2 people 6%");
  await shown.tell(revealed());
  expect(rows(shown)[0]).toBe("A one Correct Your vote 25 people 81%");
  finishAnimations(shown.root);
  expect(shown.find(".right .track i").getBoundingClientRect().width).toBeGreaterThan(100);
});

test("the right answer without counts is told without them", async () => {
  const shown = await student([
    poll({ state: "revealed", shown: { answer: true }, correct: [2], answered: 9 }),
  ]);
  expect(rows(shown)).toEqual(["A one", "B two", "C three Correct"]);
});

test("percentages are as the language writes them", async () => {
  const shown = await student([revealed()], { lang: "tr" });
  expect(rows(shown)[0]).toBe("A one Doğru Seçiminiz 25 kişi %81");
  expect(shown.text(".answered")).toBe("Yanıtlayan: 31/33");
});

test("earlier rounds can be looked at, with one's own vote in them", async () => {
  const shown = await student([revealed()]);
  await shown.click("Round 1");
  expect(rows(shown)[2]).toBe("C three Your vote 11 people 34%");
  expect(shown.button("Round 1").ariaPressed).toBe("true");
});

describe("two rounds", () => {
  test("are compared by people: who moved where", async () => {
    const shown = await student([revealed()]);
    await shown.click("Compare rounds");
    expect(shown.text(".sum")).toBe(
      "moved to correct 13 moved away 0 stayed 16 Rounds " +
        "30 people answered both rounds; 1 more moved between other options.",
    );
    expect(shown.all(".rib path")).toHaveLength(6);
    expect(shown.all(".rib path.move.right")).toHaveLength(2);
    expect(shown.text(".flow")).toContain("81% +43 points");
    expect(shown.text(".hd .pill")).toBe("Rounds 1 and 2");
    expect(shown.find(".pairs").checkVisibility()).toBe(false);
  });

  test("stand as pairs of bars where there is no room", async () => {
    const shown = await student([revealed()]);
    await shown.click("Compare rounds");
    shown.el.style.width = "360px";
    await settled();
    expect(shown.find(".flow").checkVisibility()).toBe(false);
    expect(shown.text(".pair")).toBe("A one Correct Round 1 38% → Round 2 81%");
    finishAnimations(shown.root);
    const [was, is] = shown.all(".pair .bars i").map((bar) => bar.getBoundingClientRect().width);
    expect((is ?? 0) / (was ?? 1)).toBeCloseTo(25 / 31 / (12 / 32), 1);
  });

  test.each([
    [
      "begin alike",
      "x = [1, 2, 3]; y = x; y.append(4); print(x)",
      "x = [1, 2, 3]; y = x; y = 4; print(x)",
    ],
    ["are long", "the first of two options, of which each is a whole sentence", "another"],
    ["have many lines", "a = 1\nb = 2\nc = 3", "a = 1"],
  ])("of options that %s stand as pairs of bars, so that no word is cut", async (_, a, b) => {
    const shown = await student([revealed({ options: [a, b, "three"] })]);
    await shown.click("Compare rounds");
    for (const width of ["360px", "680px", "1000px"]) {
      shown.el.style.width = width;
      await settled();
      expect(shown.all(".flow")).toHaveLength(0);
      expect(shown.text(".pairs"), width).toContain(a.replace(/\s+/g, " "));
      for (const row of shown.all(".pair .what")) {
        expect(row.scrollHeight, width).toBeLessThanOrEqual(row.clientHeight + 1);
      }
    }
  });

  test("of options of a few words are ribbons only where those have room", async () => {
    const shown = await student([revealed({ options: ["print(x[0], x[1])", "[1, 2] * 2", "no"] })]);
    await shown.click("Compare rounds");
    for (const [width, ribbons] of [
      ["680px", false],
      ["900px", true],
    ] as const) {
      shown.el.style.width = width;
      await settled();
      expect(shown.find(".flow").checkVisibility(), width).toBe(ribbons);
      expect(shown.find(".pairs").checkVisibility(), width).toBe(!ribbons);
    }
  });

  test("have room for how much changed on a wall too", async () => {
    const all = { round: 1, people: 2, counts: [0, 2, 0] };
    const none = { round: 2, people: 2, counts: [2, 0, 0] };
    const flows = [{ from: 1, to: 2, both: 2, pairs: [[1, 0, 2]] }];
    const shown = await staff([revealed({ results: [all, none], flows, mine: undefined })]);
    shown.el.style.width = "1084px";
    shown.el.style.setProperty("--jp-ui-font-family", "monospace"); // a wide one
    await shown.click("Compare rounds");
    await shown.project();
    expect(shown.text(".flow")).toContain("100% +100 points");
    for (const cell of shown.all(".side b, .diff")) {
      expect(cell.scrollWidth, cell.innerText).toBeLessThanOrEqual(cell.clientWidth);
    }
  });

  test("without a revealed answer only tell who changed", async () => {
    const shown = await student([revealed({ shown: { counts: true }, correct: undefined })]);
    await shown.click("Compare rounds");
    expect(shown.text(".sum")).toContain("changed 14 stayed 16");
    expect(shown.all(".rib .right")).toEqual([]);
  });

  test("of several choices have bars and no ribbons", async () => {
    const shown = await student([revealed({ kind: "multiple", flows: [], mine: [0] })]);
    await shown.click("Compare rounds");
    expect(shown.all(".flow, .sum")).toEqual([]);
    expect(shown.find(".pairs").checkVisibility()).toBe(true);
  });
});

test("ribbons are as wide as their people, whole at both ends, and never out of the picture", () => {
  const { ribbons, nodes } = ribbonsOf([12, 9, 11], [25, 2, 4], pairs as never, 3, 64);
  const wide = (from: number, to: number): number =>
    ribbons.find((one) => one.from === from && one.to === to)?.h0 ?? 0;
  expect(wide(0, 0) / wide(1, 0)).toBeCloseTo(2);
  expect(nodes.find(({ side, option }) => side === 1 && option === 0)?.height).toBeCloseTo(
    64 * 0.88,
  );
  for (const { y0, y1, h0, h1 } of ribbons) {
    for (const [y, height] of [
      [y0, h0],
      [y1, h1],
    ] as const) {
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y + height).toBeLessThanOrEqual(192);
    }
  }
});

test("a table has the same behind every result", async () => {
  const shown = await student([revealed()]);
  await shown.click("Table");
  const cells = (): string[][] =>
    shown
      .all("tr")
      .map((row) => [...row.children].map((cell) => (cell as HTMLElement).innerText.trim()));
  expect(cells()[0]).toEqual(["Answer", "People", "Share"]);
  expect(cells()[1]?.map((cell) => cell.replace(/\s+/g, " "))).toEqual([
    "A one Correct",
    "25",
    "81%",
  ]);
  await shown.click("Compare rounds");
  expect(shown.all("tbody tr")[0]?.innerText.replace(/\s+/g, " ")).toContain("12 38% 25 81%");
});

describe("numbers", () => {
  const numbers = [
    { value: 3, people: 2 },
    { value: 12, people: 19 },
    { value: 30, people: 1 },
  ];
  const asked = (more: Fields = {}): Fields =>
    poll({
      ...{ kind: "number", options: [], state: "revealed", shown: { counts: true } },
      ...{ results: [{ round: 1, people: 22, numbers, median: 12, ...more }] },
    });

  test("stand on a true line", async () => {
    const shown = await student([asked()]);
    const at = shown.all(".col").map((col) => {
      const { left, width } = col.getBoundingClientRect();
      return left + width / 2;
    });
    const [a = 0, b = 0, c = 0] = at;
    expect((b - a) / (c - a)).toBeCloseTo(9 / 27, 2);
    expect(shown.text(".foot")).toContain("Median 12");
    expect(shown.all(".col.right")).toEqual([]);
  });

  test("far out do not press all others together, and are told beside", async () => {
    const far = [...numbers, { value: 1e9, people: 1 }];
    expect(lineOf(far, [])).toEqual([3, 30]);
    expect(lineOf(far, [1e9])[1]).toBe(1e9);
    const shown = await student([asked({ numbers: far, people: 23 })]);
    expect(shown.text(".given")).toBe("1 further out: 1,000,000,000");
  });

  test("that are right are green, by their tolerance", async () => {
    const more = { shown: { counts: true, answer: true }, correct: [11.5], tolerance: 0.5 };
    const shown = await student([{ ...asked({ right: 19 }), ...more }]);
    expect(shown.text(".col.right")).toBe("19 12");
    expect(shown.text(".foot")).toContain("19 correct (86%)");
    expect(shown.text(".rightly")).toBe("Correct: 11.5 ± 0.5");
  });

  test("nobody gave are told when they are right, in the table too", async () => {
    const right = { shown: { counts: true, answer: true }, correct: [7] };
    const shown = await student([{ ...asked({ right: 0 }), ...right }]);
    expect(shown.text(".rightly")).toBe("Correct: 7");
    await shown.click("Table");
    expect(shown.text(".rightly")).toBe("Correct: 7");
    await shown.tell({ ...asked({ right: 19 }), ...right, correct: [12] });
    expect(shown.all(".rightly")).toEqual([]);
  });
});

test("a right text that nobody gave is told", async () => {
  const asked = poll({
    ...{ kind: "text", options: [], state: "revealed", correct: ["axis"] },
    ...{ shown: { counts: true, answer: true } },
    results: [{ round: 1, people: 2, texts: [{ text: "shape", people: 2 }], right: 0 }],
  });
  const shown = await student([asked]);
  expect(shown.text(".rightly")).toBe("Correct: axis");
});

test("texts given once are listed on request, and never to a class", async () => {
  const texts = [
    { text: "axis", people: 3 },
    { text: "my name is Ada", people: 1 },
  ];
  const asked = poll({
    ...{ kind: "text", options: [], state: "revealed", shown: { counts: true } },
    results: [{ round: 1, people: 4, texts }],
  });
  const shown = await staff([asked]);
  expect(shown.text(".wl")).toBe("axis 3 people Remove");
  await shown.click("1 more answer");
  expect(shown.text(".wl")).toContain("my name is Ada 1 person");
  await shown.project();
  expect(shown.text()).not.toContain("Ada");
  expect(shown.text()).toContain("and 1 more");
});

test("an instructor removes an answer, once asked, and what was removed is counted", async () => {
  const round = { round: 1, people: 5, texts: [{ text: "rude", people: 2 }], more: 0 };
  const asked = poll({
    ...{ kind: "text", options: [], state: "revealed", shown: { counts: true } },
    results: [round],
  });
  const shown = await staff([asked]);
  await shown.click("Remove");
  expect(shown.asked("remove_answer")).toEqual([]);
  expect(shown.text(".confirm")).toContain("Remove this answer for everybody, for good?");
  await shown.click("Cancel");
  expect(shown.root.activeElement?.textContent).toBe("Remove");
  await shown.click("Remove");
  await shown.click("Remove");
  expect(shown.asked("remove_answer")).toEqual([{ id: asked.id, text: "rude" }]);
  await shown.tell({ ...asked, rev: 9_999, results: [{ ...round, texts: [], removed: 2 }] });
  expect(shown.text()).toContain("2 answers removed by an instructor");
  expect(shown.text()).not.toContain("rude");
  await shown.click("Table");
  expect(shown.text("table")).toContain("2 answers removed by an instructor 2 40%");
});

test("whoever removes an answer by keyboard stays in the poll, and axe finds nothing", async () => {
  const clean = async (): Promise<void> => {
    finishAnimations(shown.root);
    expect(told((await axe.run(shown.find(".edu"))).violations)).toEqual([]);
  };
  const axis = { text: "axis", people: 3 };
  const round = { round: 1, people: 5, texts: [{ text: "rude", people: 2 }, axis], more: 0 };
  const asked = poll({
    ...{ kind: "text", options: [], state: "revealed", shown: { counts: true } },
    results: [round],
  });
  const shown = await staff([asked]);
  const focused = (): Element | null => shown.root.activeElement;
  shown.button("Remove").focus();
  await shown.click("Remove");
  expect(focused()?.closest(".confirm")).not.toBeNull();
  await clean();
  await shown.click("Remove");
  expect(focused()?.textContent).toBe("Remove");
  await shown.tell({ ...asked, rev: 9_999, results: [{ ...round, texts: [axis], removed: 2 }] });
  expect(shown.text()).not.toContain("rude");
  expect(focused()?.className).toBe("poll");
  await clean();
});

test("students remove nothing, and read that something was removed", async () => {
  const texts = [{ text: "axis", people: 3 }];
  const asked = poll({
    ...{ kind: "text", options: [], state: "revealed", shown: { counts: true } },
    results: [{ round: 1, people: 4, texts, removed: 1 }],
  });
  const shown = await student([asked]);
  expect(shown.text()).toContain("1 answer removed by an instructor");
  expect(shown.all("button").map((one) => one.textContent)).not.toContain("Remove");
  const turkish = await student([asked], { lang: "tr" });
  expect(turkish.text()).toContain("Eğitmenin kaldırdığı yanıt: 1");
  const projected = await staff([asked]);
  await projected.project();
  expect(projected.all("button").map((one) => one.textContent)).not.toContain("Remove");
});

test("a right text is found whatever its case, in Turkish too", async () => {
  const asked = poll({
    ...{ kind: "text", options: [], state: "revealed", correct: ["istanbul"] },
    ...{ shown: { counts: true, answer: true } },
    results: [{ round: 1, people: 2, texts: [{ text: "İSTANBUL", people: 2 }], right: 2 }],
  });
  const shown = await student([asked], { lang: "tr" });
  expect(shown.text(".wl .right")).toBe("İSTANBUL Doğru 2 kişi");
});

test("orders are told by mean place and by what most chose", async () => {
  const asked = poll({
    ...{ kind: "ordering", state: "revealed", shown: { counts: true, answer: true } },
    correct: [1, 0, 2],
    results: [
      {
        ...{ round: 1, people: 9, ranks: [1.8, 1.4, 2.8], right: 5 },
        orders: [
          { order: [1, 0, 2], people: 5 },
          { order: [0, 1, 2], people: 4 },
        ],
      },
    ],
  });
  const shown = await student([asked]);
  expect(rows(shown)).toEqual([
    "B two mean place 1.4",
    "A one mean place 1.8",
    "C three mean place 2.8",
  ]);
  expect(shown.all(".orders li").map(({ innerText }) => innerText.replace(/\s+/g, " "))).toEqual([
    "B › A › C Correct 5 people",
    "A › B › C 4 people",
  ]);
});

test("a scale with words at its ends has columns over its points", async () => {
  const asked = poll({
    ...{ kind: "scale", options: ["Never", "", "", "Always"], state: "revealed" },
    ...{ shown: { counts: true }, results: [{ round: 1, people: 10, counts: [1, 2, 5, 2] }] },
  });
  const shown = await student([asked]);
  const heights = shown.all(".track").map((one) => one.getBoundingClientRect().height - 1.5);
  expect((heights[2] ?? 0) / (heights[0] ?? 1)).toBeCloseTo(5, 0);
  expect(shown.text(".ends")).toBe("Never Always");
});

test("an anonymous poll with few answers tells how many, and no more", async () => {
  const asked = poll({
    ...{ anonymous: true, ended: true, state: "revealed", shown: { counts: true } },
    ...{ results: [{ round: 1, people: 3 }], answered: 3 },
  });
  const shown = await student([asked]);
  expect(shown.text()).toContain("Too few answered to show counts.");
  expect(shown.text()).toContain("3 of 33 answered");
  expect(shown.all(".fig")).toEqual([]);
});
