import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { asItem, ErrorBoundary } from "../core/error_boundary";
import type { Floats } from "../core/float";
import { useSignal, withHooks } from "../core/hooks";
import { type MenuItem, openMenu } from "../core/menu";
import { bodyText } from "../core/rich_text";
import type { Poll } from "./documents";
import { Icon } from "./icons";
import type { Pane } from "./pane";
import type { Context } from "./words";

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
  const drafts = docs.filter(({ state }) => state === "draft");
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
          <ol>
            {drafts.map((poll, place) => (
              <ErrorBoundary key={poll.id} of={poll} frame={asItem}>
                <Line pane={pane} poll={poll} place={place + 1} next={next} />
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
                <Line pane={pane} poll={poll} place={0} next={null} />
              </ErrorBoundary>
            ))}
          </ul>
        </>
      )}
      {docs.length === 0 && <p class="given">{words.noPolls}</p>}
    </div>
  );
});

interface LineProps extends Props {
  poll: Poll;
  /** Of a draft, when it is asked: 1 is next. */
  place: number;
  next: string | null;
}

const Line = withHooks(function Line(
  { pane, poll, place, next }: LineProps,
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
  const onRemove = ({ currentTarget: at }: { currentTarget: HTMLElement }): void =>
    confirmInMenu(
      pane.floats,
      at,
      words.confirmRemove,
      {
        label: words.remove,
        run: () => room.manage(poll.error ? "discard" : "delete", poll),
      },
      words.cancel,
    );
  return (
    <li class={poll.id === next ? "line next" : "line"}>
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
            icon="trash"
            label={`${words.remove}: ${text}`}
            aria-haspopup="menu"
            title={words.remove}
            onClick={onRemove}
          />
        </>
      )}
    </li>
  );
});
