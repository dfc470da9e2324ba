import type { VNode } from "preact";
import { useSignal, withHooks } from "../core/hooks";
import type { Board } from "./board";
import type { Exercise } from "./documents";
import { Sign } from "./signs";
import type { Context } from "./words";

const kinds = ["done", "stuck", "working", "none"] as const;

export const Legend = withHooks(function Legend(_: object, { words }: Context): VNode {
  return (
    <p class="leg" aria-hidden="true">
      {kinds.map((kind) => (
        <span key={kind} class={kind}>
          <Sign name={kind} /> {words.counted[kind]}
        </span>
      ))}
    </p>
  );
});

/** A bar an exercise, with the four numbers beside it. */
export const Bars = withHooks(function Bars(
  { board }: { board: Board },
  { words }: Context,
): VNode {
  useSignal(board.exercises.version);
  return (
    <>
      <div class="br bh" aria-hidden="true">
        <span />
        <span />
        {kinds.map((kind) => (
          <span key={kind} class={`q ${kind}`}>
            <Sign name={kind} />
          </span>
        ))}
      </div>
      <ol class="bars" aria-label={words.exercises}>
        {board.sorted().map((exercise) => (
          <Bar key={exercise.id} exercise={exercise} />
        ))}
      </ol>
    </>
  );
});

const Bar = withHooks(function Bar(
  { exercise }: { exercise: Exercise },
  { words }: Context,
): VNode {
  const { counts, title, place, now } = exercise;
  const { format } = new Intl.NumberFormat(words.lang);
  const { done, stuck, working, none } = counts;
  return (
    <li class="br" aria-current={now ? "step" : undefined}>
      <span class="bn" title={title}>
        <span class="xn n">{format(place)}</span> <bdi>{title}</bdi>
        {now && <span class="tag">{words.now}</span>}
      </span>
      <span class="mix" role="img" aria-label={words.figures(title, done, stuck, working, none)}>
        {kinds
          .filter((kind) => counts[kind] > 0)
          .map((kind) => (
            <i key={kind} class={kind} style={{ flexGrow: counts[kind] }} />
          ))}
      </span>
      {kinds.map((kind) => (
        <span key={kind} class={`q n ${kind}${counts[kind] ? "" : " z"}`} aria-hidden="true">
          {format(counts[kind])}
        </span>
      ))}
    </li>
  );
});
