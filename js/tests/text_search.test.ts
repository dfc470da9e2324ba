import { describe, expect, test } from "vitest";
import { searchKey } from "../src/core/text";
import { excerpt, findIn } from "../src/shared/text_search";

test.each([
  ["ISPARTA ılık İzmir istanbul", "isparta ilik izmir istanbul"],
  ["Éclair à la CRÈME", "eclair a la creme"],
  ["Straße ΣΊΣΥΦΟΣ", "strasse σισυφοσ"],
  ["e\u0301cole", "ecole"],
  ["ﬁne Ｔｅｘｔ", "fine text"],
  ["كِتَاب שָׁלוֹם", "كتاب שלום"],
  ["हिन्दी", "हिन्दी"],
  ["şeker Çay ĞÜÖ", "seker cay guo"],
])("%s is searched as %s", (text, folded) => {
  expect(searchKey(text)).toBe(folded);
});

describe("what was found is marked in the text as it was written", () => {
  const marked = (text: string, query: string): string =>
    findIn(text, query)
      .map(([piece, found]) => (found ? `[${piece}]` : piece))
      .join("");

  test.each([
    ["Sıla ve ısı, ISI", "ısı", "Sıla ve [ısı], [ISI]"],
    ["İstanbul'da ISTANBUL", "istanbul", "[İstanbul]'da [ISTANBUL]"],
    ["I\u0307stanbul", "i", "[I\u0307]stanbul"],
    ["cre\u0301me brûlée", "CREME BRU", "[cre\u0301me brû]lée"],
    ["Straße", "ss", "Stra[ß]e"],
    ["🎉🎉 party 🎉", "🎉 p", "🎉[🎉 p]arty 🎉"],
    ["<b>x</b>", "<b>", "[<b>]x</b>"],
    ["nothing", "zzz", "nothing"],
    ["nothing", "  ", "nothing"],
  ])("%s for %s", (text, query, expected) => {
    expect(marked(text, query)).toBe(expected);
  });

  test("and nothing of it is lost", () => {
    const text = "aA\u0301áß ıİ ﬁ 한글 👩🏽‍🚀 x";
    for (const query of ["a", "s", "i", "f", "한", "👩", "x", " "]) {
      const pieces = findIn(text, query);
      expect(pieces.map(([piece]) => piece).join("")).toBe(text);
    }
  });
});

test("of a long text one sees the place around the match, in one line", () => {
  const text = `${"lorem ipsum ".repeat(40)}\nthe needle${" dolor".repeat(60)}`;
  const shown = excerpt(text, "NEEDLE");
  expect(shown).toMatch(/^…\S/);
  expect(shown).toContain("the needle dolor");
  expect(shown).toMatch(/…$/);
  expect(shown.length).toBeLessThan(170);
  expect(excerpt("short\n\ntext", "text")).toBe("short text");
});
