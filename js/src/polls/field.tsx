import type { VNode } from "preact";
import { Button } from "../core/button";
import { useSignal, withHooks } from "../core/hooks";
import type { Choice, Poll } from "./documents";
import { lookKey } from "./equality";
import { readNumber, typed, understood } from "./numerals";
import type { Room } from "./room";
import { isNew } from "./voting";
import type { Context } from "./words";

const MAX_TEXT = 200;

interface Props {
  room: Room;
  poll: Poll;
  open: boolean;
}

/** A box for a number or a short text. */
export const Field = withHooks(function Field(
  { room, poll, open }: Props,
  { words }: Context,
): VNode {
  useSignal(room.begun);
  const { mine, kind } = poll;
  const isNumber = kind === "number";
  const given = mine === undefined ? "" : isNumber ? typed(Number(mine), words.lang) : `${mine}`;
  const begun = room.begunOf(poll);
  const text = begun === undefined ? given : String(begun);
  // What was given is itself, and never read from how it is shown.
  const begunText = begun === undefined ? "" : text;
  const said: Choice | null = isNumber
    ? readNumber(text, words.lang)
    : lookKey(text) === ""
      ? null
      : text.trim();
  const read = begun === undefined ? (mine ?? null) : said;
  const wrong = isNumber && begunText.trim() !== "" && read === null;
  const ready = open && read !== null && isNew(read, mine);
  const send = (): void => {
    if (!ready || read === null) return;
    room.vote(poll, read);
    room.begin(poll, undefined);
  };
  return (
    <div class="field">
      <input
        id="answer"
        type="text"
        inputMode={isNumber ? "decimal" : "text"}
        autocomplete="off"
        dir="auto"
        maxLength={MAX_TEXT}
        value={text}
        readOnly={!open}
        aria-labelledby="ask"
        aria-describedby={isNumber ? "foot wrong" : "foot"}
        aria-invalid={wrong}
        placeholder={isNumber ? words.yourNumber : words.yourText}
        onInput={(event: Event) => room.begin(poll, (event.target as HTMLInputElement).value)}
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key === "Enter") send();
          if (event.key === "Escape") room.begin(poll, undefined);
        }}
      />
      <Button look={ready ? "big fill" : "big outlined"} off={!ready} onClick={send}>
        {mine === undefined ? words.send : words.change}
      </Button>
      {isNumber && <NumberFeedback id="wrong" text={begunText} />}
    </div>
  );
});

/** The number that a typed text is read as, where the two differ, or that it is none. */
export const NumberFeedback = withHooks(function NumberFeedback(
  { text, id, sign = "" }: { text: string; id?: string; sign?: string },
  { words }: Context,
): VNode {
  const wrong = text.trim() !== "" && readNumber(text, words.lang) === null;
  const read = understood(text, words.lang);
  return (
    <p id={id} class={wrong ? "wrong" : "wrong read"} role="status">
      {wrong ? words.noNumber : read && words.understood(sign + read)}
    </p>
  );
});
