import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { focus } from "../core/focus";
import { useEffect, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { clockTime } from "../core/time";
import type { Edit } from "./documents";
import type { Room, Ties } from "./room";
import { type Context, Icon } from "./words";

const MAX_TEXT = 8_000;
const MOST_ROWS = 14;

/** As many rows as there are lines, for browsers that do not fit a box to its text. */
const rowsOf = (text: string): number => Math.min(MOST_ROWS, text.split("\n").length);

interface NewProps {
  room: Room;
}

/** The box for a new note at the foot: several lines, kept as one types, tied to the lesson. */
export const NewNote = withHooks(function NewNote({ room }: NewProps, { words }: Context): VNode {
  const text = useSignal(room.draft);
  const { at } = useSignal(room.offer);
  const area = useRef<HTMLTextAreaElement>();
  const [tied, tie] = useState(true);
  const [began, begin] = useState(0);
  const ready = text.trim() !== "";
  const ties = (): Ties => ({ cell: tied ? at : 0, minute: tied ? began || Date.now() : 0 });
  const keep = (): void => {
    if (!ready) return;
    room.add(ties());
    begin(0);
    tie(true);
    focus(area.current);
  };
  return (
    <div class="new">
      <textarea
        ref={area}
        rows={rowsOf(text)}
        dir="auto"
        maxLength={MAX_TEXT}
        aria-label={words.write}
        placeholder={words.write}
        title={words.writeHint}
        value={text}
        onInput={({ currentTarget: { value } }) => {
          // It is about the moment at which it was begun.
          if (text === "" || began === 0) begin(Date.now());
          room.draft.value = value;
        }}
        onKeyDown={onKeys(keep, () => area.current?.blur())}
      />
      <TieButton cell={at} minute={began} tied={tied} onTie={tie} />
      <IconButton
        icon="send"
        class={ready ? "fill" : ""}
        label={words.keep}
        off={!ready}
        onClick={keep}
      />
    </div>
  );
});

interface TieProps {
  cell: number;
  minute: number;
  tied: boolean;
  onTie: (tied: boolean) => void;
}

/** What the next note is about: the cell that the lesson is at, else the minute. */
const TieButton = withHooks(function TieButton(
  { cell, minute, tied, onTie }: TieProps,
  { words }: Context,
): VNode {
  const time = clockTime(minute || Date.now(), words.lang);
  const what = cell ? words.cell(cell) : time;
  return (
    <Button
      look={tied ? "tie on" : "tie quiet"}
      aria-pressed={tied}
      aria-label={words.tieTo(what)}
      title={tied ? words.untie(what) : words.tieTo(what)}
      onClick={() => onTie(!tied)}
    >
      <Icon name={cell ? "code" : "clock"} />
      <span class="n">{cell ? `[${cell}]` : time}</span>
    </Button>
  );
});

interface EditorProps {
  room: Room;
  edit: Edit;
  shared: boolean;
  /** The note is edited no more: the focus goes back to it. */
  onEnd: () => void;
}

/** A note as it is edited, in its place. */
export const Editor = withHooks(function Editor(
  { room, edit, shared, onEnd }: EditorProps,
  { words }: Context,
): VNode {
  const area = useRef<HTMLTextAreaElement>();
  useEffect(() => {
    const { current } = area;
    focus(current);
    current?.setSelectionRange(current.value.length, current.value.length);
    current?.scrollIntoView({ block: "nearest" });
  }, []);
  const change = (fields: Partial<Edit>): void => {
    room.edit.value = { ...edit, ...fields };
  };
  const ready = edit.text.trim() !== "";
  const save = (): void => {
    if (!ready) return;
    room.save();
    onEnd();
  };
  const cancel = (): void => {
    room.edit.value = null;
    onEnd();
  };
  const tie = edit.cell ? words.cell(edit.cell) : clockTime(edit.minute, words.lang);
  return (
    <div class="editor">
      <textarea
        ref={area}
        rows={rowsOf(edit.text)}
        dir="auto"
        maxLength={MAX_TEXT}
        aria-label={words.editBox}
        value={edit.text}
        onInput={({ currentTarget: { value } }) => change({ text: value })}
        onKeyDown={onKeys(save, save)}
      />
      <div class="under">
        {edit.cell + edit.minute > 0 && (
          <Button
            look="tie on"
            aria-label={words.untie(tie)}
            title={words.untie(tie)}
            onClick={() => change({ cell: 0, minute: 0 })}
          >
            <Icon name={edit.cell ? "code" : "clock"} />
            <span class="n">{tie}</span>
            <Icon name="close" />
          </Button>
        )}
        <span class="who">
          <Icon name={shared ? "people" : "lock"} />
          {shared ? words.shared : words.private}
        </span>
        <Button look="quiet" onClick={cancel}>
          {words.discard}
        </Button>
        <Button look="fill" off={!ready} onClick={save}>
          {words.done}
        </Button>
      </div>
    </div>
  );
});

/** Ctrl+Enter keeps a note, since Enter is a new line; Escape leaves the box, and keeps too. */
const onKeys =
  (keep: () => void, leave: () => void) =>
  (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) keep();
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
