import type { VNode } from "preact";
import { useMemo, withHooks } from "../core/hooks";
import { bodyText } from "../core/rich_text";
import type { Flow, Outcome, Poll, Round } from "./documents";
import { isRight, percent } from "./figures";
import { Key, Label } from "./label";
import { figure } from "./numerals";
import { Marks } from "./option_rows";
import { type Ribbon, ribbonsOf } from "./ribbons";
import type { Context } from "./words";

interface Props {
  poll: Poll;
  outcome: Outcome;
  before: Round;
  after: Round;
  /** The movements between the rounds; without them the two are shown as bars only. */
  flow: Flow | null;
}

/** Height of an option's row, in units: less where there are many. */
const pitchOf = (options: number): number => (options > 12 ? 34 : options > 6 ? 44 : 64);

const MIDDLE = 400;
const NODE = 7;
/** Of so many ribbons those narrower than this step back. */
const MANY = 40;
const FAINT = 2.5;

/** Beside the ribbons there are two lines for an option: what two options begin with in common. */
const SAME = 20;
const LONGEST = 56;
const SHORT = 16;

/** How options fit beside ribbons: at any width, only in wide views, or cut. */
function fitOf({ options }: Poll): "short" | "wide" | "cut" {
  const texts = options.map((body) => bodyText(body).trim());
  const begin = texts.map((text) => text.replace(/\s+/g, " ").slice(0, SAME));
  const same = begin.some((text, index) => begin.indexOf(text) < index);
  const lines = Math.max(...texts.map((text) => text.split("\n").length));
  const longest = Math.max(...texts.map(({ length }) => length));
  if (same || lines > 2 || longest > LONGEST) return "cut";
  return lines > 1 || longest > SHORT ? "wide" : "short";
}

/** Two rounds side by side: a node an option, ribbons as wide as the people who took that way. */
export const Rounds = withHooks(function Rounds(props: Props): VNode {
  const fit = useMemo(() => fitOf(props.poll), [props.poll.options]);
  const flow = fit === "cut" ? null : props.flow;
  return (
    <>
      {flow && <Flows {...props} flow={flow} wide={fit === "wide"} />}
      <Pairs {...props} flow={flow} wide={fit === "wide"} />
    </>
  );
});

const Flows = withHooks(function Flows(
  { poll, outcome, before, after, flow, wide }: Props & { flow: Flow; wide: boolean },
  { words }: Context,
): VNode {
  const count = poll.options.length;
  const pitch = pitchOf(count);
  const right = poll.options.map((_, index) => isRight(poll.kind, index, outcome));
  const drawn = useMemo(
    () => ribbonsOf(before.counts, after.counts, flow.pairs, count, pitch),
    [before, after, flow, count],
  );
  return (
    <div
      class={`flow${pitch < 64 ? " tight" : ""}${wide ? " wide" : ""}`}
      style={{ "--pitch": pitch, "--n": count }}
    >
      <p class="cap end n">
        <b>{words.round(before.round)}</b> · {words.peopleOf(before.people)}
      </p>
      <p class="cap mid">{words.afterTalk}</p>
      <p class="cap n">
        <b>{words.round(after.round)}</b> · {words.peopleOf(after.people)}
      </p>
      <ul class="side">
        {poll.options.map((_, index) => (
          <li key={index} class={right[index] ? "right" : ""}>
            <Key kind={poll.kind} index={index} />
            <div class="what">
              <Label poll={poll} index={index} />
              <Marks right={right[index] === true} mine={false} />
            </div>
            <b class="n">{percent(before.counts[index] ?? 0, before.people, words.lang)}</b>
          </li>
        ))}
      </ul>
      <svg
        class="rib"
        viewBox={`0 0 ${MIDDLE} ${pitch * count}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words.bothRounds(flow.both, 0)}
      >
        {drawn.ribbons.map((ribbon, index) => (
          <path
            key={index}
            class={wayOf(ribbon, right, drawn.ribbons.length > MANY)}
            d={pathOf(ribbon)}
          />
        ))}
        {drawn.nodes.map(({ side, option, top, height }) => (
          <rect
            key={`${side}${option}`}
            class={right[option] ? "right" : ""}
            x={side === 0 ? 0 : MIDDLE - NODE}
            y={top}
            width={NODE}
            height={height}
            rx="1.5"
          />
        ))}
      </svg>
      <ul class="side">
        {poll.options.map((_, index) => {
          const share = (round: Round): number =>
            Math.round((100 * (round.counts[index] ?? 0)) / Math.max(1, round.people));
          const points = share(after) - share(before);
          return (
            <li key={index} class={right[index] ? "right" : ""}>
              <b class="n">{percent(after.counts[index] ?? 0, after.people, words.lang)}</b>
              <span class="n diff">{words.points(points)}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
});

/** The classes of a ribbon: to the right answer, staying, or any other. */
function wayOf({ from, to, h0 }: Ribbon, right: readonly boolean[], many: boolean): string {
  if (from === to) return right[to] ? "stay right" : "stay";
  if (right[to] && !right[from]) return "move right";
  return many && h0 < FAINT ? "move faint" : "move";
}

function pathOf({ y0, y1, h0, h1 }: Ribbon): string {
  const left = NODE + 2;
  const end = MIDDLE - NODE - 2;
  const bend = left + (end - left) * 0.45;
  const back = end - (end - left) * 0.45;
  return `M${left} ${y0}C${bend} ${y0} ${back} ${y1} ${end} ${y1}v${h1}C${back} ${y1 + h1} ${bend} ${y0 + h0} ${left} ${y0 + h0}z`;
}

/** The same where there is no room: two bars an option, the earlier one as an outline. */
const Pairs = withHooks(function Pairs(
  { poll, outcome, before, after, flow, wide }: Props & { wide: boolean },
  { words }: Context,
): VNode {
  return (
    <ul class={`pairs${flow ? "" : " always"}${wide ? " wide" : ""}`} aria-labelledby="ask">
      {poll.options.map((_, index) => {
        const right = isRight(poll.kind, index, outcome);
        const [was, is] = [before, after].map(({ counts, people }) => ({
          share: percent(counts[index] ?? 0, people, words.lang),
          width: `${(100 * (counts[index] ?? 0)) / Math.max(1, people)}%`,
        }));
        return (
          <li key={index} class={right ? "pair right" : "pair"}>
            <Key kind={poll.kind} index={index} />
            <div class="what">
              <Label poll={poll} index={index} />
              <Marks right={right} mine={false} />
            </div>
            <span class="f n">
              <span class="sr">{words.round(before.round)} </span>
              {was?.share} <span aria-hidden="true">→</span>{" "}
              <span class="sr">{words.round(after.round)} </span>
              <b>{is?.share}</b>
            </span>
            <span class="bars" aria-hidden="true">
              <i style={{ width: was?.width }} />
              <i style={{ width: is?.width }} />
            </span>
          </li>
        );
      })}
    </ul>
  );
});

/** The numbers of people by kind of movement. */
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

/** The movements between two rounds in three numbers. */
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
