import type { VNode } from "preact";
import { Button } from "../core/button";
import { useSignal, withHooks } from "../core/hooks";
import { Anonymous, Counted, peopleHere } from "./answers";
import {
  type Choice,
  type Flow,
  isTyped,
  type Outcome,
  type Peek,
  type Poll,
  type Round,
} from "./documents";
import { hasCounts, isRight, keyOf, mean, percent } from "./figures";
import { Icon } from "./icons";
import { CorrectMark, Key, Label, optionText } from "./label";
import { NumberChart } from "./number_chart";
import { figure } from "./numerals";
import { OptionRows } from "./option_rows";
import type { Pane } from "./pane";
import { ResultTable } from "./result_table";
import { MovementSummary, Rounds } from "./round_comparison";
import { TextResults } from "./text_results";
import type { Context } from "./words";

interface Props {
  pane: Pane;
  poll: Poll;
  outcome: Outcome;
  /** For this page alone: not revealed. */
  secret?: boolean;
}

/** The results of a poll: as revealed, or as an instructor peeks at them before. */
export const Results = withHooks(function Results(
  { pane, poll, outcome, secret = false }: Props,
  { words }: Context,
): VNode {
  const wanted = useSignal(pane.round);
  const { results, flows } = outcome;
  const round =
    results.find((one) => one.round === wanted) ??
    (secret || poll.shown.counts ? results.at(-1) : undefined) ??
    null;
  const table = useSignal(pane.table) && round !== null && hasCounts(round);
  const [before, after] = results.slice(-2);
  const comparable = after !== undefined && after.counts.length > 0 && before !== undefined;
  const comparing = useSignal(pane.comparing) && comparable && before.counts.length > 0;
  const flow = flows.find(({ to }) => to === after?.round) ?? null;
  return (
    <>
      {secret && (
        <p class="secret">
          <Icon name="eye" />
          <b>{words.onlyYou}</b>
          <bdi>{words.suggestions[(outcome as Peek).suggestion] ?? ""}</bdi>
        </p>
      )}
      {table ? (
        <>
          <ResultTable
            poll={poll}
            outcome={outcome}
            rounds={comparing ? [before, after] : [round]}
          />
          <RightAnswer poll={poll} outcome={outcome} round={round} />
        </>
      ) : comparing ? (
        <Rounds poll={poll} outcome={outcome} before={before} after={after} flow={flow} />
      ) : (
        <Picture pane={pane} poll={poll} outcome={outcome} round={round} />
      )}
      {comparing && flow && <MovementSummary outcome={outcome} flow={flow} />}
      <Foot
        {...{ pane, poll, outcome, round, comparing }}
        comparable={comparable && (before?.counts.length ?? 0) > 0}
        flow={flow}
      />
      <Anonymous poll={poll} />
    </>
  );
});

interface Shown {
  pane: Pane;
  poll: Poll;
  outcome: Outcome;
  round: Round | null;
}

/** The round as its kind is best seen. */
export const Picture = withHooks(function Picture(
  { pane, poll, outcome, round }: Shown,
  { words }: Context,
): VNode {
  const few = round !== null && round.people > 0 && !hasCounts(round);
  const told = round !== null && hasCounts(round) ? round : null;
  return (
    <>
      {poll.kind === "number" ? (
        told && <NumberChart outcome={outcome} round={told} />
      ) : poll.kind === "text" ? (
        told && <TextResults pane={pane} poll={poll} outcome={outcome} round={told} />
      ) : poll.kind === "ordering" ? (
        <Orders poll={poll} outcome={outcome} round={told} />
      ) : (
        <OptionRows poll={poll} outcome={outcome} round={told} />
      )}
      <RightAnswer poll={poll} outcome={outcome} round={told} />
      {few && <p class="given">{words.few}</p>}
      {round !== null && round.people === 0 && <p class="given">{words.nobody}</p>}
    </>
  );
});

/** The right number or text, where none of the answers shown is it. */
const RightAnswer = withHooks(function RightAnswer(
  { poll, outcome, round }: { poll: Poll; outcome: Outcome; round: Round | null },
  { words }: Context,
): VNode | null {
  const { correct, tolerance } = outcome;
  if (!isTyped(poll) || correct.length === 0) return null;
  const given =
    poll.kind === "number"
      ? round?.numbers.some(({ value }) => correct.includes(value))
      : round?.texts.some(({ text }) => isRight("text", text, outcome));
  if (given) return null;
  const said = (one: Choice): string =>
    poll.kind === "number" ? figure(Number(one), words.lang) : String(one);
  return (
    <p class="given rightly">
      <Icon name="check" />
      {words.correct}: <bdi>{correct.map(said).join(", ")}</bdi>
      {tolerance > 0 && ` ± ${figure(tolerance, words.lang)}`}
    </p>
  );
});

/** An order as the letters of its options. */
const Order = ({ poll, order }: { poll: Poll; order: readonly number[] }): VNode => (
  <span class="order">
    {order.map((index, place) => (
      <>
        {place > 0 && <span aria-hidden="true">›</span>}
        <span class="sign" title={optionText(poll, index)}>
          {keyOf(poll.kind, index)}
        </span>
      </>
    ))}
  </span>
);

const MOST_ORDERS = 3;

/** The options by their mean place, and the orders that most people chose. */
const Orders = withHooks(function Orders(
  { poll, outcome, round }: Omit<Shown, "pane">,
  { words }: Context,
): VNode {
  const { correct } = outcome;
  const ranks = round?.ranks ?? [];
  const count = poll.options.length;
  const byRank = poll.options
    .map((_, index) => index)
    .sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
  const order = ranks.length > 0 ? byRank : ((correct.length ? correct : byRank) as number[]);
  return (
    <>
      <ol class="opts" aria-labelledby="ask">
        {order.map((index) => {
          const rank = ranks[index];
          const part = rank === undefined ? 0 : (count - rank) / Math.max(1, count - 1);
          return (
            <li
              key={index}
              class={rank === undefined ? "opt" : "opt res"}
              style={{ "--p": `${100 * part}%` }}
            >
              <Key kind={poll.kind} index={index} />
              <div class="what">
                <Label poll={poll} index={index} />
              </div>
              {rank !== undefined && (
                <>
                  <span class="track" aria-hidden="true">
                    <i />
                  </span>
                  <span class="fig n">
                    <span class="people">{words.meanPlace}</span>
                    <b>{mean(rank, words.lang)}</b>
                  </span>
                </>
              )}
            </li>
          );
        })}
      </ol>
      <ul class="orders">
        {correct.length > 0 && (
          <li class="right">
            <Order poll={poll} order={correct as number[]} />
            <CorrectMark />
            {round?.right != null && (
              <b class="n">
                {figure(round.right, words.lang)} <span>{words.people(round.right)}</span>
              </b>
            )}
          </li>
        )}
        {(round?.orders ?? [])
          .filter((one) => !isRight("ordering", one.order, outcome))
          .slice(0, MOST_ORDERS)
          .map((one) => (
            <li key={one.order.join()}>
              <Order poll={poll} order={one.order} />
              <b class="n">
                {figure(one.people, words.lang)} <span>{words.people(one.people)}</span>
              </b>
            </li>
          ))}
      </ul>
    </>
  );
});

interface FootProps extends Shown {
  comparing: boolean;
  comparable: boolean;
  flow: Flow | null;
}

/** The line under the results: the number of answers, the rounds, the table. */
const Foot = withHooks(function Foot(
  { pane, poll, outcome, round, comparing, comparable }: FootProps,
  { words }: Context,
): VNode {
  useSignal(pane.room.connection.lesson);
  const table = useSignal(pane.table);
  const projected = useSignal(pane.projected);
  const { results } = outcome;
  const people = round?.people ?? poll.answered;
  const isPresent = round === null || round.round === poll.round;
  const of = isPresent ? peopleHere(pane, people) : null;
  // While it is open, that stands above already, large.
  const told = !comparing && !(isPresent && poll.state === "open");
  const { right, median, vouched } = round ?? { right: null, median: null, vouched: 0 };
  const show = (number: number | null, compare: boolean): void => {
    pane.round.value = number;
    pane.comparing.value = compare;
  };
  return (
    <div class="foot">
      {told && <Counted class="answered" parts={words.answered(people, of)} />}
      {!comparing &&
        right !== null &&
        people > 0 &&
        (poll.kind === "number" || poll.kind === "text") && (
          <span class="n">{words.rightOnes(right, percent(right, people, words.lang))}</span>
        )}
      {!comparing && vouched > 0 && <span class="n">{words.vouched(vouched)}</span>}
      {!comparing && median !== null && (
        <span class="n">{words.median(figure(median, words.lang))}</span>
      )}
      <span class="grow" />
      {!projected && results.length > 1 && (
        // biome-ignore lint/a11y/useSemanticElements: it stands in a line
        <span class="seg" role="group" aria-label={words.rounds}>
          {results.map((one) => {
            const on = !comparing && one === round;
            return (
              <Button
                key={one.round}
                look="n"
                aria-pressed={on}
                onClick={() => show(one.round, false)}
              >
                {words.round(one.round)}
              </Button>
            );
          })}
          {comparable && (
            <Button aria-pressed={comparing} onClick={() => show(null, true)}>
              {words.compare}
            </Button>
          )}
        </span>
      )}
      {!projected && round !== null && hasCounts(round) && (
        <Button
          aria-pressed={table}
          onClick={() => {
            pane.table.value = !table;
          }}
        >
          {words.table}
        </Button>
      )}
    </div>
  );
});
