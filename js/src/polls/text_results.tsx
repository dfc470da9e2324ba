import type { VNode } from "preact";
import { Button } from "../core/button";
import { AskingButton } from "../core/confirm";
import { useSignal, withHooks } from "../core/hooks";
import type { Outcome, Poll, Round } from "./documents";
import { isRight } from "./figures";
import { CorrectMark } from "./label";
import { figure } from "./numerals";
import type { Pane } from "./pane";
import type { Context } from "./words";

/** Texts that stand there without being asked for. */
const MOST = 8;

interface Props {
  pane: Pane;
  poll: Poll;
  outcome: Outcome;
  round: Round;
}

/** The text answers as bars: repeated ones first, single ones on request. */
export const TextResults = withHooks(function TextResults(
  { pane, poll, outcome, round }: Props,
  { words }: Context,
): VNode {
  const all = useSignal(pane.singles);
  const projected = useSignal(pane.projected);
  const { room } = pane;
  useSignal(room.desk);
  useSignal(room.connection.kernel);
  useSignal(room.connection.lesson);
  const removable = room.managing && room.open && !projected;
  const { texts } = round;
  const often = texts.filter(({ text, people }) => people > 1 || isRight("text", text, outcome));
  const shown = all && !projected ? texts : often.slice(0, MOST);
  const hidden = texts.length - shown.length;
  const most = Math.max(1, ...texts.map(({ people }) => people));
  return (
    <>
      <ol class="wl" aria-labelledby="ask">
        {shown.map(({ text, people }) => {
          const right = isRight("text", text, outcome);
          return (
            <li key={text} class={right ? "right" : ""}>
              <bdi>
                {text}
                {right && " "}
                {right && <CorrectMark />}
              </bdi>
              <i style={{ width: `${(100 * people) / most}%` }} aria-hidden="true" />
              <b class="n">
                {figure(people, words.lang)}
                <span class="sr"> {words.people(people)}</span>
              </b>
              {removable && (
                <AskingButton
                  label={words.takeOut}
                  question={words.confirmTakeOut}
                  yes={words.takeOut}
                  onYes={() => room.manage("remove_answer", poll, { text })}
                />
              )}
            </li>
          );
        })}
      </ol>
      {round.removed > 0 && <p class="given">{words.removed(round.removed)}</p>}
      {hidden > 0 && projected && <p class="given">{words.others(hidden)}</p>}
      {(hidden > 0 || all) && !projected && (
        <Button
          look="more"
          aria-expanded={all}
          onClick={() => {
            pane.singles.value = !all;
          }}
        >
          {all ? words.fewer : words.singles(hidden)}
        </Button>
      )}
    </>
  );
});
