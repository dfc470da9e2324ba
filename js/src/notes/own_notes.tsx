import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { Confirm } from "../core/confirm";
import { asItem, ErrorBoundary } from "../core/error_boundary";
import type { Floats } from "../core/float";
import { focus, focusIn, onEscape } from "../core/focus";
import { useRef, useSignal, useState, withHooks } from "../core/hooks";
import { openMenu } from "../core/menu";
import { bodyText } from "../core/rich_text";
import { oneLine } from "../core/text";
import { clockTime } from "../core/time";
import { inOrder, type OwnNote } from "./documents";
import { Editor } from "./editor";
import { Gutter, NoteText, useRoving } from "./note_parts";
import type { Room } from "./room";
import { type Context, Icon } from "./words";

interface Props {
  room: Room;
  floats: Floats;
}

/** One's own notes in the order of the lesson: one tab stop, arrows move. */
export const OwnNotes = withHooks(function OwnNotes(
  { room, floats }: Props,
  { words }: Context,
): VNode {
  useSignal(room.mine.version);
  const notes = inOrder(room.mine.docs);
  const { current, roving } = useRoving(notes, notes.at(-1));
  return (
    <div class="list" role="feed" aria-label={words.mine} {...roving}>
      {notes.map((note) => (
        <ErrorBoundary key={note.id} of={note} frame={asItem}>
          <Own room={room} floats={floats} note={note} current={note.id === current} />
        </ErrorBoundary>
      ))}
    </div>
  );
});

interface OwnProps extends Props {
  note: OwnNote;
  current: boolean;
}

const Own = withHooks(function Own(
  { room, floats, note, current }: OwnProps,
  { words }: Context,
): VNode {
  const edit = useSignal(room.edit);
  const { course } = useSignal(room.connection.lesson);
  const [asking, ask] = useState<"" | "share" | "delete">("");
  const article = useRef<HTMLElement>();
  const back = (): void => {
    ask("");
    focus(article.current);
  };
  const editing = edit?.id === note.id ? edit : null;
  return (
    <article
      ref={article}
      class="note"
      data-id={note.id}
      tabIndex={current ? 0 : -1}
      aria-label={oneLine(bodyText(note.body), 200)}
    >
      <Gutter note={note} />
      <div class="what">
        {editing ? (
          <Editor room={room} edit={editing} shared={note.shared} onEnd={back} />
        ) : (
          <NoteText note={note} reachable={current} />
        )}
        {!editing && <Meta room={room} note={note} />}
        {asking === "share" && (
          <Sharing
            course={course}
            onNo={back}
            onYes={() => {
              room.share(note, true);
              back();
            }}
          />
        )}
        {asking === "delete" && (
          <Confirm
            question={note.shared ? words.askDeleteShared : words.askDelete}
            yes={words.delete}
            onNo={back}
            onYes={() => room.delete(note)}
          />
        )}
      </div>
      {!editing && room.can("write") && (
        <div class="tools">
          {!note.shared && (
            <Button
              look="quiet do-share"
              aria-label={words.share}
              title={words.share}
              onClick={() => ask("share")}
            >
              <Icon name="people" />
              <span>{words.share}</span>
            </Button>
          )}
          <IconButton
            icon="edit"
            class="do-edit"
            label={words.edit}
            onClick={() => room.begin(note)}
          />
          <IconButton
            icon="dots"
            label={words.more}
            aria-haspopup="menu"
            onClick={({ currentTarget: at }) =>
              openMenu(floats, { at }, words.more, [
                {
                  items: [
                    {
                      ...{ label: words.delete, icon: "trash" as const, danger: true },
                      run: () => ask("delete"),
                    },
                  ],
                },
              ])
            }
          />
        </div>
      )}
    </article>
  );
});

/** Asks, in the row below, whether the class may see it. */
const Sharing = withHooks(function Sharing(
  { course, onYes, onNo }: { course: string; onYes: () => void; onNo: () => void },
  { words }: Context,
): VNode {
  const yes = useRef<HTMLButtonElement>();
  return (
    <div
      class="sharing"
      role="alertdialog"
      aria-label={words.askShare(course)}
      ref={(row: HTMLElement | null) => {
        if (row && !focusIn(row)) focus(yes.current);
      }}
      onKeyDown={onEscape(onNo)}
    >
      <span>
        <b>{words.askShare(course)}</b> {words.shareHint}
      </span>
      <div>
        <Button look="quiet" onClick={onNo}>
          {words.cancel}
        </Button>
        <Button ref={yes} look="fill" onClick={onYes}>
          {words.share}
        </Button>
      </div>
    </div>
  );
});

/** Who sees it, and how far it is. */
const Meta = withHooks(function Meta(
  { room, note }: { room: Room; note: OwnNote },
  { words }: Context,
): VNode {
  const { shared, state, error, edited } = note;
  return (
    <div class="meta">
      <span class="who">
        <Icon name={shared ? "people" : "lock"} />
        {shared ? words.shared : words.private}
      </span>
      {edited !== undefined && <span class="n">{words.edited(clockTime(edited, words.lang))}</span>}
      {state && (
        <span class={state === "failed" ? "bad" : ""}>
          {words.states[state] ?? ""}
          {error && <bdi>{`: ${error}`}</bdi>}
        </span>
      )}
      {state === "failed" && <Button onClick={() => room.begin(note)}>{words.tryAgain}</Button>}
      {shared && room.can("write") && (
        <Button onClick={() => room.share(note, false)}>{words.takeBack}</Button>
      )}
    </div>
  );
});
