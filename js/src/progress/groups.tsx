import type { VNode } from "preact";
import { Button } from "../core/button";
import { asItem, ErrorBoundary } from "../core/error_boundary";
import { onEscape } from "../core/focus";
import { useEffect, useNow, useRef, useSignal, useState, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { clockTime } from "../core/time";
import type { Board } from "./board";
import type { Group } from "./documents";
import type { Context } from "./words";

/** What people fail in alike; of those of one person each only the number, unless asked. */
export const Groups = withHooks(function Groups(
  { board }: { board: Board },
  { words }: Context,
): VNode {
  useSignal(board.groups.version);
  const [all, showAll] = useState(false);
  const sorted = [...board.groups.docs].sort((a, b) => a.place - b.place);
  const many = sorted.filter(({ people }) => people > 1);
  const single = sorted.filter(({ people }) => people === 1);
  const shown = all ? sorted : many;
  return (
    <section class="gs" aria-label={words.sameFailure}>
      <div class="sec">{sorted.length > 0 ? words.sameFailure : words.noFailures}</div>
      <ol>
        {shown.map((group) => (
          <ErrorBoundary key={group.id} of={group} frame={asItem}>
            <GroupRow board={board} group={group} />
          </ErrorBoundary>
        ))}
      </ol>
      {!all && single.length > 0 && (
        <p class="gmore n">
          {words.more(single.length)} <Button onClick={() => showAll(true)}>{words.show}</Button>
        </p>
      )}
    </section>
  );
});

const GroupRow = withHooks(function GroupRow(
  { board, group }: { board: Board; group: Group },
  { words }: Context,
): VNode {
  const now = useNow();
  const writing = useSignal(board.writing) === group.id;
  const button = useRef<HTMLButtonElement>();
  const { check, exercise, hint, message, number, people, type } = group;
  const { format } = new Intl.NumberFormat(words.lang);
  const leave = (): void => {
    board.writing.value = "";
    button.current?.focus();
  };
  const said = message ? `${type}: ${message}` : type;
  return (
    <li
      class="grp"
      onKeyDown={(event) => {
        if (writing || event.key.toLowerCase() !== "h" || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        board.writing.value = group.id;
      }}
    >
      <span class="gn n" aria-label={words.manyPeople(people)} role="img">
        {format(people)}
      </span>
      <div>
        <p class="ge" title={said}>
          <code dir="ltr">{said}</code>
        </p>
        <p class="mut n gm">
          {words.inExercise} <b>{exercise}</b> ·{" "}
          {check ? (
            <bdi title={words.numbered(number + 1)}>{check}</bdi>
          ) : (
            words.numbered(number + 1)
          )}
          {" · "}
          {hint ? (
            <>
              {words.hintSent(clockTime(hint[0], words.lang))},{" "}
              <span class="ok">{words.doneSince(hint[1], hint[2])}</span>
            </>
          ) : (
            words.first(words.lasts(now - group.since))
          )}
        </p>
      </div>
      {!writing && (
        <Button
          ref={button}
          look={hint ? "quiet" : "line"}
          onClick={() => {
            board.writing.value = group.id;
          }}
        >
          {hint ? words.hintAgain : people === 1 ? words.sendHintToOne : words.sendHintTo(people)}
        </Button>
      )}
      {writing && <HintBox board={board} group={group} onLeave={leave} />}
    </li>
  );
});

interface BoxProps {
  board: Board;
  group: Group;
  onLeave: () => void;
}

const MOST = 1_000;

/** Where a hint is written; what is in it stays when it is left. */
const HintBox = withHooks(function HintBox(
  { board, group, onLeave }: BoxProps,
  { words }: Context,
): VNode {
  const box = useRef<HTMLTextAreaElement>();
  const [text, setText] = useState(board.drafts.get(group.id) ?? "");
  useEffect(() => box.current?.focus(), []);
  const send = (): void => {
    if (text.trim()) board.hint(group.id, text.trim());
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape in what is in it
    <div class="hc" onKeyDown={onEscape(onLeave)}>
      <textarea
        ref={box as { current: HTMLTextAreaElement }}
        rows={2}
        dir="auto"
        maxLength={MOST}
        aria-label={words.hintText}
        value={text}
        onInput={({ currentTarget: { value } }) => {
          setText(value);
          board.drafts.set(group.id, value);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
          event.preventDefault();
          send();
        }}
      />
      <div class="foot">
        <span class="grow n">{words.onlyThese(group.people)}</span>
        <Button look="quiet" onClick={onLeave}>
          {words.cancel}
        </Button>
        <Button look="fill" off={!text.trim()} onClick={send}>
          <Icon name="send" /> {words.sendTo(group.people)}
        </Button>
      </div>
    </div>
  );
});
