import type { VNode } from "preact";
import { useSignal, withHooks } from "../core/hooks";
import type { Outcome, Round } from "./documents";
import { isRight } from "./figures";
import { figure } from "./numerals";
import type { Pane } from "./pane";
import { Right } from "./right";
import type { Context } from "./words";

/** Texts that stand there without being asked for. */
const MOST = 8;

interface Props {
  pane: Pane;
  outcome: Outcome;
  round: Round;
}

/** What people wrote, as bars: what several wrote first, single ones on request. */
export const Texts = withHooks(function Texts(
  { pane, outcome, round }: Props,
  { words }: Context,
): VNode {
  const all = useSignal(pane.singles);
  const projected = useSignal(pane.projected);
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
                {right && <Right />}
              </bdi>
              <i style={{ width: `${(100 * people) / most}%` }} aria-hidden="true" />
              <b class="n">
                {figure(people, words.lang)}
                <span class="sr"> {words.people(people)}</span>
              </b>
            </li>
          );
        })}
      </ol>
      {hidden > 0 && projected && <p class="given">{words.others(hidden)}</p>}
      {(hidden > 0 || all) && !projected && (
        <button
          type="button"
          class="btn more"
          aria-expanded={all}
          onClick={() => {
            pane.singles.value = !all;
          }}
        >
          {all ? words.fewer : words.singles(hidden)}
        </button>
      )}
    </>
  );
});
