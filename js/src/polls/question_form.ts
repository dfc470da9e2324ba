// A question as the form has it, until it is asked.

import { asList, asNumber, asText, asTexts, type Fields, isFields } from "../core/messages";
import { KINDS, type Kind } from "./documents";
import { lookKey } from "./equality";
import { readNumber, typed } from "./numerals";

export interface Form {
  /** The id of the draft that is edited; empty: it is a new question. */
  id: string;
  question: string;
  kind: Kind;
  options: readonly string[];
  /** The indexes of the right options; of a number or text the typed answer. */
  right: readonly number[];
  answer: string;
  tolerance: string;
  /** Seconds, 0: no timer. */
  seconds: number;
  anonymous: boolean;
  live: boolean;
}

export const MOST_OPTIONS = 20;
export const LEAST_OPTIONS = 2;
export const MAX_QUESTION = 2_000;
export const MAX_OPTION = 500;

/** Whether people choose among options, and one of them, or several, can be marked as right. */
export const hasOptions = (kind: Kind): boolean => kind !== "number" && kind !== "text";
export const isOneOf = (kind: Kind): boolean =>
  kind === "single" || kind === "scale" || kind === "predict";

const optionsOf = (kind: Kind): string[] =>
  kind === "scale" ? ["", "", "", "", ""] : hasOptions(kind) ? ["", "", ""] : [];

export const emptyForm = (kind: Kind = "single"): Form => ({
  ...{ question: "", kind, options: optionsOf(kind), right: [], answer: "", tolerance: "" },
  ...{ id: "", seconds: 60, anonymous: false, live: false },
});

/** The form with another kind; what was written stays where it can. */
export function withKind(form: Form, kind: Kind): Form {
  const filled = form.options.some((option) => option.trim() !== "");
  const options = !hasOptions(kind) ? form.options : filled ? form.options : optionsOf(kind);
  const enough = hasOptions(kind) && options.length < LEAST_OPTIONS ? optionsOf(kind) : options;
  const right = isOneOf(kind) ? form.right.slice(0, 1) : form.right;
  return { ...form, kind, options: enough, right };
}

/** Read a stored form. */
export function readForm(stored: unknown): Form {
  if (!isFields(stored)) return emptyForm();
  const kind = KINDS.find((known) => known === stored.kind) ?? "single";
  const right = Array.isArray(stored.right) ? stored.right.filter(Number.isInteger) : [];
  return {
    ...emptyForm(kind),
    id: asText(stored.id),
    question: asText(stored.question),
    options: asTexts(stored.options),
    right,
    answer: asText(stored.answer),
    tolerance: asText(stored.tolerance),
    seconds: typeof stored.seconds === "number" ? stored.seconds : 60,
    anonymous: stored.anonymous === true,
    live: stored.live === true,
  };
}

/** Whether counts can be shown while people vote. */
export const canBeLive = ({ kind, anonymous }: Form): boolean => kind !== "text" && !anonymous;

/** The form of a draft as the kernel says it is written. */
export function formOf(source: Fields, lang: string): Form {
  const form = readForm({ ...source, right: source.correct });
  const correct = asList(source.correct);
  if (hasOptions(form.kind)) return form.kind === "ordering" ? { ...form, right: [] } : form;
  const said = (value: unknown): string =>
    typeof value === "number" ? typed(value, lang) : asText(value);
  const tolerance = asNumber(source.tolerance) ?? 0;
  return {
    ...form,
    right: [],
    answer: correct.map(said).join("\n"),
    tolerance: tolerance > 0 ? typed(tolerance, lang) : "",
  };
}

/** The places of the options that count: of a scale all, else those that say something. */
const places = ({ kind, options }: Form): number[] =>
  options.flatMap((option, place) => (kind === "scale" || lookKey(option) !== "" ? [place] : []));

/** Several right texts stand in lines of their own. */
export const lines = (text: string): string[] =>
  text.split("\n").flatMap((line) => line.trim() || []);

/** The first field that is missing or wrong; `null` if the question can be asked. */
export function missing(
  form: Form,
  lang: string,
): "question" | "options" | "same" | "answer" | null {
  if (lookKey(form.question) === "") return "question";
  const kept = places(form);
  if (hasOptions(form.kind) && kept.length < LEAST_OPTIONS) return "options";
  const code = form.kind === "predict";
  const texts = kept.map((place) => lookKey(form.options[place] ?? "", code));
  const same = form.kind !== "scale" && new Set(texts).size < texts.length;
  if (hasOptions(form.kind) && same) return "same";
  const numbers = form.kind === "number" ? [form.answer, form.tolerance] : [];
  return numbers.some((text) => text.trim() !== "" && readNumber(text, lang) === null)
    ? "answer"
    : null;
}

/** The arguments of `polls.edit`: all that a draft may change; of an order its right one stays. */
export function editFields(form: Form, lang: string): Fields {
  const { question, options, correct = [], tolerance } = commandFields(form, lang);
  return {
    ...{ question, options, seconds: form.seconds },
    ...(form.kind !== "ordering" && { correct }),
    ...(tolerance !== undefined && { tolerance }),
  };
}

/** The arguments of `polls.create` and `polls.draft`, but the id. */
export function commandFields(form: Form, lang: string): Fields {
  const { kind, question, seconds, anonymous } = form;
  const kept = places(form);
  const options = hasOptions(kind) ? kept.map((place) => (form.options[place] ?? "").trim()) : [];
  const indexes = [...form.right].sort((a, b) => a - b).map((place) => kept.indexOf(place));
  const number = readNumber(form.answer, lang);
  const correct =
    kind === "number"
      ? [number].filter((value) => value !== null)
      : kind === "text"
        ? lines(form.answer)
        : kind === "ordering"
          ? []
          : indexes.filter((index) => index >= 0);
  const tolerance =
    kind === "number" && correct.length > 0 ? readNumber(form.tolerance, lang) : null;
  return {
    ...{ question: question.trim(), kind, options },
    ...(correct.length > 0 && { correct }),
    ...(tolerance && { tolerance: Math.abs(tolerance) }),
    ...(anonymous && { anonymous }),
    ...(form.live && canBeLive(form) && { live: true }),
    ...(seconds > 0 && { seconds }),
  };
}
