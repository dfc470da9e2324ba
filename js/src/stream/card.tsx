import type { VNode } from "preact";
import { Announced } from "../core/announced";
import { Button, IconButton } from "../core/button";
import { onEscape } from "../core/focus";
import { useEffect, useRef, useSignal, useState, withHooks } from "../core/hooks";
import type { Player } from "./player";
import type { Room } from "./room";
import { type Context, Icon } from "./words";

interface Props {
  room: Room;
  player: Player;
}

/** A poll over the picture, once the picture is where it was asked; who has no picture has it at once. */
export const Card = withHooks(function Card(
  { room, player }: Props,
  { words }: Context,
): VNode | null {
  const { asked } = useSignal(room.stage);
  const { phase, delay } = useSignal(player.status);
  const away = useSignal(room.away);
  const hurried = useSignal(room.hurried);
  const isWatching = phase === "playing" || phase === "paused" || phase === "interrupted";
  const late = isWatching && delay !== null ? delay : 0;
  const due = asked && !hurried.has(asked.key) ? asked.at + late : 0;
  const left = useTimeTo(due);
  if (!asked || away.has(asked.key) || !room.hasPolls) return null;
  if (left > 0) {
    return (
      <p class="held">
        <Icon name="poll" />
        <span class="n">
          {words.pollWaits(left)}
          <Announced first={true} text={words.pollCard} />
        </span>
        <Button
          onClick={() => {
            room.hurried.value = new Set([...hurried, asked.key]);
          }}
        >
          {words.voteNow}
        </Button>
      </p>
    );
  }
  const putAway = (): void => {
    room.away.value = new Set([...away, asked.key]);
  };
  return (
    <section class="pcard" aria-label={words.pollCard} onKeyDown={onEscape(putAway)}>
      <Announced first={true} text={words.pollCard} />
      <IconButton icon="close" class="away" label={words.putAway} onClick={putAway} />
      <Polls room={room} />
    </section>
  );
});

const Polls = withHooks(function Polls({ room }: { room: Room }, { words }: Context): VNode {
  const place = useRef<HTMLDivElement>();
  useEffect(() => room.showPolls(place.current as HTMLDivElement, words.pollMissing), [room]);
  return <div class="polls-in" ref={place} data-in-panel="" />;
});

/** Whole seconds until a time, counted in steps of half a second; 0 once it is past. */
function useTimeTo(due: number): number {
  const [, again] = useState(0);
  const left = Math.max(0, Math.ceil((due - Date.now()) / 1_000));
  useEffect(() => {
    if (left === 0) return;
    const timer = setInterval(() => again(Date.now()), 500);
    return () => clearInterval(timer);
  }, [left === 0]);
  return left;
}
