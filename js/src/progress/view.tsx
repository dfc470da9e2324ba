import type { VNode } from "preact";
import { ErrorBoundary } from "../core/error_boundary";
import type { ViewProps } from "../core/feature";
import { Empty, Frame, Refusal } from "../core/frame";
import { useSignal, withHooks } from "../core/hooks";
import { hasEnded, isOffered } from "../core/messages";
import { Header, useLive, useView } from "../core/view";
import { HideNames } from "../shared/hide_names";
import { Bars, Legend } from "./bars";
import type { Board } from "./board";
import { isDone } from "./documents";
import { Groups } from "./groups";
import { Matrix } from "./matrix";
import { OwnList } from "./own_list";
import { type Context, wordsOf } from "./words";

export const ProgressView = withHooks(function ProgressView(props: ViewProps<Board>): VNode {
  const { room: board } = props;
  const { words, projected, frame } = useView(props, "progress", wordsOf);
  const { can } = useSignal(board.desk);
  const big = projected && can.includes("manage");
  return (
    <Frame
      {...{ ...frame, projected: big }}
      label={words.progress}
      header={<ProgressHeader board={board} />}
    >
      {big && <BigHeader board={board} />}
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

const ProgressHeader = withHooks(function ProgressHeader(
  { board }: { board: Board },
  { words }: Context,
): VNode {
  const lesson = useSignal(board.connection.lesson);
  const isLive = useLive(board.connection);
  const { can, people, hidden } = useSignal(board.desk);
  useSignal(board.exercises.version);
  const manages = can.includes("manage");
  const { docs } = board.exercises;
  const shared = docs.length > 0 && docs.every((exercise) => exercise.shared);
  return (
    <Header
      menu={
        manages && {
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
        }
      }
    >
      <span class="sub n">
        {isLive && docs.length > 0
          ? manages
            ? words.manyPeople(people)
            : words.ownDone(docs.filter(isDone).length, docs.length)
          : ""}
      </span>
      {manages && !hasEnded(lesson.state) && (
        <HideNames label={words.hideNames} hidden={hidden} onHide={(on) => board.hide(on)} />
      )}
    </Header>
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
  if (hasEnded(lesson.state) || (filled && !isOffered(lesson, "progress"))) {
    return <Empty>{words.notOffered}</Empty>;
  }
  const manages = can.includes("manage");
  if (board.exercises.size === 0) {
    return (
      <Empty skeleton={SKELETON}>
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
