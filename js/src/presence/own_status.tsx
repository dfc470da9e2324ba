import type { VNode } from "preact";
import { Button } from "../core/button";
import { findAll, moveFocus } from "../core/focus";
import { useEffect, useNow, useRef, useSignal, useState, withHooks } from "../core/hooks";
import type { OwnHand, Status } from "./documents";
import { Traceback } from "./hands";
import { Sign } from "./list";
import type { People } from "./people";
import type { Context } from "./words";

const MAX_NOTE = 500;

const choices: readonly Status[] = ["following", "done", "stuck"];

interface Props {
  people: People;
  raise: { current: HTMLButtonElement | null };
}

/** The reader's own status and raised hand. */
export const OwnStatusForm = withHooks(function OwnStatusForm(
  { people, raise }: Props,
  { words }: Context,
): VNode {
  const desk = useSignal(people.desk);
  const chosen = people.own;
  const [open, setOpen] = useState(false);
  const up = desk.hand !== null && !desk.hand.solved;
  const close = (): void => {
    setOpen(false);
    raise.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const group = event.currentTarget as HTMLElement;
    const buttons = findAll(group, "button");
    moveFocus(event, buttons, { wrap: true, sideways: true });
  };
  return (
    <div class="mine">
      <div class="mystat">
        <div class="three" role="radiogroup" aria-label={words.myStatus} onKeyDown={onKeyDown}>
          {choices.map((status, index) => (
            // biome-ignore lint/a11y/useSemanticElements: see above
            <button
              key={status}
              type="button"
              role="radio"
              class="b"
              data-status={status}
              aria-checked={chosen === status}
              aria-keyshortcuts={String(index + 1)}
              title={chosen === status ? words.takeBack : undefined}
              tabIndex={chosen === status || (!chosen && index === 0) ? 0 : -1}
              onClick={() => people.choose(status)}
            >
              <Sign name={status} />
              <span>{words.own[status]}</span>
              <span class="kbd" aria-hidden="true">
                {index + 1}
              </span>
            </button>
          ))}
        </div>
        <button
          ref={raise}
          type="button"
          class={up ? "b hb up" : "b hb"}
          aria-expanded={open}
          aria-keyshortcuts="H"
          onClick={() => (open ? close() : setOpen(true))}
        >
          <Sign name="hand" />
          <span>{up ? words.handUp : words.raise}</span>
          <span class="kbd" aria-hidden="true">
            H
          </span>
        </button>
      </div>
      <div role="status">
        {(desk.status.state === "queued" || desk.hand?.state === "queued") && (
          <p class="kept">{words.statusKept}</p>
        )}
      </div>
      {open ? (
        <HandForm people={people} hand={up ? desk.hand : null} onClose={close} />
      ) : (
        <OwnHandLine
          people={people}
          hand={desk.hand}
          onChange={() => setOpen(true)}
          raise={raise}
        />
      )}
    </div>
  );
});

/** The state of the reader's own hand. */
const OwnHandLine = withHooks(function OwnHandLine(
  { people, hand, onChange, raise }: Props & { hand: OwnHand | null; onChange: () => void },
  { words }: Context,
): VNode {
  const now = useNow();
  return (
    <div role="status" class="own">
      {hand && (
        <div class="line">
          <p>
            {hand.solved ? (
              hand.helper ? (
                words.solvedBy(hand.helper)
              ) : (
                words.solved
              )
            ) : (
              <>
                <b class={hand.helper ? "by" : ""}>
                  {hand.helper ? words.helping(hand.helper) : words.handUp}
                </b>{" "}
                <time class="n" aria-live="off">
                  {words.lasts(now - hand.since)}
                </time>
                {hand.note && (
                  <span class="tx" dir="auto">
                    {hand.note}
                  </span>
                )}
              </>
            )}
          </p>
          {!hand.solved && (
            <span class="act">
              <Button onClick={onChange}>{words.change}</Button>
              <Button
                onClick={() => {
                  people.lower();
                  raise.current?.focus();
                }}
              >
                {words.lower}
              </Button>
            </span>
          )}
          {hand.traceback && !hand.solved && (
            <Traceback text={hand.traceback} label={words.errorPreview} />
          )}
        </div>
      )}
    </div>
  );
});

/** The number of characters by which a note is too long. */
const excess = (note: string): number => [...note.trim()].length - MAX_NOTE;

interface RaiseProps {
  people: People;
  hand: OwnHand | null;
  onClose: () => void;
}

/** The form to raise a hand: a note and, only if it is ticked each time, the error. */
const HandForm = withHooks(function HandForm(
  { people, hand, onClose }: RaiseProps,
  { words }: Context,
): VNode {
  const draft = people.note;
  const note = useSignal(draft);
  const failure = useSignal(people.failure);
  const [sends, setSends] = useState(false);
  const box = useRef<HTMLTextAreaElement>();
  const over = excess(note);
  useEffect(() => {
    people.askFailure();
    if (hand && !draft.value) draft.value = hand.note ?? "";
    // It opened because somebody asked for it.
    box.current?.focus();
  }, []);
  const raise = (): void => {
    // What was typed just now may not be rendered yet.
    const text = draft.value;
    if (excess(text) > 0) return;
    people.raise(text.trim(), sends && failure ? failure : null);
    draft.value = "";
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") onClose();
    else if (event.key === "Enter" && !event.shiftKey && event.target === box.current) raise();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a part of the view, over nothing
    <div class="raise" role="group" aria-label={words.raiseTitle} onKeyDown={onKeyDown}>
      <label>
        <b>{words.note}</b> <span class="hint">{words.noteHint}</span>
        <textarea
          ref={box}
          rows={2}
          dir="auto"
          value={note}
          aria-invalid={over > 0}
          onInput={(event) => {
            draft.value = event.currentTarget.value;
          }}
        />
      </label>
      {over > 0 && (
        <p class="over" role="alert">
          {words.tooLong(over)}
        </p>
      )}
      {failure && (
        <div class="ask">
          <label>
            <input
              type="checkbox"
              checked={sends}
              onChange={(event) => setSends(event.currentTarget.checked)}
            />
            <b>{words.sendError}</b>
          </label>
          <Traceback text={failure.text} label={words.errorPreview} />
        </div>
      )}
      <div class="act">
        <Button look="fill" aria-disabled={over > 0} onClick={raise}>
          {words.raise}
        </Button>
        <Button look="quiet" onClick={onClose}>
          {words.cancel}
        </Button>
      </div>
    </div>
  );
});
