import type { VNode } from "preact";
import { Status } from "../core/announced";
import { Button, IconButton } from "../core/button";
import { asItem, ErrorBoundary } from "../core/error_boundary";
import type { Floats } from "../core/float";
import { focus } from "../core/focus";
import { useEffect, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { type MenuGroup, type MenuItem, openMenu } from "../core/menu";
import { bodyText } from "../core/rich_text";
import type { Poll } from "./documents";
import { Icon } from "./icons";
import type { Pane } from "./pane";
import type { Context, Words } from "./words";

/** Ask in a menu at `at` whether something is to be done for good. */
export const confirmInMenu = (
  floats: Floats,
  at: HTMLElement,
  question: string,
  yes: Pick<MenuItem, "label" | "run">,
  no: string,
): void => {
  const items: MenuItem[] = [
    { icon: "trash", danger: true, ...yes },
    { label: no, run: () => undefined },
  ];
  openMenu(floats, { at }, question, [{ label: question, items }]);
};

interface Props {
  pane: Pane;
}

/** The drafts in the order they will be asked, and past polls, the newest first. */
export const PollList = withHooks(function PollList({ pane }: Props, { words }: Context): VNode {
  const { room } = pane;
  useSignal(room.polls.version);
  const { next, can } = useSignal(room.desk);
  const managing = can.includes("manage");
  const { docs } = room.polls;
  const drafts = room.drafts();
  const [said, say] = useState("");
  const asked = docs.filter(({ state }) => state !== "draft").reverse();
  return (
    <div class="list">
      {managing && (
        <div class="lead">
          <Button
            look="big outlined"
            onClick={() => {
              pane.shown.value = "form";
            }}
          >
            <Icon name="plus" />
            {words.newPoll}
          </Button>
          {next !== null && (
            <Button
              look="big fill"
              off={!room.open}
              onClick={() => {
                pane.show(null);
                room.next();
              }}
            >
              <Icon name="play" />
              {words.next}
            </Button>
          )}
        </div>
      )}
      {drafts.length > 0 && (
        <>
          <h4>{words.drafts}</h4>
          <Status text={said} />
          <ol>
            {drafts.map((poll, place) => (
              <ErrorBoundary key={poll.id} of={poll} frame={asItem}>
                <Line
                  pane={pane}
                  poll={poll}
                  place={place + 1}
                  of={drafts.length}
                  next={next}
                  onMoved={say}
                />
              </ErrorBoundary>
            ))}
          </ol>
        </>
      )}
      {(asked.length > 0 || drafts.length > 0) && asked.length > 0 && (
        <>
          <h4>{words.history}</h4>
          <ul>
            {asked.map((poll) => (
              <ErrorBoundary key={poll.id} of={poll} frame={asItem}>
                <Line pane={pane} poll={poll} place={0} of={0} next={null} onMoved={say} />
              </ErrorBoundary>
            ))}
          </ul>
        </>
      )}
      {docs.length === 0 && <p class="given">{words.noPolls}</p>}
    </div>
  );
});

interface DraftMenu {
  at: HTMLElement;
  place: number;
  of: number;
  move: (place: number) => void;
  words: Words;
}

/** What can be done with a draft. */
const draftMenu = (
  pane: Pane,
  poll: Poll,
  { at, place, of, move, words }: DraftMenu,
): readonly MenuGroup[] => {
  const { room } = pane;
  const remove = {
    label: words.remove,
    run: () => room.manage(poll.error ? "discard" : "delete", poll),
  };
  const kept: MenuItem[] = [
    { label: words.edit, icon: "edit", run: () => pane.edit(poll) },
    { label: words.duplicate, icon: "copy", run: () => room.duplicate(poll) },
  ];
  const moves: MenuItem[] = [
    { label: words.moveUp, icon: "up", hint: "Alt+\u2191", run: () => move(place - 1) },
    { label: words.moveDown, icon: "down", hint: "Alt+\u2193", run: () => move(place + 1) },
  ];
  return [
    { items: poll.error || poll.saving ? [] : kept },
    { items: moves.filter((_, down) => (down ? place < of : place > 1)) },
    {
      items: [
        {
          ...{ label: words.remove, icon: "trash", danger: true },
          run: () => confirmInMenu(pane.floats, at, words.confirmRemove, remove, words.cancel),
        },
      ],
    },
  ];
};

interface LineProps extends Props {
  poll: Poll;
  /** Of a draft, when it is asked: 1 is next. */
  place: number;
  /** The number of drafts. */
  of: number;
  next: string | null;
  /** Called with what is to be read out of a draft that was moved. */
  onMoved: (said: string) => void;
}

const Line = withHooks(function Line(
  { pane, poll, place, of, next, onMoved }: LineProps,
  { words }: Context,
): VNode {
  const { room } = pane;
  const draft = poll.state === "draft";
  const text = bodyText(poll.question).replace(/\s+/g, " ").trim();
  const told = [
    words.kinds[poll.kind],
    draft
      ? poll.error || (poll.saving ? words.saving : words.openFor(poll.seconds ?? 0))
      : words.answered(poll.answered, null).join(""),
    !draft && poll.round > 1 ? words.rounds2(poll.round) : "",
    poll.anonymous ? words.anonymousShort : poll.named ? words.namedShort : "",
  ];
  const more = useRef<HTMLButtonElement>();
  const moving = useRef<boolean>();
  const move = (to: number): void => {
    if (!room.open || to < 1 || to > of) return;
    moving.current = true;
    room.move(poll, to);
    onMoved(words.moved(text, to, of));
  };
  useEffect(() => {
    // The row went elsewhere, and the focus did not.
    if (moving.current) focus(more.current);
    moving.current = false;
  }, [place]);
  const onMore = ({ currentTarget: at }: { currentTarget: HTMLElement }): void =>
    openMenu(
      pane.floats,
      { at },
      words.moreOf,
      draftMenu(pane, poll, { at, place, of, move, words }),
    );
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (!draft || !event.altKey || by === 0) return;
    event.preventDefault();
    move(place + by);
  };
  return (
    <li class={poll.id === next ? "line next" : "line"} onKeyDown={onKeyDown}>
      {draft && <span class="place n">{place}</span>}
      <button type="button" class="go" onClick={() => pane.show(poll.id)}>
        <bdi class="title">{text || words.poll}</bdi>
        <span class="meta n">
          {poll.id === next && <b>{words.nextOne} · </b>}
          {!draft && poll.state !== "revealed" && <b>{words.stateOf[poll.state]} · </b>}
          {told.filter(Boolean).join(" · ")}
        </span>
      </button>
      {draft && (
        <>
          <Button
            off={!room.open || poll.saving}
            aria-label={`${words.open}: ${text}`}
            onClick={() => {
              room.manage("open", poll);
              pane.show(null);
            }}
          >
            {words.open}
          </Button>
          <IconButton
            ref={more}
            icon="dots"
            label={`${words.moreOf}: ${text}`}
            aria-haspopup="menu"
            title={words.moreOf}
            onClick={onMore}
          />
        </>
      )}
    </li>
  );
});
