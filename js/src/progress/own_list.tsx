import type { VNode } from "preact";
import { Button } from "../core/button";
import { asItem, ErrorBoundary } from "../core/error_boundary";
import { useEffect, useSignal, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { canInsertCell } from "../core/jupyter";
import { Rich } from "../core/rich_text";
import { clockTime } from "../core/time";
import type { Board } from "./board";
import { type Exercise, isDone, passedOf } from "./documents";
import { Sign } from "./signs";
import type { Context } from "./words";

/** A student's own exercises; the one they are at is open. */
export const OwnList = withHooks(function OwnList(
  { board }: { board: Board },
  { words }: Context,
): VNode {
  useSignal(board.exercises.version);
  const exercises = board.sorted();
  const current = exercises.find((exercise) => exercise.now && !isDone(exercise));
  const open = current ?? exercises.find((exercise) => !isDone(exercise));
  const hints = exercises.filter(({ hint }) => hint).length;
  useEffect(() => {
    if (hints > 0) board.seen();
  }, [hints]);
  const told = (current ?? exercises.find(({ now }) => now) ?? open)?.told
    ? (current ?? open)
    : null;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keys have to reach what scrolls */}
      <section class="scroll" tabIndex={0} aria-label={words.exercises}>
        <ol class="exs" aria-label={words.exercises}>
          {exercises.map((exercise) => (
            <ErrorBoundary key={exercise.id} of={exercise} frame={asItem}>
              <Own board={board} exercise={exercise} open={exercise === open} />
            </ErrorBoundary>
          ))}
        </ol>
      </section>
      <div class="cls">
        {told?.told && (
          <>
            <p class="foot n">
              <span>
                {words.classDone(...told.told)} <b>{told.title}</b>
              </span>
            </p>
            <span class="tk" aria-hidden="true">
              <i style={{ width: `${(100 * told.told[0]) / Math.max(1, told.told[1])}%` }} />
            </span>
          </>
        )}
        <p class="foot sm">
          <Icon name="lock" />
          <span>{words.private}</span>
        </p>
      </div>
    </>
  );
});

interface OwnProps {
  board: Board;
  exercise: Exercise;
  open: boolean;
}

const Own = withHooks(function Own({ board, exercise, open }: OwnProps, { words }: Context): VNode {
  const { attempts, failed, hint, results, running, title } = exercise;
  const finished = isDone(exercise);
  const kind = finished ? "done" : running ? "run" : results ? "work" : "none";
  const sign = finished ? "done" : results || running ? "working" : "none";
  const { format } = new Intl.NumberFormat(words.lang);
  return (
    <li class={`ex ${kind}`} aria-current={open ? "step" : undefined}>
      <Sign name={sign} />
      <div class="nm">
        <span class="xn n">{format(exercise.place)}</span> <b>{title}</b>
      </div>
      <div class="rt n">
        {running ? (
          words.running
        ) : finished ? (
          <span>
            <span class="ok">{words.done}</span>, {words.attempt(attempts)}
          </span>
        ) : results ? (
          <Checks results={results} attempts={open ? 0 : attempts} />
        ) : null}
      </div>
      {(open || hint !== null || exercise.error || exercise.waits) && (
        <div class="xb">
          {exercise.error ? (
            <p class="warn">{exercise.error}</p>
          ) : (
            exercise.waits && <p class="mut">{finished ? words.waits : words.waitsToo}</p>
          )}
          {open && failed && (
            <div class="fl">
              <b class="n">{words.check(failed.number + 1)}</b> <bdi>{failed.check}</bdi>
              <span class="mut n">, {words.attempt(attempts)}</span>
              {failed.type && (
                <code class="er" dir="ltr">
                  {failed.message ? `${failed.type}: ${failed.message}` : failed.type}
                </code>
              )}
            </div>
          )}
          {hint && (
            <div class="hintbox">
              <Sign name="hint" />
              <div>
                <b>{words.hintFrom(hint.by || words.unnamed)}</b>{" "}
                <time class="mut n">{clockTime(hint.at, words.lang)}</time>
                <div class="body">
                  <Rich body={hint.body} context={{ reachable: true }} />
                </div>
              </div>
            </div>
          )}
          {open && exercise.given && canInsertCell() && (
            <Button look="line" title={words.again} onClick={() => board.check(exercise)}>
              <Icon name="cell" /> {words.checkCell}
            </Button>
          )}
        </div>
      )}
    </li>
  );
});

const Checks = withHooks(function Checks(
  { results, attempts }: { results: string; attempts: number },
  { words }: Context,
): VNode {
  const passed = passedOf(results);
  return (
    <>
      <span class="segs" role="img" aria-label={words.passedChecks(passed, results.length)}>
        {results.length <= MOST &&
          [...results].map((result, place) => <i key={place} class={result === "p" ? "p" : ""} />)}
      </span>
      <span>
        {words.passed(passed, results.length)}
        {attempts > 0 && <span class="wide">, {words.attempt(attempts)}</span>}
      </span>
    </>
  );
});

/** Checks up to which each has a piece of its own. */
const MOST = 8;
