import type { ComponentChildren, VNode } from "preact";
import { useEffect, useMemo, useState, withHooks } from "./hooks";

/** Milliseconds between two times that one thing is read out, and until the first. */
const EVERY = 10_000;
const SOON = 500;

interface Props {
  text: string;
  /** Whether it is read out as it is at first, not only once it has changed. */
  first?: boolean;
  /** Called once the text has been read out. */
  onSaid?: () => void;
}

/** Reads `text` out whenever it changes. */
export const Status = ({ text }: { text: ComponentChildren }): VNode => (
  <span class="sr" role="status">
    {text}
  </span>
);

/** Reads `text` out to those who do not see it change: politely, and not too often. */
export const Announced = withHooks(function Announced({
  text,
  first = false,
  onSaid,
}: Props): VNode {
  const [said, say] = useState("");
  const held = useMemo(() => ({ text: first ? "" : text, now: text, due: 0, at: 0 }), []);
  held.now = text;
  useEffect(() => {
    if (text === held.text) return;
    // What changes all the time is read out all the same.
    held.due ||= Math.max(Date.now() + SOON, held.at + EVERY);
    const timer = setTimeout(() => {
      held.at = Date.now();
      held.due = 0;
      held.text = held.now;
      say(held.now);
      if (held.now) onSaid?.();
    }, held.due - Date.now());
    return () => clearTimeout(timer);
  }, [text]);
  return <Status text={said} />;
});
