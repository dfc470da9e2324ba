import type { VNode } from "preact";
import { IconButton } from "../core/button";
import { useSignal, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { bodyText } from "../core/rich_text";
import { oneLine } from "../core/text";
import type { ChatMessage } from "./documents";
import type { Room } from "./room";
import type { Context } from "./words";

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
