// The questions of a chat, in place of its messages and for a class to look at: a file of code of its
// own, which a page loads when it has the messages.

import type { VNode } from "preact";
import { Button } from "../core/button";
import { asItem, ErrorBoundary } from "../core/error_boundary";
import { findAll, focus, focusIn } from "../core/focus";
import { useEffect, useMemo, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { project } from "../core/projector";
import { Rich } from "../core/rich_text";
import { clockTime, today } from "../core/time";
import { markAnswered, upvote } from "./actions";
import type { Question } from "./documents";
import { Mark, Votes } from "./mark";
import { nameOf } from "./names";
import type { Pane } from "./pane";
import css from "./questions.css?inline";
import { excerptOf } from "./room";
import type { Context } from "./words";

interface Props {
  pane: Pane;
}

/** The most wanted first, then the oldest. */
const byVotes = (a: Question, b: Question): number =>
  b.votes - a.votes || (a.born ?? 0) - (b.born ?? 0);

/** In the order they were shown in, so that none moves under a finger; new ones last. */
const asBefore =
  (ids: readonly string[]) =>
  (a: Question, b: Question): number => {
    const place = ({ id }: Question): number => (ids.includes(id) ? ids.indexOf(id) : ids.length);
    return place(a) - place(b);
  };

/** The last answered first. */
const byAnswer = (a: Question, b: Question): number => (b.answered ?? 0) - (a.answered ?? 0);

const rowsIn = (list: HTMLElement): HTMLElement[] => findAll(list, "li");

/** Lets the focus go with a question that moves; called in a rendering, and the result after it. */
function followFocus(list: HTMLElement | null): () => void {
  const held = focusIn(list);
  const row = held?.closest("li");
  if (!list || !row) return () => {};
  const at = findAll(row, "button").indexOf(held as HTMLButtonElement);
  const place = rowsIn(list).indexOf(row);
  return () => {
    if (focusIn(list)) return;
    const rows = rowsIn(list);
    const moved = rows.find(({ dataset }) => dataset.id === row.dataset.id);
    const buttons = findAll(moved ?? rows[place] ?? rows.at(-1), "button");
    // An answered question has no arrow: what stands last is there in both.
    const left = moved && at > 0 ? buttons.at(-1) : buttons[0];
    focus(left);
  };
}

const isOpen = ({ answered }: Question): boolean => answered === undefined;

/** In place of the messages: what was asked, open questions first. */
const Questions = withHooks(function Questions({ pane }: Props, { words }: Context): VNode {
  const { room } = pane;
  useSignal(today);
  useSignal(room.questions.version);
  useSignal(room.messages.version);
  useSignal(room.state);
  useSignal(room.connection.lesson);
  const all = room.questions.docs;
  const [still, setStill] = useState(false);
  const list = useRef<HTMLElement>();
  const refocus = followFocus(list.current);
  useEffect(() => {
    refocus();
  });
  const shown = useMemo(() => ({ ids: [] as string[] }), []);
  const open = all.filter(isOpen).sort(byVotes);
  if (still) open.sort(asBefore(shown.ids));
  shown.ids = open.map(({ id }) => id);
  const answered = all.filter((question) => !isOpen(question)).sort(byAnswer);
  const leave = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    pane.shown.value = "messages";
    // The list goes, and the focus with it, but for the way back.
    list.current?.closest(".edu")?.querySelector<HTMLElement>(".tab")?.focus();
  };
  return (
    <section
      ref={list}
      class="asked"
      aria-label={words.questions}
      onKeyDown={leave}
      onPointerEnter={() => setStill(true)}
      onPointerLeave={() => setStill(false)}
      onFocusIn={() => setStill(true)}
      onFocusOut={({ currentTarget, relatedTarget }) =>
        setStill(currentTarget.contains(relatedTarget as Node | null))
      }
    >
      <style>{css}</style>
      {all.length > 0 && room.can("moderate") && (
        <Button
          look="quiet show"
          onClick={({ currentTarget: at }) => project(room.projected, at, true)}
        >
          <Icon name="screen" />
          {words.projectQuestions}
        </Button>
      )}
      {all.length === 0 ? (
        <div class="empty">
          <Icon name="question" />
          <b>{words.noQuestions}</b>
          <p>{words.noQuestionsHint}</p>
        </div>
      ) : (
        <>
          {open.length === 0 && <p class="none">{words.noneOpen}</p>}
          <ul>
            {open.map((question) => (
              <ErrorBoundary key={question.id} of={question} frame={asItem}>
                <Asked pane={pane} question={question} />
              </ErrorBoundary>
            ))}
          </ul>
          {answered.length > 0 && (
            <>
              <h4 class="rule">{words.answered}</h4>
              <ul>
                {answered.map((question) => (
                  <ErrorBoundary key={question.id} of={question} frame={asItem}>
                    <Asked pane={pane} question={question} />
                  </ErrorBoundary>
                ))}
              </ul>
            </>
          )}
        </>
      )}
    </section>
  );
});

const Asked = withHooks(function Asked(
  { pane, question }: Props & { question: Question },
  { words }: Context,
): VNode {
  const { room } = pane;
  const done = question.answered !== undefined;
  const votes = !done && !question.mine && room.can("upvote");
  const answers = room.can("moderate") || (question.mine && room.can("ask"));
  const name = nameOf(question, words, question.mine);
  const onVote = votes ? () => upvote(room, question, !question.own) : undefined;
  return (
    <li data-id={question.id}>
      <Votes question={question} onVote={onVote} reachable />
      <button
        type="button"
        class="excerpt"
        title={words.goTo}
        onClick={() => pane.jump(question, words.gone)}
      >
        <span dir="auto">{excerptOf(room, question)}</span>
        <small class="n">
          <bdi>{name}</bdi> {clockTime(question.at, words.lang)}
          {done && <Mark answered words={words} />}
        </small>
      </button>
      {answers && (
        <Button
          look="quiet"
          aria-label={done ? words.reopen : words.markAnswered}
          title={done ? words.reopen : words.markAnswered}
          onClick={() => markAnswered(room, question, !done)}
        >
          <Icon name={done ? "question" : "check"} />
          <span class="long">{done ? words.reopen : words.markAnswered}</span>
        </Button>
      )}
    </li>
  );
});

/** What a class looks at: the open questions, the most wanted first, and nobody's name. */
const Wall = withHooks(function Wall({ pane }: Props, { words }: Context): VNode {
  const { room } = pane;
  useSignal(room.questions.version);
  useSignal(room.messages.version);
  const open = room.questions.docs.filter(isOpen).sort(byVotes);
  return (
    <section class="wall" aria-label={words.questions}>
      <style>{css}</style>
      <div class="ph">
        <b>{words.questions}</b>
        <span class="n">{words.openQuestions(open.length)}</span>
      </div>
      {open.length === 0 && <p class="none">{words.noneOpen}</p>}
      <ol>
        {open.map((question) => {
          const message = room.messages.get(question.id);
          return (
            <ErrorBoundary key={question.id} of={question} frame={asItem}>
              <li>
                <Votes question={question} reachable={false} />
                <div class="bd" dir="auto">
                  {message ? (
                    <Rich body={message.body} context={{ reachable: false, flat: true }} />
                  ) : (
                    excerptOf(room, question)
                  )}
                </div>
              </li>
            </ErrorBoundary>
          );
        })}
      </ol>
    </section>
  );
});

export default ({ pane, projected }: Props & { projected: boolean }): VNode =>
  projected ? <Wall pane={pane} /> : <Questions pane={pane} />;
