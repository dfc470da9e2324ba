import type { VNode } from "preact";
import { withHooks } from "../core/hooks";
import type { Outcome, Poll, Round } from "./documents";
import { choiceIn, isChosen, isRight, percent } from "./figures";
import { CorrectMark, Ends, isEmpty, isLine, Key, Label } from "./label";
import { figure } from "./numerals";
import type { Context } from "./words";

interface Props {
  poll: Poll;
  outcome: Outcome;
  /** The round whose people are shown; `null`: none are. */
  round: Round | null;
}

/** An em, which goes where a line ends: what follows begins the next one without it. */
const gap = "\u2003";

/** The marks beside an option: the right one, the reader's own. */
export const Marks = withHooks(function Marks(
  { right, mine }: { right: boolean; mine: boolean },
  { words }: Context,
): VNode {
  return (
    <>
      {right && gap}
      {right && <CorrectMark />}
      {mine && gap}
      {mine && <span class="note me">{words.mine}</span>}
    </>
  );
});

/** The people of an option, as a bar and in figures. */
export const Share = withHooks(function Share(
  { count, people }: { count: number; people: number },
  { words }: Context,
): VNode {
  return (
    <>
      <span class="track" aria-hidden="true">
        <i />
      </span>
      <span class="fig n">
        <span class="people">
          {figure(count, words.lang)}
          <span class="sr"> {words.people(count)}</span>
        </span>
        <b>{percent(count, people, words.lang)}</b>
      </span>
    </>
  );
});

/** The options in the order of the ballot, with the counts of a round if it has any. */
export const OptionRows = withHooks(function OptionRows({
  poll,
  outcome,
  round,
}: Props): VNode | null {
  if (poll.options.length === 0) return null;
  const counts = round?.counts ?? [];
  const mine = choiceIn(poll, round?.round ?? poll.round);
  const told = counts.length > 0;
  const line = isLine(poll);
  const most = Math.max(1, ...counts);
  const rows = poll.options.map((_, index) => {
    const right = isRight(poll.kind === "ordering" ? "single" : poll.kind, index, outcome);
    const chosen = poll.kind !== "ordering" && isChosen(mine, index);
    const count = counts[index] ?? 0;
    const part = line ? count / most : count / Math.max(1, round?.people ?? 1);
    return (
      <li
        key={index}
        class={`opt${told ? " res" : ""}${right && poll.kind !== "ordering" ? " right" : ""}${chosen ? " chosen" : ""}`}
        style={{ "--p": `${100 * part}%`, "--q": part }}
      >
        <Key kind={poll.kind} index={index} />
        <div class="what">
          <Label poll={poll} index={index} />
          <Marks right={right && poll.kind !== "ordering"} mine={chosen && !line} />
        </div>
        {told && <Share count={count} people={round?.people ?? 0} />}
      </li>
    );
  });
  return (
    <>
      <ul
        class={`opts${line ? " line" : ""}${told ? " told" : ""}`}
        aria-labelledby="ask"
        style={{ "--n": poll.options.length }}
      >
        {rows}
      </ul>
      {line && poll.options.some((body) => !isEmpty(body)) && <Ends poll={poll} />}
    </>
  );
});
