import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { searchKey } from "../src/core/text";
import { equalityKey, lookKey } from "../src/polls/equality";
import { isRight } from "../src/polls/figures";
import { figure, readNumber, typed, understood } from "../src/polls/numerals";
import { commandFields, emptyForm, missing } from "../src/polls/question_form";

const vectors: Record<"equal" | "different", [string, string][]> = JSON.parse(
  readFileSync(new URL("../../tests/vectors/folding.json", import.meta.url), "utf-8"),
);

describe("answers are equal here as on the service", () => {
  test.each(vectors.equal)("%s and %s", (one, other) => {
    expect(equalityKey(one)).toBe(equalityKey(other));
  });
  test.each(vectors.different)("but not %s and %s", (one, other) => {
    expect(equalityKey(one)).not.toBe(equalityKey(other));
  });
  test("a search finds more than what is equal", () => {
    expect(searchKey("résumé")).toBe(searchKey("resume"));
    expect(equalityKey("résumé")).not.toBe(equalityKey("resume"));
  });
  test("what looks the same is the same option, whatever its case", () => {
    expect(lookKey("a\u200b")).toBe(lookKey("a"));
    expect(lookKey("A")).not.toBe(lookKey("a"));
  });
});

describe("a number is read in the reader's language", () => {
  test.each([
    ["12000", "en", 12000, ""],
    ["12,000", "en", 12000, "12000"],
    ["1,000", "en", 1000, "1000"],
    ["1.000", "en", 1, "1"],
    ["1.000", "tr", 1000, "1000"],
    ["1,000", "tr", 1, "1"],
    ["12,5", "tr", 12.5, ""],
    ["12.5", "tr", 12.5, "12,5"],
    ["12,5", "en", 12.5, "12.5"],
    ["12,345.5", "en", 12345.5, "12345.5"],
    ["12.345,5", "tr", 12345.5, "12345,5"],
    ["12.345,5", "en", 12345.5, "12345.5"],
    ["1\u202f234\u202f567,8", "tr", 1234567.8, "1234567,8"],
    ["1 000", "en", 1000, "1000"],
    ["1’000", "en", 1000, "1000"],
    ["1,00,000", "en", 100000, "100000"],
    ["−5", "en", -5, "-5"],
    ["１２３", "en", 123, "123"],
    ["١٢٣٫٥", "en", 123.5, "123.5"],
    ["१२", "en", 12, "12"],
    ["6.02×10²³", "en", 6.02e23, "6.02E23"],
    ["6.02*10^-23", "en", 6.02e-23, "6.02E-23"],
    ["1e-7", "en", 1e-7, "1E-7"],
    ["-0", "en", 0, "0"],
    ["0.1234567890123", "en", 0.1234567890123, ""],
    ["9007199254740993", "en", 9007199254740992, "9007199254740992"],
  ])("%s in %s", (text, lang, number, said) => {
    expect(readNumber(text, lang)).toBe(number);
    expect(understood(text, lang)).toBe(said);
  });
  test.each(["", "-", "abc", "1 2", "1,2,3", "1..2", "1,000.000,5", "2x105", "1e999", "e5", "10²"])(
    "%s is none",
    (text) => {
      expect(readNumber(text, "en")).toBeNull();
    },
  );
  const values = [
    ...[0, 12000, 12345.5, 0.1234567890123, 0.1 + 0.2, -1234, 1e15, 123456789012345.6, 1e-6],
    ...[6.02214076e23, -2.5e-7, 5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER],
  ];
  test.each(["en", "tr"])("and shown in %s with all its digits", (lang) => {
    for (const value of values) {
      expect(readNumber(typed(value, lang), lang)).toBe(value);
      expect(readNumber(figure(value, lang), lang)).toBe(value);
    }
  });
  test("in groups", () => {
    expect(figure(12345.5, "en")).toBe("12,345.5");
    expect(figure(12345.5, "tr")).toBe("12.345,5");
    expect(figure(-0, "en")).toBe("0");
  });
});

test("a right number is right as the service counts it", () => {
  const outcome = (right: number) => ({ results: [], flows: [], correct: [right], tolerance: 0 });
  expect(isRight("number", 0.1 + 0.2, outcome(0.3))).toBe(true);
  expect(isRight("number", 2e-12, outcome(1e-12))).toBe(false);
  expect(isRight("number", 2 ** 40 + 1, outcome(2 ** 40))).toBe(false);
  expect(isRight("text", "10³", { ...outcome(0), correct: ["103"] })).toBe(false);
});

test("a form's numbers are read in its language", () => {
  const form = { ...emptyForm("number"), question: "?", answer: "1.000", tolerance: "0,5" };
  expect(commandFields(form, "tr")).toMatchObject({ correct: [1000], tolerance: 0.5 });
  expect(commandFields(form, "en")).toMatchObject({ correct: [1], tolerance: 0.5 });
  expect(missing({ ...form, answer: "1.0.0" }, "en")).toBe("answer");
  const options = { ...emptyForm("single"), question: "?", options: ["a", "a\u200b"] };
  expect(missing(options, "en")).toBe("same");
  expect(missing({ ...options, options: ["a", "\u200b"] }, "en")).toBe("options");
});
