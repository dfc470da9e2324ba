import type { VNode } from "preact";
import { Button } from "../core/button";
import { useSignal, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { hasEnded } from "../core/messages";
import type { Pane } from "./pane";
import type { Room } from "./room";
import type { Context } from "./words";

/** Whether there is anything to be said of questions here. */
const hasQuestions = (room: Room): boolean =>
  room.questions.size > 0 || room.can("ask") || room.can("upvote");

/** In the header: how many questions are open, and the way to them and back. */
export const QuestionsButton = withHooks(function QuestionsButton(
  { pane }: { pane: Pane },
  { words }: Context,
): VNode | null {
  const { room } = pane;
  useSignal(room.questions.version);
  useSignal(room.state);
  const { state } = useSignal(room.connection.lesson);
  const ended = hasEnded(state);
  const shown = useSignal(pane.shown) === "questions";
  if (!hasQuestions(room) && !shown) return null;
  const waiting = room.questions.docs.filter(({ answered }) => answered === undefined).length;
  const open = ended ? 0 : waiting;
  return (
    <Button
      look={shown ? "tab on n" : "tab n"}
      aria-pressed={shown}
      aria-label={open > 0 ? `${words.questions} (${open})` : words.questions}
      title={shown ? words.backToChat : words.questions}
      onClick={() => {
        pane.shown.value = shown ? "messages" : "questions";
      }}
    >
      <Icon name="question" />
      <span class="long">{words.questions}</span>
      {open > 0 && <span>({open})</span>}
    </Button>
  );
});
