import type { VNode } from "preact";
import { Button } from "../core/button";
import { findAll, isModified, moveFocus } from "../core/focus";
import { useRef, useSignal, useState, withHooks } from "../core/hooks";
import type { Fields } from "../core/messages";
import type { Choice, Poll } from "./documents";
import { isChosen, optionOf } from "./figures";
import { Icon } from "./icons";
import { Ends, isLine, Key, Label } from "./label";
import { Marks, Share } from "./option_rows";
import type { Room } from "./room";
import type { Context } from "./words";

interface Props {
  room: Room;
  poll: Poll;
  /** Whether votes are taken. */
  open: boolean;
}

/** The options to choose from: one click or key votes; of several, they are ticked first. */
export const Ballot = withHooks(function Ballot(
  { room, poll, open }: Props,
  { words }: Context,
): VNode {
  useSignal(room.begun);
  const box = useRef<HTMLDivElement>();
  const many = poll.kind === "multiple";
  const choice: Choice | undefined = (many ? room.begunOf(poll) : undefined) ?? poll.mine;
  const first = poll.options.findIndex((_, index) => isChosen(choice, index));
  const [at, setAt] = useState<number | null>(null);
  const stop = at ?? Math.max(0, first);

  const choose = (index: number): void => {
    setAt(index);
    if (!open) return;
    if (!many) {
      if (poll.mine !== index || poll.mineState === "late" || poll.mineState === "failed")
        room.vote(poll, index);
      return;
    }
    const ticked = typeof choice === "object" ? choice : [];
    const rest = ticked.filter((other) => other !== index);
    const next = rest.length < ticked.length ? rest : [...rest, index].sort((a, b) => a - b);
    room.begin(poll, next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const buttons = findAll(box.current, "button");
    const place = moveFocus(event, buttons, { wrap: true, sideways: true });
    if (place !== undefined) setAt(place);
    const meant = isModified(event) ? null : optionOf(poll, event.key);
    if (meant === null) return;
    event.preventDefault();
    buttons[meant]?.focus();
    choose(meant);
  };
  const line = isLine(poll);
  const { soFar } = poll;
  const told = soFar !== null && soFar.people > 0;
  const most = Math.max(1, line ? Math.max(...(soFar?.counts ?? [])) : (soFar?.people ?? 1));
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: its role is in what is spread */}
      <div
        ref={box}
        class={`opts${line ? " line" : ""}${told ? " told" : ""}`}
        {...groupOf(many, open)}
        style={{ "--n": poll.options.length }}
        onKeyDown={onKeyDown}
      >
        {poll.options.map((_, index) => {
          const chosen = isChosen(choice, index);
          const count = soFar?.counts[index] ?? 0;
          const part = count / most;
          return (
            <button
              key={index}
              type="button"
              class={told ? "opt res" : "opt"}
              style={{ "--p": `${100 * part}%`, "--q": part }}
              {...roleOf(many, chosen, open)}
              tabIndex={index === stop ? 0 : -1}
              onClick={() => choose(index)}
            >
              <Key kind={poll.kind} index={index} />
              {told ? (
                <div class="what">
                  <Label poll={poll} index={index} />
                  <Marks right={false} mine={!line && isChosen(poll.mine, index)} />
                </div>
              ) : (
                <Label poll={poll} index={index} />
              )}
              {told && soFar !== null ? (
                <Share count={count} people={soFar.people} />
              ) : (
                chosen &&
                !line && (
                  <span class="mine">
                    <Icon name="check" />
                    <span class="word">{isChosen(poll.mine, index) ? words.mine : ""}</span>
                  </span>
                )
              )}
            </button>
          );
        })}
      </div>
      {line && <Ends poll={poll} />}
      {many && (
        <SendRow
          label={poll.mine === undefined ? words.vote : words.change}
          ready={open && isNew(choice, poll.mine)}
          hint={words.several}
          onSend={() => {
            if (choice !== undefined) room.vote(poll, choice);
            room.begin(poll, undefined);
          }}
        />
      )}
    </>
  );
});

const groupOf = (many: boolean, open: boolean): Fields => ({
  ...{ role: many ? "group" : "radiogroup", "aria-labelledby": "ask", "aria-describedby": "foot" },
  ...(!many && { "aria-disabled": !open }),
});

const roleOf = (many: boolean, chosen: boolean, open: boolean): Fields => ({
  ...{ role: many ? "checkbox" : "radio", "aria-checked": chosen, "aria-disabled": !open },
});

/** Whether an answer says something, and something else than the one that was given. */
export const isNew = (choice: Choice | undefined, mine: Choice | undefined): boolean =>
  choice !== undefined &&
  (typeof choice === "number" || choice.length > 0) &&
  JSON.stringify(choice) !== JSON.stringify(mine);

interface SendProps {
  label: string;
  ready: boolean;
  hint: string;
  onSend: () => void;
}

/** The button that sends an answer of several parts. */
export const SendRow = ({ label, ready, hint, onSend }: SendProps): VNode => (
  <div class="sendrow">
    <Button look={ready ? "big fill" : "big outlined"} off={!ready} onClick={onSend}>
      {label}
    </Button>
    <span class="hint">{hint}</span>
  </div>
);
