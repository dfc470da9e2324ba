import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { useCountdown, useSignal, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { bodyText } from "../core/rich_text";
import { oneLine } from "../core/text";
import { lastOwn } from "./composer_hooks";
import type { ChatMessage } from "./documents";
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
      <Button look="quiet" onClick={onCancel}>
        {words.cancelEdit}
      </Button>
      <Button look={ready ? "fill" : "quiet"} aria-disabled={!ready} onClick={onSave}>
        {words.save}
      </Button>
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

export const BAR = "composer-bar";

interface BarProps {
  room: Room;
  /** What is replied to, or what is changed. */
  doc: ChatMessage;
  editing: boolean;
  /** Missing where another button does it. */
  onCancel: (() => void) | undefined;
}

/** Over the box: what the text is for, and how to be done with it. */
export const Bar = withHooks(function Bar(
  { room, doc, editing, onCancel }: BarProps,
  { words }: Context,
): VNode {
  const own = room.isOwn(doc);
  const name = own ? words.you : doc.name.trim() || words.unnamed;
  const isolated = `\u2068${name}\u2069`;
  const restored = useSignal(room.edit.restored);
  const title = own ? words.editing : words.editingOf(isolated);
  return (
    <div class="bar">
      <Icon name={editing ? "edit" : "reply"} />
      <span id={BAR}>
        <b>{editing ? (restored ? words.notSaved : title) : words.replyingTo(isolated)}</b>
        {!editing && <span dir="auto">{oneLine(bodyText(doc.body), 200)}</span>}
      </span>
      {onCancel && <IconButton icon="close" label={words.cancelReply} onClick={onCancel} />}
    </div>
  );
});
