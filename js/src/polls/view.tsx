import type { VNode } from "preact";
import { Status } from "../core/announced";
import { Button, IconButton } from "../core/button";
import { ErrorBoundary } from "../core/error_boundary";
import type { ViewProps } from "../core/feature";
import { Empty, Frame, Refusal } from "../core/frame";
import { useEffect, useMemo, useRef, useSignal, withHooks } from "../core/hooks";
import { late } from "../core/late";
import { offer } from "../core/navigation";
import { Header, useView } from "../core/view";
import { PollCard } from "./card";
import { useKeptFocus } from "./focus_recovery";
import { Icon } from "./icons";
import { PollList } from "./list";
import { Pane } from "./pane";
import type { Room } from "./room";
import { Drain, Timer } from "./timer";
import { type Context, wordsOf } from "./words";

const PollForm = late<{ pane: Pane; edits: boolean }>("polls.form");

export const PollsView = withHooks(function PollsView(props: ViewProps<Room>): VNode {
  const { room } = props;
  const { poll: only } = useSignal(props.options);
  const pane = useMemo(() => new Pane(room, only), [room, only]);
  const { words, view, scope, projected, frame } = useView(props, "polls", wordsOf, {
    floats: pane.floats,
  });
  room.lang = words.lang;
  const { can } = useSignal(room.desk);
  // Soon, so that it is there when a cell keeps the kernel from answering.
  useEffect(() => {
    if (can.includes("manage")) void PollForm.load(room.connection);
  }, [room, can]);
  useEffect(() => () => pane.dispose(), [pane]);
  useKeptFocus(view);
  useEffect(
    () => (only ? undefined : offer(scope, "polls", view.current, ({ id }) => pane.show(id))),
    [pane, scope],
  );
  useEffect(() => {
    pane.projected.value = projected;
  }, [projected]);
  return (
    <Frame {...frame} label={words.polls} header={<PollsHeader pane={pane} />}>
      <Body pane={pane} />
      <Refusal text={room.notice} />
    </Frame>
  );
});

const titles = { list: "polls", form: "newPoll", edit: "edit", poll: "poll" } as const;

const PollsHeader = withHooks(function PollsHeader(
  { pane }: { pane: Pane },
  { words }: Context,
): VNode {
  const { room } = pane;
  useSignal(room.polls.version);
  useSignal(room.desk);
  useSignal(pane.chosen);
  const shown = useSignal(pane.shown);
  const comparing = useSignal(pane.comparing);
  const poll = shown === "poll" ? pane.poll() : undefined;
  const many = !pane.only && (room.polls.size > (room.managing ? 0 : 1) || shown === "list");
  return (
    <Header
      title={words[titles[shown]]}
      tools={
        many && (
          <IconButton
            icon="list"
            label={words.allPolls}
            aria-pressed={shown === "list"}
            onClick={() => {
              pane.shown.value = shown === "list" ? "poll" : "list";
            }}
          />
        )
      }
    >
      {poll?.state === "draft" && <span class="pill">{words.draft}</span>}
      {poll && (poll.round > 1 || poll.state !== "draft") && (
        <span class="pill n">
          {comparing ? words.bothOf(poll.round - 1, poll.round) : words.round(poll.round)}
        </span>
      )}
      {poll && <span class="sub wide">{words.kinds[poll.kind]}</span>}
      <Status text={poll && words.now[poll.state]} />
      <span class="grow" />
      {poll?.state === "open" && <Timer key={poll.id} poll={poll} />}
      {poll?.state === "open" && <Drain key={poll.id} poll={poll} />}
    </Header>
  );
});

const Body = withHooks(function Body({ pane }: { pane: Pane }): VNode {
  const { room } = pane;
  const shown = useSignal(pane.shown);
  useSignal(pane.chosen);
  useSignal(room.polls.version);
  useSignal(room.desk);
  const projected = useSignal(pane.projected);
  const { state } = useSignal(room.connection.lesson);
  const place = useRef<HTMLDivElement>();
  useEffect(() => {
    if (place.current) place.current.scrollTop = 0;
  }, [shown]);
  const ended = state === "stopped";
  const poll = ended ? undefined : pane.poll();
  const content =
    ended || projected || shown === "poll" ? (
      poll ? (
        <ErrorBoundary key={`${poll.id}:${poll.round}`} of={poll}>
          <PollCard pane={pane} poll={poll} />
        </ErrorBoundary>
      ) : (
        <Nothing pane={pane} />
      )
    ) : (shown === "form" || shown === "edit") && room.managing ? (
      <PollForm pane={pane} edits={shown === "edit"} />
    ) : (
      <PollList pane={pane} />
    );
  return (
    <div class="stage" ref={place}>
      {content}
    </div>
  );
});

/** In place of a poll: why there is none. */
const Nothing = withHooks(function Nothing({ pane }: { pane: Pane }, { words }: Context): VNode {
  const { room } = pane;
  const managing = useSignal(room.desk).can.includes("manage");
  return (
    <Empty skeleton={<Grey />}>
      <Icon name="poll" />
      <b>{pane.only ? words.gone : words.empty}</b>
      <p>{pane.only ? "" : managing ? words.emptyStaff : words.emptyHint}</p>
      {managing && !pane.only && (
        <>
          <code dir="ltr">{words.example}</code>
          <Button
            look="fill"
            onClick={() => {
              pane.shown.value = "form";
            }}
          >
            <Icon name="plus" />
            {words.newPoll}
          </Button>
        </>
      )}
    </Empty>
  );
});

const Grey = (): VNode => (
  <div class="poll skels" aria-hidden="true">
    <i style={{ width: "46%" }} />
    <b />
    <b />
    <b />
  </div>
);
