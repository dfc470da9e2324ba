import type { VNode } from "preact";
import { withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import type { Context } from "./words";

/** At an answer: that it is the right one. */
export const CorrectMark = withHooks(function CorrectMark(_: object, { words }: Context): VNode {
  return (
    <span class="note">
      <Icon name="check" />
      {words.correct}
    </span>
  );
});
