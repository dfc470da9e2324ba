import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { Confirm } from "../core/confirm";
import { asItem, ErrorBoundary } from "../core/error_boundary";
import type { Floats } from "../core/float";
import { focus } from "../core/focus";
import { useBrief, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { openMenu } from "../core/menu";
import { initialOf, isolated } from "../core/text";
import { clockTime } from "../core/time";
import { type ClassNote, inOrder, isOfLesson } from "./documents";
import { NoteText, useRoving } from "./note_parts";
import type { Room } from "./room";
import type { Context, Words } from "./words";

interface Props {
  room: Room;
  floats: Floats;
  projected: boolean;
}

/** The notes of the class: those of the lesson, then the others, by no ranking but the lesson's. */
export const ClassNotes = withHooks(function ClassNotes(
  { room, floats, projected }: Props,
  { words }: Context,
): VNode {
  useSignal(room.shared.version);
  const all = inOrder(room.shared.docs);
  const groups = [
    [words.lessonNotes, all.filter(isOfLesson)],
    [words.fromClass, projected ? [] : all.filter((note) => !isOfLesson(note))],
  ] as const;
  const shown = groups.flatMap(([, notes]) => notes);
  const { current, roving } = useRoving(shown, shown[0]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: it is no form
    <div role="group" aria-label={words.class} {...roving}>
      {room.shared.more && !projected && (
        <Button look="earlier" onClick={() => room.older()}>
          {words.earlier}
        </Button>
      )}
      {groups.map(
        ([title, notes]) =>
          notes.length > 0 && (
            <section key={title} class="list" aria-label={title}>
              <h4>{title}</h4>
              {notes.map((note) => (
                <ErrorBoundary key={note.id} of={note} frame={asItem}>
                  <Shared {...{ room, floats, note, projected }} current={note.id === current} />
                </ErrorBoundary>
              ))}
            </section>
          ),
      )}
    </div>
  );
});

interface SharedProps extends Props {
  note: ClassNote;
  current: boolean;
}

const Shared = withHooks(function Shared(
  { room, floats, note, projected, current }: SharedProps,
  { words }: Context,
): VNode {
  const [asking, ask] = useState(false);
  const article = useRef<HTMLElement>();
  const { name, mine, via, cell, minute, at, edited } = note;
  const back = (): void => {
    ask(false);
    focus(article.current);
  };
  const author = mine ? words.you : isolated(name);
  return (
    <article
      ref={article}
      class={`note of-class${isOfLesson(note) ? " of-lesson" : ""}`}
      data-id={note.id}
      tabIndex={current ? 0 : -1}
      aria-label={author}
    >
      {!projected && (
        <header>
          <span class="avatar" aria-hidden="true">
            {initialOf(name, words.lang)}
          </span>
          <b dir="auto">{mine ? words.you : name}</b>
          {roleOf(note, words) && <span class="role">{roleOf(note, words)}</span>}
          {via && <span>{words.via(isolated(via))}</span>}
          {cell !== undefined && <span class="cell n">[{cell}]</span>}
          <span class="n">
            {edited === undefined
              ? clockTime(minute ?? at, words.lang)
              : words.updated(clockTime(edited, words.lang))}
          </span>
        </header>
      )}
      <div class="what">
        <NoteText note={note} reachable={current} folds={!projected} />
        {!projected && <Foot {...{ room, floats, note }} onRemove={() => ask(true)} />}
        {asking && (
          <Confirm
            question={words.askRemove}
            yes={words.remove}
            onNo={back}
            onYes={() => room.remove(note)}
          />
        )}
      </div>
    </article>
  );
});

interface FootProps {
  room: Room;
  floats: Floats;
  note: ClassNote;
  onRemove: () => void;
}

const Foot = withHooks(function Foot(
  { room, floats, note, onRemove }: FootProps,
  { words }: Context,
): VNode {
  const [copied, say] = useBrief(2_000);
  const { mine, likes, liked } = note;
  const own = mine ? room.ownOf(note) : undefined;
  const writes = room.can("write");
  return (
    <div class="foot">
      {(likes > 0 || (!mine && writes)) && (
        <Button
          look={liked ? "like on" : "like quiet"}
          aria-pressed={mine ? undefined : liked}
          aria-label={likes > 0 ? `${words.like}: ${words.liked(likes)}` : words.like}
          title={likes > 0 ? words.liked(likes) : words.like}
          off={mine || !writes}
          onClick={() => room.like(note)}
        >
          <span aria-hidden="true">👍</span>
          {likes > 0 && <span class="n">{likes}</span>}
        </Button>
      )}
      <span class="gap" />
      {own && writes && <Button onClick={() => room.share(own, false)}>{words.takeBack}</Button>}
      {!mine && writes && (
        <Button
          look="quiet"
          onClick={() => {
            room.copy(note);
            say(true);
          }}
        >
          <span role="status">{copied ? words.copied : words.copyToMine}</span>
        </Button>
      )}
      {!mine && room.can("remove") && (
        <IconButton
          icon="dots"
          label={words.more}
          aria-haspopup="menu"
          onClick={({ currentTarget: at }) =>
            openMenu(floats, { at }, words.more, [
              { items: [{ label: words.remove, icon: "trash", danger: true, run: onRemove }] },
            ])
          }
        />
      )}
    </div>
  );
});

const roleOf = ({ role }: ClassNote, words: Words): string =>
  role === "instructor" ? words.instructor : role === "admin" ? words.admin : "";
