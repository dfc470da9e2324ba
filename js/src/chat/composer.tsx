import type { VNode } from "preact";
import { Status } from "../core/announced";
import { Button, IconButton } from "../core/button";
import { focus } from "../core/focus";
import { useEffect, useMemo, useRef, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { Pictures } from "../core/pictures";
import { attach, readyPictures } from "./attached";
import {
  lastOwn,
  type Text,
  useFittingHeight,
  useFocus,
  useMentions,
  usePasted,
  useText,
} from "./composer_hooks";
import { BAR, Bar, PictureButton, SaveButtons, SendButton } from "./composer_parts";
import { insertCode, tooLong } from "./composer_text";
import { type Choice, LIST, MentionMenu, optionId } from "./mention_menu";
import type { Room } from "./room";
import { TypingTeller } from "./typing";
import type { Context, Words } from "./words";

interface Props {
  room: Room;
  /** Whether what is written can be sent at all. */
  open: boolean;
  onSent: (isQuestion: boolean) => void;
  onLeave: () => void;
}

export const Composer = withHooks(function Composer(
  { room, open, onSent, onLeave }: Props,
  { words }: Context,
): VNode {
  const area = useRef<HTMLTextAreaElement>();
  /** Whether what stands in the foot line is about this text. */
  const refused = useRef<boolean>();
  const held = useText(room, open);
  const { text, editing, replyTo, asking, anonymous, waiting, ready } = held;
  const mentions = useMentions(area, room, held);
  const pasted = usePasted(area, room, held);
  const teller = useMemo(() => new TypingTeller(room), [room]);
  useEffect(() => () => teller.stop(), [teller]);
  useEffect(() => {
    const writing = area.current?.closest<HTMLElement>(".writing");
    return () => {
      // The box goes with whoever is muted: the focus stays in the chat.
      const root = writing?.getRootNode() as ShadowRoot | undefined;
      if (writing?.contains(root?.activeElement ?? null)) onLeave();
    };
  }, []);
  useFittingHeight(area, text);
  useFocus(area, held);

  const send = (): void => {
    if (!ready) return;
    const body = text.trimEnd();
    const long = tooLong(body);
    if (long) {
      refused.current = true;
      room.say(words.tooLong(long.length, long.most));
      return;
    }
    if (anonymous && !room.can("anonymous")) {
      // Never with a name what was written to go without: not before the next press.
      if (!room.connection.filled.value) return;
      room.anonymous.value = false;
      refused.current = true;
      room.say(words.anonymousOff);
      return;
    }
    mentions.drop();
    if (editing) {
      room.edit.save();
      teller.stop();
      return;
    }
    room.send(body, {
      ...(replyTo && { replyTo: replyTo.id }),
      ...{ question: asking, anonymous },
      pictures: readyPictures(room.attached.value) ?? [],
    });
    room.attached.value = [];
    teller.stop(); // after the message: the kernel takes one thing after the other
    room.replyTo.value = null;
    room.asking.value = false;
    onSent(asking);
  };
  const cancel = (): void => {
    if (editing) room.edit.cancel();
    else room.replyTo.value = null;
    focus(area.current);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const { key, shiftKey } = event;
    if (mentions.onKey(event)) event.preventDefault();
    else if (key === "Enter" && !shiftKey) send();
    else if (key === "Escape") (editing || replyTo ? cancel : onLeave)();
    else if (key === "ArrowUp" && text === "" && !editing) {
      const last = lastOwn(room);
      if (last?.born == null || last.deleting || !room.can("edit")) return;
      room.editing.value = last;
    } else return;
    event.preventDefault();
  };
  const onInput = (): void => {
    held.set(area.current?.value ?? "");
    mentions.look();
    if (!editing && !anonymous) teller.typed(area.current?.value ?? "");
    if (refused.current) room.say("");
    refused.current = false;
  };
  const onCode = (): void => {
    if (!area.current || waiting) return;
    insertCode(area.current);
    held.set(area.current.value);
  };
  const { choice } = mentions;
  const doc = editing ?? replyTo;
  const label = labelOf(held, words);
  return (
    <div class="writing">
      {choice && <MentionMenu choice={choice} onTake={mentions.choose} />}
      <Status text={choice && words.mentionable(choice.names.length)} />
      {!editing && <Pictures part="tray" attached={room.attached} />}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: what is dropped, a button takes too */}
      <div
        class="composer"
        onDragOver={(event) => {
          if (!editing && event.dataTransfer?.types.includes("Files")) event.preventDefault();
        }}
        onDrop={(event) => {
          if (!editing && attach(room, event.dataTransfer?.files)) event.preventDefault();
        }}
      >
        {doc && (
          <Bar
            room={room}
            doc={doc}
            editing={editing !== null}
            onCancel={editing ? undefined : cancel}
          />
        )}
        {pasted.offered && (
          <Button look="ascode" onClick={pasted.wrap}>
            <Icon name="code" />
            {words.asCode}
          </Button>
        )}
        {asking && room.can("anonymous") && (
          <Button
            look="ascode"
            role="switch"
            aria-checked={anonymous}
            onClick={() => {
              teller.stop();
              room.anonymous.value = !anonymous;
            }}
          >
            <i class="box">{anonymous && <Icon name="check" />}</i>
            <span>
              {words.askAnonymously} <small>{words.anonymousHint}</small>
            </span>
          </Button>
        )}
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          aria-label={label}
          aria-describedby={doc ? BAR : undefined}
          {...(choice ? completing(choice) : undefined)}
          placeholder={waiting ? words.gettingText : label}
          readOnly={waiting}
          value={text}
          onInput={onInput}
          onKeyDown={onKeyDown}
          onKeyUp={({ key }) => /^(Arrow(Left|Right)|Home|End)$/.test(key) && mentions.look()}
          onClick={mentions.look}
          onPaste={pasted.onPaste}
          onBlur={() => {
            teller.stop();
            mentions.drop();
          }}
        />
        {!editing && room.can("ask") && (
          <IconButton
            icon="question"
            class={asking ? "on" : ""}
            label={words.ask}
            aria-pressed={asking}
            onClick={() => {
              room.asking.value = !asking;
            }}
          />
        )}
        {!editing && room.can("picture") && <PictureButton room={room} />}
        <IconButton icon="code" label={words.insertCode} onClick={onCode} />
        {editing ? (
          <SaveButtons ready={ready} onSave={send} onCancel={cancel} />
        ) : (
          <SendButton room={room} ready={ready} onSend={send} />
        )}
      </div>
    </div>
  );
});

/** The box while it has a list. It stays a text box: several lines are no `combobox`. */
const completing = ({ at }: Choice) => ({
  "aria-autocomplete": "list" as const,
  "aria-haspopup": "listbox" as const,
  "aria-controls": LIST,
  "aria-activedescendant": optionId(at),
});

const labelOf = ({ editing, asking, anonymous }: Text, words: Words): string => {
  if (editing) return words.editBox;
  if (anonymous) return words.askBoxAnonymous;
  return asking ? words.askBox : words.composer;
};
