import type { VNode } from "preact";
import { withHooks } from "../core/hooks";
import type { Body } from "../core/messages";
import { bodyText, Rich } from "../core/rich_text";
import type { Kind, Poll } from "./documents";
import { keyOf } from "./figures";
import { Icon } from "./icons";
import type { Context } from "./words";

/** The letter or number that an option is called by. */
export const Key = ({ kind, index }: { kind: Kind; index: number }): VNode => (
  <span class="sign" aria-hidden="true">
    {keyOf(kind, index)}
  </span>
);

/** Whether an option has no text, as points of a scale may. */
export const isEmpty = (body: Body | undefined): boolean =>
  body === undefined || bodyText(body).trim() === "";

interface Props {
  poll: Poll;
  index: number;
}

/** The text of an option; a point of a scale without one shows its number. */
export const Label = withHooks(function Label({ poll, index }: Props, { words }: Context): VNode {
  const body = poll.options[index];
  return (
    <span class="lab">
      {body === undefined || isEmpty(body) ? (
        <span class={poll.kind === "scale" ? "sr" : ""}>
          {poll.kind === "scale" ? keyOf("scale", index) : words.option(keyOf(poll.kind, index))}
        </span>
      ) : (
        <Rich body={body} context={{ reachable: false, flat: true }} />
      )}
    </span>
  );
});

/** An option in one line, for tables and what is read out. */
export const optionText = ({ kind, options }: Poll, index: number): string => {
  const body = options[index];
  const text = body === undefined ? "" : bodyText(body).replace(/\s+/g, " ").trim();
  return text === "" ? keyOf(kind, index) : text;
};

/** The mark of a right answer. */
export const CorrectMark = withHooks(function CorrectMark(_: object, { words }: Context): VNode {
  return (
    <span class="note">
      <Icon name="check" />
      {words.correct}
    </span>
  );
});

/** A scale whose points have words only at its ends lies in one line. */
export const isLine = ({ kind, options }: Poll): boolean =>
  kind === "scale" && options.length <= 11 && options.slice(1, -1).every((body) => isEmpty(body));

/** The texts at the two ends of a scale. */
export const Ends = ({ poll }: { poll: Poll }): VNode | null =>
  poll.options.some((body) => !isEmpty(body)) ? (
    <div class="ends" aria-hidden="true">
      <Label poll={poll} index={0} />
      <Label poll={poll} index={poll.options.length - 1} />
    </div>
  ) : null;
