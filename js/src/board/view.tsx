import type { VNode } from "preact";
import { Button } from "../core/button";
import type { ViewProps } from "../core/feature";
import { Empty, Frame, Refusal } from "../core/frame";
import { useRef, useSignal, useState, withHooks } from "../core/hooks";
import { hasEnded } from "../core/messages";
import { useView } from "../core/view";
import { Foot } from "./foot";
import { BoardHeader } from "./header";
import { keys } from "./keys";
import { type Drawing, Paper } from "./paper";
import type { Room } from "./room";
import type { Sheet } from "./sheet";
import { Tools } from "./tools";
import { type Context, Icon, wordsOf } from "./words";

/** The view of a board. */
export const BoardView = withHooks(function BoardView(props: ViewProps<Room>): VNode {
  const { room } = props;
  const { words, floats, projected, frame } = useView(props, "board", wordsOf);
  const sheet: Drawing = useRef<Sheet>();
  const { draws } = useSignal(room.offer);
  const { state, features } = useSignal(room.connection.lesson);
  const filled = useSignal(room.connection.filled);
  const isHere = filled && !hasEnded(state) && features.includes("board");
  return (
    <Frame
      {...frame}
      label={words.board}
      header={<BoardHeader {...{ room, floats }} />}
      onKeyDown={(event) => keys(event, room, sheet.current)}
    >
      <Refusal text={room.refusal} />
      {isHere && draws && !projected && <Tools room={room} />}
      {isHere && !draws && !projected && <Locked room={room} />}
      {isHere ? (
        <Paper {...{ room, sheet, projected }} />
      ) : (
        <Empty skeleton={[["80%"], ["60%"]]}>
          <Icon name="board" />
          <b>{words.notOffered}</b>
        </Empty>
      )}
      {isHere && !projected && <Foot {...{ room, sheet, floats }} />}
    </Frame>
  );
});

/** Why one does not draw, and how to ask for the pen. */
const Locked = withHooks(function Locked({ room }: { room: Room }, { words }: Context): VNode {
  const { hand, staff } = useSignal(room.offer);
  const [isAsked, setAsked] = useState(false);
  return (
    <div class="locked" role="status">
      <Icon name="lock" />
      <span>
        <b>{words.locked}</b> {isAsked ? words.handRaised : words.lockedHint}
      </span>
      {hand && !staff && !isAsked && (
        <Button
          onClick={() => {
            room.raiseHand(words.wantsPen);
            setAsked(true);
          }}
        >
          {words.raiseHand}
        </Button>
      )}
    </div>
  );
});
