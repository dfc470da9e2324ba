import type { VNode } from "preact";
import { Announced } from "../core/announced";
import { Button } from "../core/button";
import { useSignal, withHooks } from "../core/hooks";
import { Rich } from "../core/rich_text";
import { clockTime } from "../core/time";
import { Anonymous, Counted, peopleHere } from "./answers";
import { DeskBar } from "./desk";
import { type Choice, isTyped, type Outcome, type Poll } from "./documents";
import { Field } from "./field";
import { keyOf } from "./figures";
import { Icon, type IconName } from "./icons";
import { Missing } from "./missing";
import { OptionRows } from "./option_rows";
import type { Pane } from "./pane";
import { Picture, Results } from "./results";
import { Sorting } from "./sorting";
import { Timer, useTimeUp } from "./timer";
import { Ballot } from "./voting";
import type { Context, Words } from "./words";

interface Props {
  pane: Pane;
  poll: Poll;
}

/** A poll in the state and for the role of its reader. */
export const PollCard = withHooks(function PollCard(
  { pane, poll }: Props,
  { words }: Context,
): VNode {
  const { room } = pane;
  const managing = useSignal(room.desk).can.includes("manage");
  const projected = useSignal(pane.projected);
  useSignal(room.peeked);
  const asking = poll.state === "open" || poll.state === "closed";
  const peek = managing ? room.peekOf(poll) : null;
  return (
    <>
      <div class="poll">
        <div class="asked">
          <div id="ask" class="ask">
            <Rich body={poll.question} context={{ reachable: true }} />
          </div>
          {projected && poll.state === "open" && <Timer poll={poll} />}
        </div>
        {poll.edited !== undefined && (
          <p class="anon n">
            <Icon name="edit" />
            {words.edited(clockTime(poll.edited, words.lang))}
          </p>
        )}
        {poll.named && (
          <p class="anon">
            <Icon name="eye" />
            {words.named}
          </p>
        )}
        {poll.live && poll.state !== "revealed" && (
          <p class="anon">
            <Icon name="eye" />
            {words.liveNote}
          </p>
        )}
        {!pane.only && <OpenPolls pane={pane} poll={poll} />}
        {managing && poll.state === "open" && <Turnout pane={pane} poll={poll} />}
        {managing && poll.named && asking && !projected && <Missing pane={pane} poll={poll} />}
        {peek ? (
          <Results pane={pane} poll={poll} outcome={peek} secret />
        ) : poll.state === "revealed" ? (
          <Results pane={pane} poll={poll} outcome={poll} />
        ) : managing || poll.state !== "open" ? (
          <ReadOnlyOptions poll={poll} managing={managing} pane={pane} />
        ) : (
          <Vote pane={pane} poll={poll} />
        )}
        {poll.state !== "open" && <Unsent pane={pane} poll={poll} />}
      </div>
      {managing && !projected && <DeskBar pane={pane} poll={poll} />}
    </>
  );
});

/** A note that several polls are open, with a button to the next one. */
const OpenPolls = withHooks(function OpenPolls(
  { pane, poll }: Props,
  { words }: Context,
): VNode | null {
  const { room } = pane;
  useSignal(room.polls.version);
  const open = room.polls.docs.filter(({ state }) => state === "open");
  const others = open.filter(({ id }) => id !== poll.id);
  const at = open.findIndex(({ id }) => id === poll.id);
  const next = at < 0 ? others.at(-1) : open[(at + 1) % open.length];
  if (next === undefined || open.length < 2) return null;
  return (
    <p class="several">
      <span role="status">{words.severalOpen(open.length)}</span>
      <Button look="line" onClick={() => pane.show(next.id)}>
        {words.otherPoll}
      </Button>
    </p>
  );
});

/** The answer that was not sent before the round closed. */
const Unsent = withHooks(function Unsent({ pane, poll }: Props, { words }: Context): VNode | null {
  useSignal(pane.room.begun);
  const begun = pane.room.begunOf(poll);
  const empty = begun === undefined || begun === "" || (Array.isArray(begun) && !begun.length);
  if (empty || (poll.anonymous && poll.ended)) return null;
  return (
    <p class="given unsent" role="status">
      <Icon name="alert" />
      <span>
        {words.unsent} <bdi>{choiceText(poll, begun)}</bdi>
      </span>
    </p>
  );
});

/** A choice in one line: what was written, or the options by their letters. */
const choiceText = (poll: Poll, choice: Choice): string =>
  isTyped(poll)
    ? String(choice)
    : (typeof choice === "object" ? choice : [Number(choice)])
        .map((index) => keyOf(poll.kind, index))
        .join(poll.kind === "ordering" ? " › " : ", ");

/** A round in which one can vote, and how one's vote stands. */
const Vote = withHooks(function Vote({ pane, poll }: Props, { words }: Context): VNode {
  const { room } = pane;
  const { readonly } = useSignal(room.connection.lesson);
  const { can } = useSignal(room.desk);
  useSignal(room.connection.kernel);
  const over = useTimeUp(poll);
  const open = room.open && can.includes("vote") && !readonly && !over;
  const Input =
    poll.kind === "ordering"
      ? Sorting
      : poll.kind === "number" || poll.kind === "text"
        ? Field
        : Ballot;
  return (
    <>
      <Input room={room} poll={poll} open={open} />
      {Input !== Ballot && <SoFar pane={pane} poll={poll} />}
      <div class="foot" id="foot">
        <VoteStatus pane={pane} poll={poll} over={over} />
        {!can.includes("vote") && (
          <span class="quiet">
            <Icon name="lock" />
            {words.readonly}
          </span>
        )}
        <span class="grow" />
        <AnswerCount pane={pane} poll={poll} />
      </div>
      <Anonymous poll={poll} />
    </>
  );
});

/** What is known of a poll before it is revealed: nothing but the question. */
const untold = { results: [], flows: [], correct: [], tolerance: 0 } satisfies Outcome;

/** The counts so far of a live poll, for everybody. */
const SoFar = ({ pane, poll }: Props): VNode | null =>
  poll.soFar !== null && poll.soFar.people > 0 ? (
    <Picture pane={pane} poll={poll} outcome={untold} round={poll.soFar} />
  ) : null;

const shownAs: Record<string, [icon: IconName, kind: string]> = {
  pending: ["clock", "quiet"],
  queued: ["off", "warn"],
  counted: ["check", "ok"],
  late: ["alert", "warn"],
  failed: ["alert", "bad"],
};

/** Whether one's vote is counted: never said before the service has counted it. */
const VoteStatus = withHooks(function VoteStatus(
  { pane, poll, over }: Props & { over: boolean },
  { words }: Context,
): VNode {
  const { mineState = "counted", mine, mineError } = poll;
  const state = mine === undefined && !mineError ? null : mineState;
  const [icon, kind] = (state && shownAs[state]) ?? ["check", "ok"];
  const rest = over ? words.timeUp : state === "counted" ? words.canChange : mineError;
  return (
    <span role="status" class="standing">
      {state !== null && (
        <span class={kind}>
          <Icon name={icon} />
          {words.states[state]}
        </span>
      )}
      {(state !== null || over) && <bdi>{rest}</bdi>}
      {state === "failed" && (
        <Button onClick={() => pane.room.manage("discard", poll)}>{words.dismiss}</Button>
      )}
      {state === null && !over && poll.round > 1 && <Earlier poll={poll} />}
    </span>
  );
});

/** The reader's choice in the round before. */
const Earlier = withHooks(function Earlier(
  { poll }: { poll: Poll },
  { words }: Context,
): VNode | null {
  const before = poll.earlier[poll.round - 1];
  if (before === undefined) return null;
  const said = choiceText(poll, before);
  return (
    <span>
      {words.before(poll.round - 1)} <bdi>{said}</bdi>
    </span>
  );
});

/** Options as they stand while nothing can be chosen and nothing is told. */
const ReadOnlyOptions = withHooks(function ReadOnlyOptions(
  { poll, pane, managing }: Props & { managing: boolean },
  { words }: Context,
): VNode {
  const { state } = poll;
  const told = poll.soFar !== null && poll.soFar.people > 0;
  return (
    <>
      {told ? (
        <SoFar pane={pane} poll={poll} />
      ) : (
        <OptionRows poll={poll} outcome={untold} round={null} />
      )}
      {typeof poll.mine !== "object" && poll.mine !== undefined && isTyped(poll) && (
        <p class="given">
          {words.mineIs} <bdi>{poll.mine}</bdi>
        </p>
      )}
      <div class="foot">
        {state === "closed" && (
          <span>
            <b>{words.closed.lead}</b> {managing ? "" : words.closed.rest}
          </span>
        )}
        {!managing && <NotCounted poll={poll} words={words} />}
        {managing && state !== "draft" && !poll.live && <HiddenNote words={words} />}
        {state === "draft" && <DraftLine poll={poll} words={words} />}
        <span class="grow" />
        {state === "closed" && <AnswerCount pane={pane} poll={poll} />}
      </div>
      <Anonymous poll={poll} />
    </>
  );
});

/** A vote that did not get there before its round closed. */
const NotCounted = ({ poll, words }: { poll: Poll; words: Words }): VNode | null => {
  const { mineState } = poll;
  if (!mineState || mineState === "counted") return null;
  const [icon, kind] = shownAs[mineState] ?? ["alert", "warn"];
  return (
    <span role="status" class="standing">
      <span class={kind}>
        <Icon name={icon} />
        {words.states[mineState]}
      </span>
    </span>
  );
};

const HiddenNote = ({ words }: { words: Words }): VNode => (
  <span class="quiet">
    <Icon name="hidden" />
    {words.hush}
  </span>
);

/** The settings of a draft, without the right answer: a class may be looking. */
const DraftLine = ({ poll, words }: { poll: Poll; words: Words }): VNode => (
  <span class="quiet">
    <Icon name={poll.error ? "alert" : "hidden"} />
    {poll.error ? (
      <bdi>{poll.error}</bdi>
    ) : poll.saving ? (
      words.saving
    ) : (
      [words.draftHint, poll.hasAnswer && words.answerKept, words.openFor(poll.seconds ?? 0)]
        .filter(Boolean)
        .join(" · ")
    )}
  </span>
);

/** The number of answers. */
export const AnswerCount = withHooks(function AnswerCount(
  { pane, poll }: Props,
  { words }: Context,
): VNode {
  useSignal(pane.room.connection.lesson);
  const { answered } = poll;
  return <Counted class="answered" parts={words.answered(answered, peopleHere(pane, answered))} />;
});

/** For an instructor: the number of answers, large, without their content. */
const Turnout = withHooks(function Turnout({ pane, poll }: Props, { words }: Context): VNode {
  useSignal(pane.room.connection.lesson);
  const { answered } = poll;
  const of = peopleHere(pane, answered);
  const parts = words.answered(answered, of);
  return (
    <div class="turn">
      <Counted class="count" parts={parts} />
      {of !== null && (
        <span class="tk" aria-hidden="true">
          <i style={{ width: `${(100 * answered) / Math.max(1, of)}%` }} />
        </span>
      )}
      <Announced text={parts.join("")} />
    </div>
  );
});
