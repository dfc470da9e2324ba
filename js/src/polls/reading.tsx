import type { VNode } from "preact";
import { withHooks } from "../core/hooks";
import { readNumber, understood } from "./numerals";
import type { Context } from "./words";

/** What a number that is typed is taken for, where that may be another one than was meant. */
export const NumberFeedback = withHooks(function NumberFeedback(
  { text, id, sign = "" }: { text: string; id?: string; sign?: string },
  { words }: Context,
): VNode {
  const wrong = text.trim() !== "" && readNumber(text, words.lang) === null;
  const read = understood(text, words.lang);
  return (
    <p id={id} class={wrong ? "wrong" : "wrong read"} role="status">
      {wrong ? words.noNumber : read && words.understood(sign + read)}
    </p>
  );
});
