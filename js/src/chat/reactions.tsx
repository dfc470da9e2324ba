import type { VNode } from "preact";
import { withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { isolated } from "../core/text";
import { react, upvote } from "./actions";
import type { ChatMessage, Question, Reaction } from "./documents";
import { Votes } from "./mark";
import type { Pane } from "./pane";
import { pickFor, rightsOf } from "./tools";
import type { Context, Words } from "./words";

/** Names said of one reaction; there may be a thousand. */
const MOST_NAMES = 6;

function label({ emoji, count, names }: Reaction, words: Words): string {
  const said = names.slice(0, Math.min(MOST_NAMES, count)).map(isolated);
  return words.reactedBy(emoji, count, said.length > 0 ? words.people(said, count) : "");
}

interface Props {
  pane: Pane;
  doc: ChatMessage;
  question: Question | undefined;
  reachable: boolean;
}

/** The chips under a message: votes for a question, then reactions, then a place to add one. */
export const Reactions = withHooks(function Reactions(
  { pane, doc, question, reachable }: Props,
  { words }: Context,
): VNode | null {
  const { room } = pane;
  const rights = rightsOf(room, doc);
  if (doc.reactions.length === 0 && !question) return null;
  const onVote =
    question && rights.upvote ? () => upvote(room, question, !question.own) : undefined;
  const tabIndex = reachable ? 0 : -1;
  return (
    // Counts change too often to be read out each time.
    <ul class="rx" aria-label={words.reactions} aria-live="off">
      {question && (
        <li>
          <Votes question={question} onVote={onVote} reachable={reachable} />
        </li>
      )}
      {doc.reactions.map((reaction) => {
        const { emoji, count, own } = reaction;
        const said = label(reaction, words);
        const style = own ? "chip own n" : "chip n";
        const able = rights.react && (!own || room.can("unreact"));
        const inside = (
          <>
            <span class="e" aria-hidden="true">
              {emoji}
            </span>
            <span aria-hidden="true">{count.toLocaleString(words.lang)}</span>
          </>
        );
        return (
          <li key={emoji}>
            {able ? (
              <button
                type="button"
                class={style}
                tabIndex={tabIndex}
                aria-pressed={own}
                aria-label={said}
                title={said}
                onClick={() => react(room, doc, emoji, !own)}
              >
                {inside}
              </button>
            ) : (
              <span class={style} title={said}>
                {inside}
                <span class="sr">{own ? `${said}, ${words.includingYours}` : said}</span>
              </span>
            )}
          </li>
        );
      })}
      {rights.react && doc.reactions.length > 0 && (
        <li class="add">
          <button
            type="button"
            class="chip"
            tabIndex={tabIndex}
            aria-label={words.react}
            aria-haspopup="dialog"
            title={words.react}
            onClick={({ currentTarget }) => pickFor(pane, doc, currentTarget)}
          >
            <Icon name="smile" />
          </button>
        </li>
      )}
    </ul>
  );
});
