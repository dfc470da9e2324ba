import { afterEach, expect, test } from "vitest";
import formulas from "../../tests/vectors/formulas.json";
import { plainText } from "../src/core/rich_text";
import { message } from "./mock";
import { closeAll, live } from "./stage";

afterEach(closeAll);

const MATHML = "http://www.w3.org/1998/Math/MathML";

test("formulas are MathML, and what is none is text", async () => {
  const shown = await live(formulas.map(({ nodes }, n) => message(n + 1, { body: nodes })));
  const texts = shown.all(".text");
  expect(texts.map((text) => text.querySelectorAll("math").length)).toEqual([2, 1, 1, 1, 3, 0]);
  for (const element of texts.flatMap((text) => [...text.querySelectorAll("math, math *")]))
    expect(element.namespaceURI).toBe(MATHML);
  expect(texts[0]?.querySelector("msubsup")?.textContent).toBe("∑i=1n");
  expect(texts[1]?.querySelector("munder mo")?.textContent).toBe("arg\u00a0max");
  const [first, second] = texts[2]?.querySelectorAll("mtd") ?? [];
  expect(first && getComputedStyle(first).textAlign).toBe("right");
  expect(second && getComputedStyle(second).textAlign).toBe("left");
  expect(texts[5]?.textContent).toContain("$\\nonsense{x}$. It costs $5, not $10;");
});

test("a formula wider than the page is scrolled, by keys too", async () => {
  const long = Array.from({ length: 90 }, () => ["mi", "m"]);
  const body = [["math", { tex: "m", display: "block" }, ["mrow", ...long]]];
  const shown = await live([message(1, { body })]);
  const formula = shown.find("math");
  expect(formula.scrollWidth).toBeGreaterThan(formula.clientWidth);
  const text = shown.find(".text");
  expect(text.scrollWidth).toBeLessThanOrEqual(text.clientWidth);
  formula.focus();
  expect(shown.root.activeElement).toBe(formula);
});

test("without form a formula is its LaTeX", () => {
  expect(plainText(formulas[0]?.nodes as unknown[])).toMatch(/^The mean is \\bar\{x\} = /);
});
