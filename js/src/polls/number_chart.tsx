import type { VNode } from "preact";
import { useEffect, useRef, useState, withHooks } from "../core/hooks";
import type { Outcome, Round } from "./documents";
import { isRight } from "./figures";
import { figure } from "./numerals";
import type { Context } from "./words";

/** Widest column, and narrowest, in px. */
const WIDEST = 22;
const NARROWEST = 3;
/** Width of a digit and of what is around a label, in px. */
const DIGIT = 8;
const AROUND = 10;
/** The reach of the axis to each side, in widths of the middle half of the answers. */
const REACH = 3;

type Column = Round["numbers"][number];

/** The value under which a share of the people are. */
function quantile(numbers: readonly Column[], share: number): number {
  const people = numbers.reduce((sum, column) => sum + column.people, 0);
  let passed = 0;
  for (const { value, people: here } of numbers) {
    passed += here;
    if (passed >= share * people) return value;
  }
  return numbers.at(-1)?.value ?? 0;
}

/**
 * The ends of the line: all that was answered, but not what is so far out that nothing could be
 * told apart any more. What is right is always on it.
 */
export function lineOf(numbers: readonly Column[], right: readonly number[]): [number, number] {
  const low = quantile(numbers, 0.25);
  const high = quantile(numbers, 0.75);
  const reach = REACH * Math.max(high - low, Math.abs(high) / 2, 1);
  const near = numbers
    .map(({ value }) => value)
    .filter((v) => v >= low - reach && v <= high + reach);
  return [Math.min(...near, ...right), Math.max(...near, ...right)];
}

/** A chart of numeric answers: a column at each value. */
export const NumberChart = withHooks(function NumberChart(
  { outcome, round }: { outcome: Outcome; round: Round },
  { words }: Context,
): VNode {
  const box = useRef<HTMLDivElement>();
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const { current } = box;
    if (!current) return;
    const observer = new ResizeObserver(() => {
      if (current.clientWidth > 0) setWidth(current.clientWidth);
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  const { numbers } = round;
  const right = outcome.correct.filter((one): one is number => typeof one === "number");
  const [low, high] = lineOf(numbers, right);
  const shown = numbers.filter(({ value }) => value >= low && value <= high);
  const out = numbers.filter((column) => !shown.includes(column));
  const most = Math.max(1, ...shown.map(({ people }) => people));
  const at = (value: number): number =>
    high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5;
  const gaps = shown.slice(1).map(({ value }, index) => at(value) - at(shown[index]?.value ?? 0));
  const column = Math.max(NARROWEST, Math.min(WIDEST, Math.min(1, ...gaps) * width - 2));
  const labelled = labelsOf(
    shown,
    at,
    width,
    (value) => isRight("number", value, outcome),
    words.lang,
  );
  return (
    <>
      <div
        class="nl"
        ref={box}
        style={{ "--w": `${column}px` }}
        role="img"
        aria-label={words.asTable}
      >
        {shown.map(({ value, people }) => (
          <div
            key={value}
            class={isRight("number", value, outcome) ? "col right" : "col"}
            style={{ "--x": `${100 * at(value)}%`, "--h": `${(84 * people) / most}%` }}
          >
            {labelled.has(value) && (
              <>
                <b>{figure(people, words.lang)}</b>
                <span>{figure(value, words.lang)}</span>
              </>
            )}
          </div>
        ))}
      </div>
      {out.length > 0 && (
        <p class="given n">
          {words.furtherOut(out.reduce((sum, { people }) => sum + people, 0))}{" "}
          <bdi>
            {out
              .slice(0, 5)
              .map(({ value }) => figure(value, words.lang))
              .join(" · ")}
          </bdi>
        </p>
      )}
    </>
  );
});

/** The values whose labels fit beside each other: right ones first, then by people. */
function labelsOf(
  shown: readonly Column[],
  at: (value: number) => number,
  width: number,
  isRightOne: (value: number) => boolean,
  lang: string,
): Set<number> {
  const wide = (value: number): number => figure(value, lang).length * DIGIT + AROUND;
  const ranked = [...shown].sort(
    (a, b) =>
      Number(isRightOne(b.value)) - Number(isRightOne(a.value)) ||
      b.people - a.people ||
      a.value - b.value,
  );
  const kept: number[] = [];
  for (const { value } of ranked) {
    const fits = kept.every(
      (other) => Math.abs(at(value) - at(other)) * width >= (wide(value) + wide(other)) / 2,
    );
    if (fits) kept.push(value);
  }
  return new Set(kept);
}
