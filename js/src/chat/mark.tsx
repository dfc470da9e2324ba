import type { VNode } from "preact";
import { withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import type { Question } from "./documents";
import type { Context, Words } from "./words";

/** A label that tells a question, and whether it is answered. */
export const Mark = ({ answered, words }: { answered: boolean; words: Words }): VNode => (
  <span class={answered ? "mark done" : "mark"}>
    <Icon name={answered ? "check" : "question"} />
    {answered ? words.answered : words.question}
  </span>
);

interface VoteProps {
  question: Question;
  onVote?: (() => void) | undefined;
  reachable: boolean;
}

/** The number of votes for a question, as a button for whoever may vote. */
export const Votes = withHooks(function Votes(
  { question, onVote, reachable }: VoteProps,
  { words }: Context,
): VNode {
  const { own, votes } = question;
  const inside = (
    <>
      <Icon name="up" />
      <span aria-hidden="true">{votes.toLocaleString(words.lang)}</span>
    </>
  );
  if (!onVote) {
    return (
      <span class="chip n">
        {inside}
        <span class="sr">{words.votes(votes)}</span>
      </span>
    );
  }
  return (
    <button
      type="button"
      class={own ? "chip own n" : "chip n"}
      tabIndex={reachable ? 0 : -1}
      aria-pressed={own}
      aria-label={`${words.upvote}, ${words.votes(votes)}`}
      title={own ? words.takeBack : words.upvote}
      onClick={onVote}
    >
      {inside}
    </button>
  );
});
