import type { VNode } from "preact";
import { Status } from "../core/announced";
import { IconButton } from "../core/button";
import { useRef, useSignal, useState, withHooks } from "../core/hooks";
import type { Poll } from "./documents";
import { Key, Label, optionText } from "./label";
import type { Room } from "./room";
import { isNew, SendRow } from "./voting";
import type { Context } from "./words";

interface SorterProps {
  poll: Poll;
  order: readonly number[];
  open: boolean;
  onSort: (order: readonly number[]) => void;
}

/** The options in an order, each with two buttons that move it. */
export const Sorter = withHooks(function Sorter(
  { poll, order, open, onSort }: SorterProps,
  { words }: Context,
): VNode {
  const box = useRef<HTMLOListElement>();
  const [said, setSaid] = useState("");
  const move = (place: number, by: number): void => {
    const to = place + by;
    const option = order[place];
    const other = order[to];
    if (!open || option === undefined || other === undefined) return;
    const next = [...order];
    next[place] = other;
    next[to] = option;
    onSort(next);
    setSaid(words.moved(optionText(poll, option), to + 1, order.length));
    // The button went with its option: it keeps the focus, or at an end its other one gets it.
    requestAnimationFrame(() => {
      const row = box.current?.children[to];
      const up = row?.querySelector<HTMLElement>(".up");
      const down = row?.querySelector<HTMLElement>(".down");
      const end = by < 0 ? to === 0 : to === order.length - 1;
      (by < 0 === end ? down : up)?.focus();
    });
  };
  return (
    <>
      <ol class="opts sorter" ref={box} aria-labelledby="ask">
        {order.map((option, place) => (
          <li key={option} class="opt">
            <span class="place n">{place + 1}</span>
            <Key kind={poll.kind} index={option} />
            <Label poll={poll} index={option} />
            <span class="movers">
              {([-1, 1] as const).map((by) => {
                const can = open && order[place + by] !== undefined;
                const name = by < 0 ? words.up : words.down;
                return (
                  <IconButton
                    key={by}
                    icon="more"
                    class={by < 0 ? "up" : "down"}
                    label={`${name}: ${optionText(poll, option)}`}
                    off={!can}
                    title={name}
                    onClick={() => move(place, by)}
                  />
                );
              })}
            </span>
          </li>
        ))}
      </ol>
      <Status text={said} />
    </>
  );
});

/** The order as it stands: begun, given, or as it was asked. */
export const orderOf = (poll: Poll, begun: unknown): readonly number[] => {
  const found = [begun, poll.mine].find((one) => Array.isArray(one)) as readonly number[];
  return found ?? poll.options.map((_, index) => index);
};

interface Props {
  room: Room;
  poll: Poll;
  open: boolean;
}

/** An order to be made and sent. */
export const Sorting = withHooks(function Sorting(
  { room, poll, open }: Props,
  { words }: Context,
): VNode {
  useSignal(room.begun);
  const order = orderOf(poll, room.begunOf(poll));
  return (
    <>
      <Sorter poll={poll} order={order} open={open} onSort={(next) => room.begin(poll, next)} />
      <SendRow
        label={poll.mine === undefined ? words.vote : words.change}
        ready={open && isNew(order, poll.mine)}
        hint={words.sortHint}
        onSend={() => {
          room.vote(poll, order);
          room.begin(poll, undefined);
        }}
      />
    </>
  );
});
