import type { VNode } from "preact";
import { isForbidden } from "../core/banner";
import { Button } from "../core/button";
import { ErrorBoundary } from "../core/error_boundary";
import type { ViewProps } from "../core/feature";
import { Empty, Frame, Refusal, Skeleton } from "../core/frame";
import { HeaderMenu } from "../core/header_menu";
import { useRef, useSignal, withHooks } from "../core/hooks";
import { hasEnded } from "../core/messages";
import type { Options } from "../core/model";
import { useProjected } from "../core/projector";
import type { Signal } from "../core/signal";
import { lightOf, StatusLight } from "../core/status_light";
import { Bars, Legend } from "./bars";
import type { Board } from "./board";
import { isDone } from "./documents";
import { Groups } from "./groups";
import { Matrix } from "./matrix";
import { OwnList } from "./own_list";
import { Sign } from "./signs";
import { type Context, wordsOf } from "./words";

export const ProgressView = withHooks(function ProgressView({
  room: board,
  options,
}: ViewProps<Board>): VNode {
  const { height, lang } = useSignal(options);
  const words = wordsOf(lang);
  const scope = useSignal(board.connection.scope);
  const view = useRef<HTMLElement>();
  const projected = useProjected(board.projected, view, scope, "progress");
  const { can } = useSignal(board.desk);
  const big = projected && can.includes("manage");
  return (
    <Frame
      {...{ words, height, view }}
      name={big ? "progress proj" : "progress"}
      label={words.progress}
      connection={board.connection}
      floats={board.floats}
      header={big ? <BigHeader board={board} /> : <Header board={board} options={options} />}
    >
      <Refusal text={board.notice} />
      <ErrorBoundary of={board}>
        <Body board={board} big={big} />
      </ErrorBoundary>
    </Frame>
  );
});

const BigHeader = withHooks(function BigHeader(
  { board }: { board: Board },
  { words }: Context,
): VNode {
  const { people } = useSignal(board.desk);
  return (
    <div class="ph">
      <b>{words.exercises}</b>
      <span class="mut n">{words.manyPeople(people)}</span>
    </div>
  );
});

interface HeaderProps {
  board: Board;
  options: Signal<Options>;
}

const Header = withHooks(function Header(
  { board, options }: HeaderProps,
  { words }: Context,
): VNode {
  const lesson = useSignal(board.connection.lesson);
  const [light, word] = lightOf(lesson, useSignal(board.connection.kernel), words);
  const { can, people, hidden } = useSignal(board.desk);
  useSignal(board.exercises.version);
  const manages = can.includes("manage");
  const { docs } = board.exercises;
  const shared = docs.length > 0 && docs.every((exercise) => exercise.shared);
  return (
    <div class="hd">
      <h3>{words.progress}</h3>
      <span class="sub n">
        {light === "live" && docs.length > 0
          ? manages
            ? words.manyPeople(people)
            : words.ownDone(docs.filter(isDone).length, docs.length)
          : ""}
      </span>
      {manages && !hasEnded(lesson.state) && (
        <Button
          look="quiet hide"
          role="switch"
          aria-checked={hidden}
          title={words.hideNames}
          onClick={() => board.hide(!hidden)}
        >
          <Sign name="hide" />
          <span>{words.hideNames}</span>
        </Button>
      )}
      <StatusLight light={light} word={word} />
      <HeaderMenu
        floats={board.floats}
        options={options}
        {...(manages && {
          label: words.options,
          groups: () => [
            {
              label: words.progress,
              items: [
                {
                  ...{ label: words.shareCounts, checked: shared },
                  run: () => board.share(!shared),
                },
              ],
            },
          ],
        })}
      />
    </div>
  );
});

const Body = withHooks(function Body(
  { board, big }: { board: Board; big: boolean },
  { words }: Context,
): VNode {
  const lesson = useSignal(board.connection.lesson);
  const filled = useSignal(board.connection.filled);
  const { can, hidden } = useSignal(board.desk);
  useSignal(board.exercises.version);
  if (hasEnded(lesson.state)) {
    return <div class="note">{isForbidden(lesson) && <p>{words.askInstructor}</p>}</div>;
  }
  if (filled && lesson.state === "live" && !lesson.features.includes("progress")) {
    return <p class="note">{words.notOffered}</p>;
  }
  const manages = can.includes("manage");
  if (board.exercises.size === 0) {
    return (
      <Empty connection={board.connection} skeleton={<Skeleton rows={SKELETON} />}>
        <b>{words.noExercises}</b>
        <p>{manages ? words.noExercisesHint : words.notBegun}</p>
      </Empty>
    );
  }
  if (!manages) return <OwnList board={board} />;
  if (big) {
    return (
      <div class="scroll">
        <Bars board={board} />
        <Legend />
      </div>
    );
  }
  return (
    <div class={hidden ? "cols one" : "cols"}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keys have to reach what scrolls */}
      <section class="scroll" tabIndex={0} aria-label={words.exercises}>
        <Legend />
        <Bars board={board} />
        <Groups board={board} />
        {hidden && <p class="note">{words.namesHidden}</p>}
      </section>
      {!hidden && <Matrix board={board} />}
    </div>
  );
});

const SKELETON = [["34%"], ["22%"], ["28%"], ["40%"]];
