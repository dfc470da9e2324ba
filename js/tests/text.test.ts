import { afterEach, describe, expect, test, vi } from "vitest";
import { initialOf, oneLine, shorten } from "../src/core/text";
import { clockTime, today } from "../src/core/time";
import { excerpt } from "../src/shared/text_search";
import { message } from "./mock";
import { closeAll, live, settled } from "./stage";

afterEach(closeAll);

const family = "👩‍👩‍👧";
const flag = "🇹🇷";

describe("a text is cut between what people see as characters", () => {
  test.each([
    ["abc", 3, "abc"],
    ["abcd", 3, "abc…"],
    ["a🎉b", 2, "a…"],
    [`a${flag}b`, 3, "a…"],
    [`${flag}${flag}${flag}`, 6, `${flag}…`],
    [`a${family}b`, 5, "a…"],
    ["ae\u0301x", 2, "a…"],
    ["👍🏽👍🏽", 4, "👍🏽…"],
  ])("%j at %i", (text, most, expected) => expect(shorten(text, most)).toBe(expected));

  test("a tower of accents too, in the end", () => {
    const tower = `Z${"\u0301".repeat(5_000)}`;
    expect(shorten(tower, 200)).toBe(`${tower.slice(0, 200)}…`);
    expect(shorten(`${"x".repeat(199)}${"🎉".repeat(5)}`, 200)).toBe(`${"x".repeat(199)}…`);
  });

  test("in one line, and around what was found", () => {
    expect(oneLine(` a\n\n b${flag}`, 5)).toBe("a b…");
    const found = excerpt(`${flag.repeat(100)}needle ${flag.repeat(100)}`, "needle", 40);
    expect(found).toContain("needle");
    expect(found.replaceAll(flag, "")).toBe("…needle …");
  });
});

test("somebody's initial is whole, and a capital letter of the reader's language", () => {
  expect(initialOf(` ${flag} Ada`, "en")).toBe(flag);
  expect(initialOf(family, "en")).toBe(family);
  expect(initialOf("ipek", "tr")).toBe("İ");
  expect(initialOf("ipek", "en")).toBe("I");
  expect(initialOf("", "en")).toBe("·");
});

test("half a flag is nobody's initial, in an old browser either", async () => {
  vi.stubGlobal("Intl", { ...Intl, Segmenter: undefined });
  vi.resetModules();
  const { initialOf } = await import("../src/core/text");
  expect(initialOf(`${flag}${flag} Ada`, "en")).toBe(flag);
  expect(initialOf("𝒜da", "en")).toBe("𝒜");
  vi.unstubAllGlobals();
});

test("a row that quotes a long emoji shows no half of one", async () => {
  const long = `${"x".repeat(199)}🎉🎉`;
  const shown = await live([message(1, { body: long }), message(2, { replyTo: "m1" })]);
  expect(shown.find(".quote").textContent).not.toMatch(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])/);
});

describe("times", () => {
  const late = new Date(2026, 10, 28, 23, 58).getTime();
  const early = new Date(2026, 10, 29, 0, 5).getTime();

  test.each([
    ["en", "23:58", "Nov 28, 23:58", "Nov 28, 2026, 23:58"],
    ["tr", "23:58", "28 Kas 23:58", "28 Kas 2026 23:58"],
  ])("of another day carry the day, of another year that too, in %s", (lang, ...expected) => {
    vi.useFakeTimers();
    const told = [late, early, new Date(2027, 0, 1).getTime()].map((now) => {
      vi.setSystemTime(now);
      return clockTime(late, lang);
    });
    expect(told).toEqual(expected);
    vi.setSystemTime(early);
    expect(clockTime(early, lang)).toBe("00:05");
  });

  test("a message of yesterday tells so once it is tomorrow", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    vi.setSystemTime(late + 1_000);
    document.dispatchEvent(new Event("visibilitychange"));
    const shown = await live([message(1, { at: late })]);
    expect(shown.find("time").textContent).toBe("23:58");
    expect(shown.find(".rule").textContent).toBe("Today");
    vi.setSystemTime(early);
    document.dispatchEvent(new Event("visibilitychange"));
    await settled();
    expect(shown.find("time").textContent).toBe("Nov 28, 23:58");
    expect(shown.find(".rule").textContent).toBe("Yesterday");
    vi.useRealTimers();
    document.dispatchEvent(new Event("visibilitychange"));
    expect(today.value).toBe(new Date().setHours(0, 0, 0, 0));
  });
});
