// What is said of answers wherever they stand.

import type { VNode } from "preact";
import { withHooks } from "../core/hooks";
import type { Poll } from "./documents";
import { Icon } from "./icons";
import type { Parts } from "./locale/en";
import type { Pane } from "./pane";
import type { Context } from "./words";

/** One line on what *anonymous* means. */
export const Anonymous = withHooks(function Anonymous(
  { poll }: { poll: Poll },
  { words }: Context,
): VNode | null {
  if (!poll.anonymous) return null;
  return (
    <p class="anon">
      <Icon name="lock" />
      {poll.ended ? words.anonymousEnded : words.anonymous}
    </p>
  );
});

/** The number of people who can answer; `null` if not known. */
export const peopleHere = (pane: Pane, answered: number): number | null => {
  const { online, students } = pane.room.connection.lesson.value;
  const people = students ?? online;
  return people !== null && people >= answered ? people : null;
};

/** A number that stands out in its words. */
export const Counted = ({ parts, class: name }: { parts: Parts; class: string }): VNode => (
  <span class={`n ${name}`}>
    {parts[0]}
    <b>{parts[1]}</b>
    {parts[2]}
  </span>
);
