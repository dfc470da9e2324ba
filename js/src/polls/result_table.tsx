import type { VNode } from "preact";
import { withHooks } from "../core/hooks";
import type { Outcome, Poll, Round } from "./documents";
import { isRight, keyOf, mean, percent } from "./figures";
import { CorrectMark, optionText } from "./label";
import { figure } from "./numerals";
import type { Context } from "./words";

interface Line {
  key: string;
  name: string;
  right: boolean;
  /** By round: its people and their share, or another figure. */
  cells: readonly (readonly string[])[];
}

interface Props {
  poll: Poll;
  outcome: Outcome;
  /** One round, or two beside each other. */
  rounds: readonly Round[];
}

function linesOf({ poll, outcome, rounds }: Props, lang: string): Line[] {
  const { kind } = poll;
  const people = (count: number, round: Round): string[] => [
    figure(count, lang),
    percent(count, round.people, lang),
  ];
  const [round] = rounds;
  if (!round) return [];
  const line = (name: string, right: boolean, count: number): Line => ({
    ...{ key: name, name, right, cells: [people(count, round)] },
  });
  switch (kind) {
    case "number":
      return round.numbers.map(({ value, people: count }) =>
        line(figure(value, lang), isRight(kind, value, outcome), count),
      );
    case "text":
      return round.texts.map(({ text, people: count }) =>
        line(text, isRight(kind, text, outcome), count),
      );
    case "ordering":
      return round.orders.map(({ order, people: count }) =>
        line(
          order.map((index) => keyOf(kind, index)).join(" › "),
          isRight(kind, order, outcome),
          count,
        ),
      );
    default:
      return poll.options.map((_, index) => ({
        key: keyOf(kind, index),
        name: optionText(poll, index),
        right: isRight(kind, index, outcome),
        cells: rounds.map((one) => people(one.counts[index] ?? 0, one)),
      }));
  }
}

/** The same numbers as a table. */
export const ResultTable = withHooks(function ResultTable(props: Props, { words }: Context): VNode {
  const { poll, rounds } = props;
  const lines = linesOf(props, words.lang);
  const letters = poll.kind !== "number" && poll.kind !== "text" && poll.kind !== "ordering";
  const several = rounds.length > 1;
  const [round] = rounds;
  const ranks = poll.kind === "ordering" ? (round?.ranks ?? []) : [];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: keys have to reach what scrolls
    <section class="tablebox" tabIndex={0} aria-labelledby="ask">
      <table>
        <thead>
          <tr>
            <th scope="col">{words.answer}</th>
            {rounds.map((one) => (
              <>
                <th scope="col" class="fig">
                  {several ? words.round(one.round) : words.peopleHead}
                </th>
                <th scope="col" class="fig">
                  <span class={several ? "sr" : ""}>
                    {several && words.round(one.round)} {words.share}
                  </span>
                </th>
              </>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map(({ key, name, right, cells }) => (
            <tr key={key} class={right ? "right" : ""}>
              <th scope="row">
                {letters && <span class="letter">{key}</span>}
                {letters && " "}
                <bdi>{name}</bdi>
                {right && " "}
                {right && <CorrectMark />}
              </th>
              {cells.map((cell) =>
                cell.map((text, place) => (
                  <td key={place} class="n fig">
                    {text}
                  </td>
                )),
              )}
            </tr>
          ))}
          {ranks.map((rank, index) => (
            <tr key={`rank${index}`}>
              <th scope="row">
                <span class="letter">{keyOf(poll.kind, index)}</span>{" "}
                <bdi>{optionText(poll, index)}</bdi>
              </th>
              <td class="fig">{words.meanPlace}</td>
              <td class="n fig">{mean(rank, words.lang)}</td>
            </tr>
          ))}
          {(round ? [round.more, round.removed] : []).map(
            (count, place) =>
              round !== undefined &&
              count > 0 && (
                <tr key={`rest${place}`}>
                  <th scope="row">{place ? words.removed(count) : words.notListed}</th>
                  <td class="n fig">{figure(count, words.lang)}</td>
                  <td class="n fig">{percent(count, round.people, words.lang)}</td>
                </tr>
              ),
          )}
        </tbody>
      </table>
    </section>
  );
});
