import type { VNode } from "preact";
import { withHooks } from "../core/hooks";
import type { Flow, Outcome } from "./documents";
import { figure } from "./numerals";
import type { Context } from "./words";

/** Who moved where, in people. */
export interface Moves {
  toRight: number;
  away: number;
  stayed: number;
  others: number;
}

export function movesOf({ pairs }: Flow, { correct }: Outcome): Moves {
  const moves = { toRight: 0, away: 0, stayed: 0, others: 0 };
  for (const [a, b, n] of pairs) {
    const from = correct.includes(a);
    const to = correct.includes(b);
    if (a === b) moves.stayed += n;
    else if (to && !from) moves.toRight += n;
    else if (from && !to) moves.away += n;
    else moves.others += n;
  }
  return moves;
}

/** What came of talking it over, in three numbers. */
export const MovementSummary = withHooks(function MovementSummary(
  { outcome, flow }: { outcome: Outcome; flow: Flow },
  { words }: Context,
): VNode {
  const { toRight, away, stayed, others } = movesOf(flow, outcome);
  const known = outcome.correct.length > 0;
  const parts: [name: string, people: number, good: boolean][] = known
    ? [
        [words.movedToRight, toRight, true],
        [words.movedAway, away, false],
        [words.stayed, stayed, false],
      ]
    : [
        [words.changed, toRight + away + others, false],
        [words.stayed, stayed, false],
      ];
  return (
    <dl class="sum n">
      {parts.map(([name, people, good]) => (
        <div key={name} class={good ? "good" : ""}>
          <dt>{name}</dt>
          <dd>{figure(people, words.lang)}</dd>
        </div>
      ))}
      <div class="note">
        <dt class="sr">{words.rounds}</dt>
        <dd>{words.bothRounds(flow.both, known ? others : 0)}</dd>
      </div>
    </dl>
  );
});
