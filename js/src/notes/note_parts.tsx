import type { VNode } from "preact";
import { Button } from "../core/button";
import { findAll, focusIn, moveFocus } from "../core/focus";
import { useRef, useState, withHooks } from "../core/hooks";
import { bodyText, Rich } from "../core/rich_text";
import { clockTime } from "../core/time";
import type { Note } from "./documents";
import { type Context, Icon } from "./words";

/** A list of notes with one tab stop: arrows move among them, unless the focus is within one. */
export function useRoving(notes: readonly Note[], first: Note | undefined) {
  const list = useRef<HTMLDivElement>();
  const [chosen, choose] = useState("");
  const idOf = (target: EventTarget | null): string =>
    (target as HTMLElement).closest<HTMLElement>("article")?.dataset.id ?? "";
  return {
    current: notes.some(({ id }) => id === chosen) ? chosen : first?.id,
    roving: {
      ref: list,
      onKeyDown: (event: KeyboardEvent): void => {
        const isRow = focusIn(list.current)?.localName === "article";
        if (isRow) moveFocus(event, findAll(list.current, "article"));
      },
      onFocusIn: ({ target }: FocusEvent): void => choose(idOf(target)),
    },
  };
}

/** Where in the lesson: the cell, else a clock, and the time. */
export const Gutter = withHooks(function Gutter(
  { note }: { note: Note },
  { words }: Context,
): VNode {
  const { cell, minute, at } = note;
  const time = minute ?? at;
  return (
    <div class="gutter n">
      {cell !== undefined ? (
        <span class="cell">
          <span class="sr">{words.cell(cell)}</span>
          <span aria-hidden="true">[{cell}]</span>
        </span>
      ) : (
        minute !== undefined && <Icon name="clock" />
      )}
      <time dateTime={new Date(time).toISOString()}>{clockTime(time, words.lang)}</time>
    </div>
  );
});

/** Lines and characters above which a text is folded. */
const LINES = 14;
const LENGTH = 900;

interface TextProps {
  note: Note;
  /** Whether its links and boxes are tab stops. */
  reachable: boolean;
  /** Whether a long one is folded. */
  folds?: boolean;
}

export const NoteText = withHooks(function NoteText(
  { note, reachable, folds = false }: TextProps,
  { words }: Context,
): VNode {
  const [open, unfold] = useState(false);
  const text = folds ? bodyText(note.body) : "";
  const isLong = text.length > LENGTH || text.split("\n").length > LINES;
  return (
    <>
      <div class={isLong && !open ? "text folded" : "text"}>
        <Rich body={note.body} context={{ reachable }} />
      </div>
      {isLong && (
        <Button aria-expanded={open} onClick={() => unfold(!open)}>
          {open ? words.showLess : words.showAll}
        </Button>
      )}
    </>
  );
});
