import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { findAll } from "../core/focus";
import { useRef, useSignal, useState, withHooks } from "../core/hooks";
import { KINDS, type Kind } from "./documents";
import { NumberFeedback } from "./field";
import { keyOf } from "./figures";
import css from "./form.css?inline";
import { Icon } from "./icons";
import type { Pane } from "./pane";
import {
  canBeLive,
  emptyForm,
  type Form,
  hasOptions,
  isOneOf,
  LEAST_OPTIONS,
  MAX_OPTION,
  MAX_QUESTION,
  MOST_OPTIONS,
  missing,
  withKind,
} from "./question_form";
import type { Context } from "./words";

const TIMES = [0, 30, 60, 90, 120, 300];

interface Props {
  pane: Pane;
  /** Whether a draft is edited. */
  edits: boolean;
}

const textOf = (event: Event): string => (event.target as HTMLInputElement).value;

// A file of code of its own, which comes to instructors once their polls are there.

/** A question as it is written: kept until it is asked, also over a reload. */
const PollForm = withHooks(function PollForm(
  { pane, edits }: Props,
  { words }: Context,
): VNode | null {
  const { room } = pane;
  const held = edits ? room.editing : room.form;
  const form = useSignal(held);
  const chosen = useSignal(pane.chosen);
  const [tried, setTried] = useState(false);
  const change = (fields: Partial<Form>): void => {
    held.value = { ...held.value, ...fields };
  };
  const lacking = missing(form, words.lang);
  const submit = (open: boolean): void => {
    setTried(true);
    if (lacking !== null || !room.open) return;
    pane.shown.value = "poll";
    if (edits) room.saveEdit(words.lang);
    else room.create(open, words.lang);
  };
  // It comes from the kernel.
  if (edits && form.id !== chosen) return null;
  const times = [...new Set([...TIMES, form.seconds])].sort((a, b) => a - b);
  return (
    <form
      class="form"
      aria-label={edits ? words.edit : words.newPoll}
      onSubmit={(event: Event) => event.preventDefault()}
    >
      <style>{css}</style>
      <label class="row">
        <span>{words.question}</span>
        <textarea
          rows={2}
          dir="auto"
          maxLength={MAX_QUESTION}
          value={form.question}
          placeholder={words.questionHint}
          aria-invalid={tried && lacking === "question"}
          onInput={(event: Event) => change({ question: textOf(event) })}
        />
      </label>
      <fieldset class="kinds" disabled={edits}>
        <legend>{words.kind}</legend>
        {KINDS.filter((kind) => !edits || kind === form.kind).map((kind) => (
          <label key={kind} class={form.kind === kind ? "on" : ""}>
            <input
              type="radio"
              name="kind"
              value={kind}
              checked={form.kind === kind}
              onChange={() => {
                held.value = withKind(form, kind);
              }}
            />
            {words.kinds[kind]}
          </label>
        ))}
      </fieldset>
      {hasOptions(form.kind) ? (
        <Options form={form} change={change} />
      ) : (
        <Known form={form} change={change} />
      )}
      <div class="two">
        <label class="row">
          <span>{words.time}</span>
          <select
            value={String(form.seconds)}
            onChange={(event: Event) => change({ seconds: Number(textOf(event)) })}
          >
            {times.map((seconds) => (
              <option key={seconds} value={String(seconds)}>
                {words.timeOf(seconds)}
              </option>
            ))}
          </select>
        </label>
        <Tick
          name={words.anonymousShort}
          hint={words.anonymousHint}
          on={form.anonymous}
          off={edits}
          onTick={(anonymous) => change({ anonymous })}
        />
        <Tick
          name={words.liveShort}
          hint={words.liveNote}
          on={form.live && canBeLive(form)}
          off={edits || !canBeLive(form)}
          onTick={(live) => change({ live })}
        />
      </div>
      <p class="wrong" role="alert">
        {tried && lacking !== null && words.missing[lacking]}
      </p>
      <div class="actions">
        {!edits && (
          <Button look="big fill" onClick={() => submit(true)}>
            <Icon name="play" />
            {words.askNow}
          </Button>
        )}
        <Button look={edits ? "big fill" : "big outlined"} onClick={() => submit(false)}>
          {edits ? words.saveDraft : words.keepDraft}
        </Button>
        <Button
          look="big quiet"
          onClick={() => {
            held.value = emptyForm(form.kind);
            pane.shown.value = "poll";
          }}
        >
          {words.discard}
        </Button>
      </div>
      <p class="given">{words.draftShows}</p>
    </form>
  );
});

export default PollForm;

interface TickProps {
  name: string;
  hint: string;
  on: boolean;
  off: boolean;
  onTick: (on: boolean) => void;
}

const Tick = ({ name, hint, on, off, onTick }: TickProps): VNode => (
  <label class="tick">
    <input
      type="checkbox"
      checked={on}
      disabled={off}
      onChange={(event: Event) => onTick((event.target as HTMLInputElement).checked)}
    />
    <span>
      {name}
      <small>{hint}</small>
    </span>
  </label>
);

interface PartProps {
  form: Form;
  change: (fields: Partial<Form>) => void;
}

const multiLine = (kind: Kind): boolean => kind === "predict";

/** The options, each with a mark for what is right: not required, and told to nobody yet. */
const Options = withHooks(function Options({ form, change }: PartProps, { words }: Context): VNode {
  const { kind, options, right } = form;
  const box = useRef<HTMLFieldSetElement>();
  const mark = (index: number): void => {
    const rest = right.filter((one) => one !== index);
    const on = rest.length === right.length;
    change({ right: !on ? rest : isOneOf(kind) ? [index] : [...rest, index] });
  };
  const focus = (index: number): void => {
    requestAnimationFrame(() => findAll(box.current, ".text")[index]?.focus());
  };
  const add = (): void => {
    if (options.length >= MOST_OPTIONS) return;
    change({ options: [...options, ""] });
    focus(options.length);
  };
  const remove = (index: number): void => {
    change({
      options: options.filter((_, place) => place !== index),
      right: right.flatMap((one) => (one === index ? [] : one > index ? one - 1 : one)),
    });
    focus(Math.max(0, index - 1));
  };
  return (
    <fieldset class="options" ref={box}>
      <legend>{kind === "scale" ? words.points2 : words.options}</legend>
      {options.map((option, index) => {
        const on = right.includes(index);
        const name = words.option(keyOf(kind, index));
        const shared = {
          class: "text",
          dir: "auto" as const,
          maxLength: MAX_OPTION,
          value: option,
          "aria-label": name,
          placeholder: kind === "scale" ? words.pointHint(index, options.length) : "",
          onInput: (event: Event) =>
            change({
              options: options.map((one, place) => (place === index ? textOf(event) : one)),
            }),
          onKeyDown: (event: KeyboardEvent) => {
            if (event.key !== "Enter" || multiLine(kind)) return;
            event.preventDefault();
            if (index === options.length - 1) add();
            else focus(index + 1);
          },
        };
        return (
          <div key={index} class="line">
            <span class="sign" aria-hidden="true">
              {keyOf(kind, index)}
            </span>
            {multiLine(kind) ? (
              <textarea {...shared} rows={Math.min(6, option.split("\n").length)} />
            ) : (
              <input type="text" autocomplete="off" {...shared} />
            )}
            {kind !== "ordering" && (
              <IconButton
                icon="check"
                class={on ? "on" : ""}
                label={words.markRight(keyOf(kind, index))}
                aria-pressed={on}
                onClick={() => mark(index)}
              />
            )}
            <IconButton
              icon="close"
              label={words.removeOption(keyOf(kind, index))}
              off={options.length <= LEAST_OPTIONS}
              onClick={() => remove(index)}
            />
          </div>
        );
      })}
      <div class="below">
        {options.length < MOST_OPTIONS && (
          <Button onClick={add}>
            <Icon name="plus" />
            {words.addOption}
          </Button>
        )}
        <span class="hint">{kind === "ordering" ? words.orderLater : words.rightHint}</span>
      </div>
    </fieldset>
  );
});

/** The right number or texts, if they are to be kept with the question. */
const Known = withHooks(function Known({ form, change }: PartProps, { words }: Context): VNode {
  const { kind, answer, tolerance } = form;
  return (
    <div class="two">
      {/* biome-ignore lint/a11y/noLabelWithoutControl: one of two is in it */}
      <label class="row">
        <span>{words.rightOptional}</span>
        {kind === "number" ? (
          <input
            type="text"
            inputMode="decimal"
            autocomplete="off"
            value={answer}
            onInput={(event: Event) => change({ answer: textOf(event) })}
          />
        ) : (
          <textarea
            rows={2}
            dir="auto"
            value={answer}
            placeholder={words.rightLines}
            onInput={(event: Event) => change({ answer: textOf(event) })}
          />
        )}
        {kind === "number" && <NumberFeedback text={answer} />}
      </label>
      {kind === "number" && (
        <label class="row">
          <span>{words.tolerance}</span>
          <input
            type="text"
            inputMode="decimal"
            autocomplete="off"
            value={tolerance}
            placeholder="± 0"
            onInput={(event: Event) => change({ tolerance: textOf(event) })}
          />
          <NumberFeedback text={tolerance} sign="±" />
        </label>
      )}
    </div>
  );
});
