import axe from "axe-core";
import { afterEach, describe, expect, test } from "vitest";
import { polls } from "../gallery/polls";
import type { Fields } from "../src/core/messages";
import { dress, OTHER_DRESS, RULES, told } from "./accessible";
import { MockModel } from "./mock";
import { poll } from "./polls_mock";
import { endPolls, pollStage, staff, student } from "./polls_stage";
import { closeAll, settled } from "./stage";

afterEach(() => {
  endPolls();
  closeAll();
  document.documentElement.removeAttribute("style");
});

const words: Record<string, [Fields, en: string, tr: string][]> = {
  empty: [
    [
      {},
      "No poll is open When one opens, it appears here.",
      "Açık anket yok Açıldığında burada görünür.",
    ],
  ],
  reconnecting: [
    [
      { state: "reconnecting" },
      "Reconnecting. Votes are kept, and count if they arrive before the poll closes.",
      "Yeniden bağlanıyor. Oylar saklanır; anket kapanmadan ulaşan sayılır.",
    ],
  ],
  offline: [
    [
      { state: "offline", queued: 2 },
      "Offline. What waits is kept and will be sent.",
      "Çevrimdışı. Sırada bekleyenler saklandı, gönderilecek.",
    ],
  ],
  stopped: [
    [
      { state: "stopped", code: 4508, reason: "…" },
      "Ask your instructor for a new invite",
      "Eğitmeninizden yeni bir davet isteyin",
    ],
  ],
};

describe.each(Object.entries(words))("%s", (_, cases) => {
  test.each(["en", "tr"])("is said in %s", async (lang) => {
    for (const [lesson, en, tr] of cases) {
      const shown = await student([], { lesson, lang });
      expect(shown.text()).toContain(lang === "tr" ? tr : en);
    }
  });
});

test("the time left has its room in a narrow place, whatever the light says", async () => {
  const asked = poll({ round: 2, opened: 1, closes: 600_001, left: 600_000 });
  const lesson = { state: "reconnecting" };
  const shown = await student([asked, poll({ id: "p-2", state: "closed" })], {
    ...{ lesson, lang: "tr" },
  });
  shown.el.style.width = "360px";
  shown.el.style.setProperty("--jp-ui-font-family", "monospace"); // a wide one
  await settled();
  const time = shown.find(".hd .time");
  expect(time.innerText).toMatch(/^(10:00|9:5\d)$/);
  expect(time.scrollWidth).toBeLessThanOrEqual(time.clientWidth);
  expect(shown.find(".hd .light svg").getBoundingClientRect().width).toBe(10);
  const header = shown.find(".hd");
  expect(header.scrollWidth).toBeLessThanOrEqual(header.clientWidth);
});

test("before the kernel's first word a view waits, and promises nothing", async () => {
  const shown = pollStage();
  await settled();
  expect(shown.text()).toBe("Poll Connecting");
  expect(shown.all(".skels")).toHaveLength(1);
});

test("an instructor is told how to begin", async () => {
  const shown = await staff([], { lang: "tr" });
  expect(shown.text()).toContain("Tek satırla sorun ya da burada yazın:");
  await shown.click("Yeni anket");
  expect(shown.all("form")).toHaveLength(1);
});

const themes: Record<string, Record<string, string>> = {
  light: { "--jp-layout-color1": "#fff", "--jp-ui-font-color0": "#000" },
  dark: { "--jp-layout-color1": "#212121", "--jp-ui-font-color0": "#fff" },
};

describe.each(Object.entries(polls))("%s", (_, state) => {
  test.each([
    ["light", "en"],
    ["dark", "tr"],
  ])("is accessible in %s and %s", async (theme, lang) => {
    dress(themes[theme]);
    const shown = pollStage({ height: 420, lang });
    state.play(shown.model);
    await settled();
    const own = state.options?.lang === lang;
    if (own) await state.act?.(shown.root, shown.model);
    await settled();
    for (const animation of shown.root.getAnimations()) animation.finish();
    // All of it in the language in which it is played to its end; in the other what may differ.
    const isFull = (state.options?.lang ?? "en") === lang;
    const runOnly = isFull ? [...RULES, "wcag22aa"] : OTHER_DRESS;
    const { violations } = await axe.run(shown.el, { runOnly });
    const grave = violations.filter(({ id }) => id !== "page-has-heading-one" && id !== "region");
    expect(told(grave)).toEqual([]);
    expect(shown.text()).not.toMatch(/undefined|NaN|\[object|=>/);
  });
});

describe("hostile text", () => {
  const evil = '<img src=x onerror="window.pwned=1">\u202Eabc';

  test("stays text wherever people write", async () => {
    const results = [{ round: 1, people: 4, texts: [{ text: evil, people: 4 }] }];
    const shown = await student([
      poll({
        ...{
          question: [
            ["p", evil],
            ["script", "window.pwned=1"],
          ],
          kind: "text",
          options: [],
        },
        ...{ state: "revealed", shown: { counts: true }, results, mine: evil },
      }),
    ]);
    expect(shown.all("img, script")).toEqual([]);
    expect(shown.text()).toContain("<img src=x");
    await shown.click("Table");
    expect(shown.text("table")).toContain("<img src=x");
    expect((window as unknown as Record<string, unknown>).pwned).toBeUndefined();
  });

  test("an option's links and code are not to be pressed inside of it", async () => {
    const option = [
      ["p", ["a", { href: "https://example.org" }, "a link"]],
      ["pre", "code()"],
    ];
    const shown = await student([poll({ options: [option, "b"] })]);
    expect(shown.all(".opts a, .opts .ib, .opts pre")).toEqual([]);
    expect(shown.text(".opt")).toBe("A a link code()");
  });

  test.each([
    ["no kind", { kind: undefined }],
    ["a wrong kind", { kind: "essay" }],
    ["no id", { id: "" }],
    ["a wrong place", { born: "first" }],
  ])("a poll with %s is not shown", async (_, more) => {
    const shown = await student([poll(more)]);
    expect(shown.text()).toContain("No poll is open");
  });

  test("wrong fields are left out", async () => {
    const shown = await student([
      poll({
        ...{ options: ["a", 7, "b"], results: "all", flows: [null], correct: {}, left: "soon" },
        ...{ mine: { a: 1 }, mineState: "won", answered: "many", earlier: [3], peek: [] },
        ...{ shown: "yes", question: [["p", "Q"]] },
      }),
    ]);
    expect(shown.all("[role=radio]")).toHaveLength(2);
    expect(shown.text()).toContain("0 of 33 answered");
    const wrong = { results: [{ people: 2, counts: ["x", 2, 9, 9] }], state: "revealed" };
    await shown.tell(poll({ ...wrong, shown: { counts: true }, kind: "predict" }));
    expect(shown.text()).not.toMatch(/NaN|undefined/);
  });

  test("a very long word and twenty long options keep their box", async () => {
    const options = Array.from({ length: 20 }, (_, i) => `${i}${"x".repeat(490)}`);
    const shown = await student([poll({ question: "y".repeat(2_000), options })]);
    shown.el.style.width = "360px";
    await settled();
    const stage = shown.find(".stage");
    expect(stage.scrollWidth).toBeLessThanOrEqual(stage.clientWidth);
  });
});

test("targets are large enough", async () => {
  const shown = await staff([poll({ opened: 1, closes: 60_000, left: 50_000 })]);
  for (const button of shown.all("button")) {
    const { width, height } = button.getBoundingClientRect();
    expect(Math.min(width, height), button.outerHTML).toBeGreaterThanOrEqual(24);
  }
});

test("text an instructor shows a class is large", async () => {
  const shown = await staff([
    poll({
      state: "revealed",
      shown: { counts: true },
      results: [{ round: 1, people: 3, counts: [1, 1, 1] }],
    }),
  ]);
  await shown.project();
  for (const label of shown.all(".lab, .fig b")) {
    expect(Number.parseFloat(getComputedStyle(label).fontSize)).toBeGreaterThanOrEqual(24);
  }
});

test("a model that goes leaves nothing behind", async () => {
  const shown = await student([poll()]);
  const { model } = shown;
  shown.end();
  expect(model).toBeInstanceOf(MockModel);
  expect(model.listeners).toBe(0);
});
