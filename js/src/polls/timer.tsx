import type { VNode } from "preact";
import { Status } from "../core/announced";
import { useCountdown, useEffect, useMemo, useState, withHooks } from "../core/hooks";
import type { Poll } from "./documents";
import { Icon } from "./icons";
import type { Context } from "./words";

/** From when on the time stands out, in seconds. */
const LAST = 10;
/** The seconds before the end that are read out. */
const SAID: readonly number[] = [30, 10];

interface Props {
  poll: Poll;
}

/** `2:05`, as on a clock. */
const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

/** The time left to vote; nothing without a timer. */
export const Timer = withHooks(function Timer({ poll }: Props, { words }: Context): VNode | null {
  const left = useCountdown(poll.ends);
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (left !== null && SAID.includes(left)) setSaid(words.secondsLeft(left));
  }, [left]);
  if (left === null) return null;
  return (
    <>
      <span
        class={left <= LAST ? "time n last" : "time n"}
        role="timer"
        aria-label={words.secondsLeft(left)}
      >
        <Icon name="clock" />
        {clock(left)}
      </span>
      <Status text={said} />
    </>
  );
});

/** A line that gets shorter with the time. */
export const Drain = withHooks(function Drain({ poll }: Props): VNode | null {
  const { ends, opened, closes } = poll;
  const left = useCountdown(ends);
  const first = useMemo(() => (ends ?? 0) - Date.now(), [closes]);
  if (ends === null || left === null) return null;
  const whole = opened !== undefined && closes !== undefined ? closes - opened : first;
  // Where it will be in a second: it moves there until then.
  const then = Math.max(0, ends - Date.now() - 1_000);
  const width = `${Math.min(100, (100 * then) / Math.max(1, whole))}%`;
  return (
    <span class="drain" aria-hidden="true">
      <i style={{ width }} />
    </span>
  );
});

/** Whether the time to vote is over, by this page's clock. */
export const useTimeUp = ({ ends }: Poll): boolean => useCountdown(ends) === 0;
