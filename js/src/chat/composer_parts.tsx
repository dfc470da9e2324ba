import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { useCountdown, useRef, useSignal, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { isolated, oneLine } from "../core/text";
import { attach, textOf } from "./attached";
import { lastOwn } from "./composer_hooks";
import type { ChatMessage } from "./documents";
import { nameOf } from "./names";
import type { Room } from "./room";
import type { Context } from "./words";

/** The time at which slow mode lets the reader's next message go; `null`: now. */
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
      <Button look={ready ? "fill" : "quiet"} off={!ready} onClick={onSave}>
        {words.save}
      </Button>
    </>
  );
});

/** The button that has pictures chosen. */
export const PictureButton = withHooks(function PictureButton(
  { room }: { room: Room },
  { words }: Context,
): VNode {
  const input = useRef<HTMLInputElement>();
  return (
    <>
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        onChange={({ currentTarget: chosen }) => {
          attach(room, chosen.files);
          chosen.value = "";
        }}
      />
      <IconButton icon="picture" label={words.addPicture} onClick={() => input.current?.click()} />
    </>
  );
});

/** The send button, which counts down the seconds of slow mode. */
export const SendButton = withHooks(function SendButton(
  { room, ready, onSend }: { room: Room; ready: boolean; onSend: () => void },
  { words }: Context,
): VNode {
  const seconds = useCountdown(nextAt(room)) ?? 0;
  const label = seconds > 0 ? words.sendIn(seconds) : words.send;
  return (
    <IconButton icon="send" class={ready ? "fill" : ""} label={label} off={!ready} onClick={onSend}>
      {seconds > 0 ? <span class="wait n">{seconds}</span> : undefined}
    </IconButton>
  );
});

export const BAR = "composer-bar";

interface BarProps {
  room: Room;
  /** The message that is replied to or edited. */
  doc: ChatMessage;
  editing: boolean;
  /** Missing where another button does it. */
  onCancel: (() => void) | undefined;
}

/** A bar over the box with the message that is replied to or edited. */
export const Bar = withHooks(function Bar(
  { room, doc, editing, onCancel }: BarProps,
  { words }: Context,
): VNode {
  const own = room.isOwn(doc);
  const name = nameOf(doc, words, own);
  const restored = useSignal(room.edit.restored);
  const title = own ? words.editing : words.editingOf(isolated(name));
  return (
    <div class="bar">
      <Icon name={editing ? "edit" : "reply"} />
      <span id={BAR}>
        <b>{editing ? (restored ? words.notSaved : title) : words.replyingTo(isolated(name))}</b>
        {!editing && <span dir="auto">{oneLine(textOf(doc), 200)}</span>}
      </span>
      {onCancel && <IconButton icon="close" label={words.cancelReply} onClick={onCancel} />}
    </div>
  );
});
