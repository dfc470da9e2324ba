import { describe, expect, test } from "vitest";
import { askedAt, matching } from "../src/chat/mention";

describe("an @ asks for a name", () => {
  test.each([
    ["@", { start: 0, query: "" }],
    ["hi @de", { start: 3, query: "de" }],
    ["(@Ayşe Yıl", { start: 1, query: "Ayşe Yıl" }],
    ["\n@x", { start: 1, query: "x" }],
    ["mail me@example", null],
    ["@ 5 pm", null],
    ["@Ada, look", null],
    ["@Ada  look", null],
    ["@dataclass\nclass A", null],
    ["nothing", null],
  ])("%j: %j", (text, expected) => {
    expect(askedAt(text, text.length)).toEqual(expected);
  });

  test("where the caret is, not at the end", () => {
    expect(askedAt("hi @de and more", 6)).toEqual({ start: 3, query: "de" });
    expect(askedAt("hi @de and more", 2)).toBeNull();
  });
});

describe("names that fit", () => {
  const names = [
    "Mira Lindgren",
    "Prof. Ayşe Yılmaz",
    "Deniz",
    "Inês",
    "İrem",
    "Ilgın",
    "أمل",
    "Kim",
  ];

  test.each([
    ["", ["Mira Lindgren", "Prof. Ayşe Yılmaz", "Deniz", "Inês", "İrem", "Ilgın"]],
    ["i", ["Inês", "İrem", "Ilgın"]],
    ["I", ["Inês", "İrem", "Ilgın"]],
    ["ILGIN", ["Ilgın"]],
    ["ines", ["Inês"]],
    ["ayse", ["Prof. Ayşe Yılmaz"]],
    ["yil", ["Prof. Ayşe Yılmaz"]],
    ["ir", ["İrem", "Mira Lindgren"]],
    ["أ", ["أمل"]],
    ["mira lin", ["Mira Lindgren"]],
    ["nobody", []],
  ])("%j: %j", (query, expected) => {
    expect(matching(names, query)).toEqual(expected);
  });
});
