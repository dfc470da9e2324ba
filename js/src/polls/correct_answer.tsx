import type { VNode } from "preact";
import { Button } from "../core/button";
import { focus } from "../core/focus";
import { useEffect, useRef, useState, withHooks } from "../core/hooks";
import type { Choice, Poll } from "./documents";
import { NumberFeedback } from "./field";
import { keyOf } from "./figures";
import { optionText } from "./label";
import { readNumber } from "./numerals";
import type { Pane } from "./pane";
import { isOneOf, lines } from "./question_form";
import { Sorter } from "./sorting";
import type { Context } from "./words";

interface Props {
  pane: Pane;
  poll: Poll;
}

/** The form in which an instructor chooses the right answer on revealing. */
export const CorrectAnswer = withHooks(function CorrectAnswer(
  { pane, poll }: Props,
  { words }: Context,
): VNode {
  const { kind, options } = poll;
  const [picked, setPicked] = useState<readonly number[]>(
    kind === "ordering" ? options.map((_, index) => index) : [],
  );
  const [text, setText] = useState("");
  const [off, setOff] = useState("");
  const box = useRef<HTMLFieldSetElement>();
  useEffect(() => {
    focus(box.current?.querySelector<HTMLElement>("button, input, textarea"));
  }, []);
  const number = readNumber(text, words.lang);
  const correct: readonly Choice[] =
    kind === "number"
      ? [number].filter((one) => one !== null)
      : kind === "text"
        ? lines(text)
        : picked;
  const tolerance = kind === "number" ? readNumber(off, words.lang) : null;
  const ready = correct.length > 0 && (off.trim() === "" || tolerance !== null);
  const close = (): void => {
    pane.choosing.value = false;
  };
  const toggle = (index: number): void => {
    const rest = picked.filter((one) => one !== index);
    const one = isOneOf(kind);
    setPicked(rest.length < picked.length ? rest : one ? [index] : [...rest, index].sort(byValue));
  };
  const reveal = (): void => {
    pane.reveal(poll, {
      ...(!poll.shown.counts && { counts: true }),
      ...{ answer: true, correct },
      ...(tolerance && { tolerance: Math.abs(tolerance) }),
    });
  };
  return (
    <fieldset
      ref={box}
      class="choosing"
      onKeyDown={(event) => {
        if ((event as unknown as KeyboardEvent).key === "Escape") close();
      }}
    >
      <legend>{words.whichIsRight}</legend>
      {kind === "ordering" ? (
        <Sorter poll={poll} order={picked} open onSort={setPicked} />
      ) : kind === "number" || kind === "text" ? (
        <div class="field">
          {kind === "text" ? (
            <textarea
              rows={2}
              dir="auto"
              value={text}
              aria-label={words.whichIsRight}
              placeholder={words.rightLines}
              onInput={(event: Event) => setText((event.target as HTMLTextAreaElement).value)}
            />
          ) : (
            <input
              type="text"
              dir="auto"
              inputMode="decimal"
              autocomplete="off"
              value={text}
              aria-label={words.whichIsRight}
              placeholder={words.rightNumber}
              onInput={(event: Event) => setText((event.target as HTMLInputElement).value)}
            />
          )}
          {kind === "number" && (
            <input
              class="short"
              type="text"
              inputMode="decimal"
              autocomplete="off"
              value={off}
              aria-label={words.tolerance}
              placeholder={`± ${words.tolerance}`}
              onInput={(event: Event) => setOff((event.target as HTMLInputElement).value)}
            />
          )}
          {kind === "number" && <NumberFeedback text={text} />}
          {kind === "number" && <NumberFeedback text={off} sign="±" />}
        </div>
      ) : (
        <div class="letters">
          {options.map((_, index) => (
            <button
              key={index}
              type="button"
              class="sign"
              aria-pressed={picked.includes(index)}
              aria-label={`${keyOf(kind, index)}: ${optionText(poll, index)}`}
              title={optionText(poll, index)}
              onClick={() => toggle(index)}
            >
              {keyOf(kind, index)}
            </button>
          ))}
        </div>
      )}
      <div class="actions">
        <Button look={ready ? "big fill" : "big outlined"} off={!ready} onClick={reveal}>
          {poll.shown.counts ? words.revealAnswer : words.reveal}
        </Button>
        <Button look="big quiet" onClick={close}>
          {words.cancel}
        </Button>
      </div>
    </fieldset>
  );
});

const byValue = (a: number, b: number): number => a - b;
