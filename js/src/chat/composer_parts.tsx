import type { VNode } from "preact";
import { useCountdown, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { lastOwn } from "./composer_hooks";
import type { Room } from "./room";
import type { Context } from "./words";

/** When slow mode lets the reader's next message go, if that is not now. */
function nextAt(room: Room): number | null {
  const { slow, can } = room.state.value;
  if (slow <= 0 || can.includes("moderate")) return null;
  const now = Date.now();
  const next = Math.min(Math.max(room.sentAt.value, lastOwn(room)?.at ?? 0), now) + slow * 1000;
  return next > now ? next : null;
}

export const SaveButtons = withHooks(function SaveButtons(
  { ready, onSave, onCancel }: { ready: boolean; onSave: () => void; onCancel: () => void },
  { words }: Context,
): VNode {
  return (
    <>
      <button type="button" class="btn quiet" onClick={onCancel}>
        {words.cancelEdit}
      </button>
      <button
        type="button"
        class={ready ? "btn fill" : "btn quiet"}
        aria-disabled={!ready}
        onClick={onSave}
      >
        {words.save}
      </button>
    </>
  );
});

/** Sends; counts down what slow mode makes the next message wait. */
export const SendButton = withHooks(function SendButton(
  { room, ready, onSend }: { room: Room; ready: boolean; onSend: () => void },
  { words }: Context,
): VNode {
  const seconds = useCountdown(nextAt(room)) ?? 0;
  const label = seconds > 0 ? words.sendIn(seconds) : words.send;
  return (
    <button
      type="button"
      class={ready ? "ib fill" : "ib"}
      aria-label={label}
      title={label}
      aria-disabled={!ready}
      onClick={onSend}
    >
      {seconds > 0 ? <span class="wait n">{seconds}</span> : <Icon name="send" />}
    </button>
  );
});
