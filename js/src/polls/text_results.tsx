import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { AskingButton } from "../core/confirm";
import { useSignal, withHooks } from "../core/hooks";
import { openMenu } from "../core/menu";
import type { Outcome, Peek, Poll, Round } from "./documents";
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
        {shown.map(({ text, people, hidden: unseen }) => {
          const right = isRight("text", text, outcome);
          return (
            <li key={text} class={`${right ? "right" : ""}${unseen ? " hid" : ""}`}>
              <bdi>
                {text}
                {right && " "}
                {right && <CorrectMark />}
                {unseen && <small class="unseen"> {words.hiddenText}</small>}
              </bdi>
              <i style={{ width: `${(100 * people) / most}%` }} aria-hidden="true" />
              <b class="n">
                {figure(people, words.lang)}
                <span class="sr"> {words.people(people)}</span>
              </b>
              {removable && (
                <TextMenu pane={pane} poll={poll} outcome={outcome} of={text} texts={texts} />
              )}
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

/** Other answers that one can be counted with, in its menu. */
const MOST_OTHERS = 12;

interface MenuProps extends Omit<Props, "round"> {
  of: string;
  texts: Round["texts"];
}

/** Hides an answer from students, or counts it with another one. */
const TextMenu = withHooks(function TextMenu(
  { pane, poll, outcome, of, texts }: MenuProps,
  { words }: Context,
): VNode {
  const { room, floats } = pane;
  const hidden = texts.some(({ text, hidden: unseen }) => text === of && unseen);
  const label = `${words.moreOf}: ${of}`;
  const merged = (outcome as Partial<Peek>).merged?.includes(of) && !poll.ended;
  const merge = (into: string): void => room.manage("merge_answers", poll, { text: of, into });
  const others = texts.filter(({ text }) => text !== of).slice(0, MOST_OTHERS);
  const onClick = ({ currentTarget: at }: { currentTarget: HTMLElement }): void =>
    openMenu(floats, { at }, label, [
      {
        items: [
          {
            label: hidden ? words.showText : words.hideText,
            icon: "hidden",
            run: () => room.manage("hide_answer", poll, { text: of, on: !hidden }),
          },
          ...(merged ? [{ label: words.splitText, run: () => merge("") }] : []),
        ],
      },
      {
        label: words.mergeWith,
        items: others.map(({ text }) => ({ label: text, run: () => merge(text) })),
      },
    ]);
  return <IconButton icon="dots" label={label} aria-haspopup="menu" onClick={onClick} />;
});
