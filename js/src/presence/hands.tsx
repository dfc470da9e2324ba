import type { VNode } from "preact";
import { Button } from "../core/button";
import { asItem, ErrorBoundary } from "../core/error_boundary";
import { findAll } from "../core/focus";
import { useEffect, useMemo, useNow, useRef, useSignal, useState, withHooks } from "../core/hooks";
import type { Hand } from "./documents";
import { Avatar, nameOf, Sign } from "./list";
import type { People } from "./people";
import type { Context } from "./words";

/** The queue of raised hands, the longest wait first. */
export const Hands = withHooks(function Hands(
  { people }: { people: People },
  { words }: Context,
): VNode {
  useSignal(people.hands.version);
  const now = useNow();
  const hands = [...people.hands.docs].sort((a, b) => a.at - b.at);
  const list = useRef<HTMLElement>();
  const solved = useMemo(() => ({ at: -1, count: 0 }), []);
  // The focus goes on to whoever waits next, once the one that was helped is gone.
  useEffect(() => {
    const { current } = list;
    if (solved.at < 0 || !current || hands.length > solved.count) return;
    const next = Math.min(solved.at, hands.length - 1);
    solved.at = -1;
    const rows = findAll(current, ".hand");
    (rows[next]?.querySelector<HTMLElement>(".act button") ?? current).focus();
  }, [hands.length]);
  const onSolved = (hand: Hand): void => {
    solved.at = hands.indexOf(hand);
    solved.count = hands.length - 1;
    people.solve(hand);
  };
  return (
    <section class="hands" aria-label={words.filters.hands} tabIndex={-1} ref={list}>
      <div class="sec">
        <span class="n">{hands.length > 0 ? words.hands(hands.length) : words.noHands}</span>
      </div>
      <ol>
        {hands.map((hand) => (
          <ErrorBoundary key={hand.id} of={hand} frame={asItem}>
            <HandRow
              hand={hand}
              now={now}
              onTake={(on) => people.take(hand, on)}
              onSolved={() => onSolved(hand)}
            />
          </ErrorBoundary>
        ))}
      </ol>
    </section>
  );
});

interface RowProps {
  hand: Hand;
  now: number;
  onTake: (on: boolean) => void;
  onSolved: () => void;
}

const HandRow = withHooks(function HandRow(
  { hand, now, onTake, onSolved }: RowProps,
  { words }: Context,
): VNode {
  const name = nameOf(hand.name, words);
  const taken = Boolean(hand.helper) || hand.mine === true;
  return (
    <li class="hand">
      <Avatar name={name} staff={false} />
      <div>
        <div class="nm">
          <b>
            <bdi>{name}</bdi>
          </b>
          <time class="n">{words.lasts(now - hand.since)}</time>
          {taken && (
            <span class="by">{hand.mine ? words.youHelp : words.helping(hand.helper ?? "")}</span>
          )}
        </div>
        {hand.note && (
          <p class="tx" dir="auto">
            {hand.note}
          </p>
        )}
        {hand.traceback && <Traceback text={hand.traceback} label={words.errorOf(name)} />}
      </div>
      <div class="act">
        <Button
          look="line"
          aria-label={taken ? words.solveHand(name) : words.takeHand(name)}
          onClick={() => (taken ? onSolved() : onTake(true))}
        >
          {taken ? words.solved : words.take}
        </Button>
        {hand.mine && (
          <Button look="quiet" aria-label={words.giveBackHand(name)} onClick={() => onTake(false)}>
            {words.giveBack}
          </Button>
        )}
      </div>
    </li>
  );
});

/** The last line of a traceback, which opens to the whole of it. */
export const Traceback = withHooks(function Traceback({
  text,
  label,
}: {
  text: string;
  label: string;
}): VNode {
  const [open, setOpen] = useState(false);
  const last = text.trimEnd().split("\n").at(-1) ?? "";
  return (
    <>
      <button
        type="button"
        class="er"
        aria-expanded={open}
        aria-label={`${label}: ${last}`}
        onClick={() => setOpen(!open)}
      >
        <Sign name="error" />
        <span>{last}</span>
      </button>
      {open && (
        <section class="trace" aria-label={label}>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keys have to reach what scrolls */}
          <pre dir="ltr" tabIndex={0}>
            {text}
          </pre>
        </section>
      )}
    </>
  );
});
