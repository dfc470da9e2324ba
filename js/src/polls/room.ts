import type { Collection } from "../core/collection";
import type { Connection } from "../core/connection";
import { asText, asTexts, type Fields, type Intent, isFields } from "../core/messages";
import { keep } from "../core/persistent";
import { type Projected, projectorOf } from "../core/projector";
import { refusalSignal, Signal } from "../core/signal";
import { uuid7 } from "../core/uuid";
import {
  asChoice,
  type Choice,
  type Desk,
  type Peek,
  type Poll,
  plainDesk,
  readDesk,
  readPoll,
} from "./documents";
import { commandFields, editFields, emptyForm, type Form, formOf, readForm } from "./question_form";

/** A course's polls as this page holds them, for any number of views. */
export class Room {
  readonly connection: Connection;
  readonly polls: Collection<Poll>;
  /** The reader's abilities, and the next draft. */
  readonly desk = new Signal<Desk>(plainDesk);
  /** The last refusal, for a while. */
  readonly notice = refusalSignal();
  /** The view of this course that is projected. */
  readonly projected: Signal<Projected>;
  /** A question that is being written. */
  readonly form: Signal<Form>;
  /** A draft that is being edited; without an id, none is. */
  readonly editing: Signal<Form>;
  /** Answers begun and not sent, by poll and round: ticks, an order, a text. */
  readonly begun = new Signal<Readonly<Record<string, Choice>>>({});
  /** The round of each poll for which live results were asked for. */
  readonly peeked = new Signal<Readonly<Record<string, number>>>({});
  /** The people who are here and have not answered in a round, by name, when asked for. */
  readonly missing = new Signal<{ id: string; round: number; names: readonly string[] } | null>(
    null,
  );
  /** The language in which numbers are written into forms. */
  lang = "en";
  /** The poll that was made here last: its view goes there when it arrives. */
  readonly made = new Signal<string | null>(null);

  /** The durations of rounds in seconds by poll, noted while they are open. */
  #seconds = new Map<string, number>();

  /** The question that was sent last, to be put back into the form if it is refused. */
  #sent: { intent: Intent; form: Form } | null = null;

  readonly #desks: Collection<Desk>;

  constructor(connection: Connection) {
    this.connection = connection;
    this.polls = connection.mirror("polls", readPoll);
    this.#desks = connection.mirror("desk", readDesk);
    this.#desks.version.subscribe(() => {
      this.desk.value = this.#desks.get("desk") ?? plainDesk;
    });
    this.projected = projectorOf(connection);
    this.form = keep("poll", connection, readForm);
    this.editing = keep("poll-draft", connection, readForm);
    this.polls.version.subscribe(this.#noteTimes);
    connection.listen({
      snapshot: () => {
        this.peeked.value = {};
      },
      shows: this.#shows,
      refused: this.#onRefused,
      signal: this.#onSignal,
    });
  }

  dispose(): void {
    this.notice.dispose();
    this.connection.dispose();
  }

  /** Whether commands can reach the kernel and the lesson, now or later. */
  get open(): boolean {
    const { state } = this.connection.lesson.value;
    return this.connection.kernel.value !== "gone" && state !== "stopped" && state !== "closed";
  }

  get managing(): boolean {
    return this.desk.value.can.includes("manage");
  }

  /** The poll to show where nobody has asked for another: open, else the newest that was asked. */
  current(): Poll | undefined {
    const asked = this.polls.docs.filter(({ state }) => state !== "draft");
    const open = asked.filter(({ state }) => state === "open");
    return [...(open.length > 0 ? open : asked)]
      .sort((a, b) => (a.opened ?? a.born ?? 0) - (b.opened ?? b.born ?? 0))
      .at(-1);
  }

  /** Vote, seen at once, and not as counted before the service has counted it. */
  vote({ id, round }: Poll, choice: Choice): void {
    this.connection.intend("polls.vote", { id, round, choice }, "written");
  }

  /** Live results, for this page alone, and only for the round they were asked for. */
  peekOf({ id, peek, round, state }: Poll): Peek | null {
    // What everybody is shown is no secret any more.
    const hidden = state !== "revealed" && this.projected.value === null;
    const asked = hidden && this.peeked.value[id] === round;
    return asked && peek?.pages.includes(this.connection.page) ? peek : null;
  }

  peek({ id, round }: Poll, on: boolean): void {
    // Hidden at once, whatever the kernel has still to say.
    this.peeked.value = { ...this.peeked.value, [id]: on ? round : 0 };
    this.connection.intend("polls.peek", { id, on }, "now");
  }

  /** Ask what the form says, or keep it as a draft. */
  create(open: boolean, lang: string): void {
    const id = uuid7();
    const form = this.form.value;
    const args = { id, ...commandFields(form, lang) };
    // What was written is not lost where nobody opens it in time.
    const intent = open
      ? this.connection.intend("polls.create", args, "click", "polls.draft")
      : this.connection.intend("polls.draft", args, "written");
    this.#sent = { intent, form };
    this.form.value = emptyForm(form.kind);
    this.made.value = id;
  }

  /** Send an instructor's command about a poll. */
  manage(action: string, { id }: Pick<Poll, "id">, args: Fields = {}): void {
    this.connection.intend(`polls.${action}`, { id, ...args });
  }

  /** The drafts in the order in which they are asked. */
  drafts(): Poll[] {
    const { order } = this.desk.value;
    const place = ({ id }: Poll): number => (order.includes(id) ? order.indexOf(id) : order.length);
    return this.polls.docs
      .filter(({ state }) => state === "draft")
      .sort((a, b) => place(a) - place(b));
  }

  /** Have a draft asked as the one at `place`, from 1. */
  move({ id }: Poll, place: number): void {
    this.connection.intend("polls.move", { id, place });
  }

  /** Prepare a poll once more, as a draft. */
  duplicate({ id }: Poll): void {
    this.connection.intend("polls.duplicate", { id, as: uuid7() });
  }

  /** Ask for a draft as it is written; it comes into `editing`. */
  edit({ id }: Poll): void {
    // What was begun of the same draft stays.
    if (this.editing.value.id !== id) this.manage("source", { id });
  }

  saveEdit(lang: string): void {
    const form = this.editing.value;
    this.manage("edit", form, editFields(form, lang));
    this.editing.value = emptyForm();
  }

  next(): void {
    this.connection.intend("polls.next", {});
  }

  /** Keep what was begun of an answer; `undefined` forgets it. */
  begin({ id, round }: Poll, choice: Choice | undefined): void {
    const { [`${id}:${round}`]: _, ...rest } = this.begun.value;
    this.begun.value = choice === undefined ? rest : { ...rest, [`${id}:${round}`]: choice };
  }

  begunOf({ id, round }: Poll): Choice | undefined {
    return this.begun.value[`${id}:${round}`];
  }

  /** Show a refusal for a while. */
  say(notice: string): void {
    this.notice.show(notice);
  }

  /** The duration of the last round in seconds, as far as this page has seen it; 0: no end. */
  secondsOf({ id }: Poll): number {
    return this.#seconds.get(id) ?? 0;
  }

  #noteTimes = (): void => {
    for (const { id, state, opened, closes } of this.polls.docs) {
      if (state !== "open" || opened === undefined) continue;
      this.#seconds.set(id, closes === undefined ? 0 : Math.round((closes - opened) / 1000));
    }
  };

  /** The optimistic change of an intent; returns its rollback. */
  #shows = (intent: Intent): (() => void) | undefined => {
    const { do: action, args } = intent;
    const id = asText(args.id);
    switch (action) {
      case "polls.vote":
        return this.#showVote(intent);
      case "polls.edit":
        return this.polls.overlay(id, (told) => told && edited(told, args));
      case "polls.duplicate": {
        const of = this.polls.get(id);
        return (
          of && this.polls.overlay(asText(args.as), (told) => told ?? copy(of, asText(args.as)))
        );
      }
      case "polls.move":
        return this.#desks.overlay("desk", (told) => told && moved(told, id, Number(args.place)));
      default:
        return undefined;
    }
  };

  #showVote = ({ args }: Intent): (() => void) | undefined => {
    const mine = asChoice(args.choice);
    if (mine === undefined) return undefined;
    return this.polls.overlay(asText(args.id), (told) => {
      if (!told || told.round !== args.round || told.state !== "open") return told;
      const isLost = told.mineState === "late" || told.mineState === "failed";
      if (!isLost && JSON.stringify(told.mine) === JSON.stringify(mine)) return told;
      const { state } = this.connection.lesson.value;
      return { ...told, mine, mineState: state === "live" ? "pending" : "queued", mineError: "" };
    });
  };

  #onRefused = (intent: Intent | undefined, message: string): void => {
    if (intent && intent.id === this.#sent?.intent.id) this.#putBack(this.#sent.form);
    const id = asText(intent?.args.id);
    const poll = this.polls.get(id);
    if (intent?.do !== "polls.vote" || !poll || poll.round !== intent.args.round) {
      this.say(message);
      return;
    }
    const late = { mineState: "late", mineError: message } as const;
    this.polls.overlay(id, (told) => told && { ...told, ...late }, { untilTold: true });
  };

  /** A question was refused: it is in the form again, unless that has another one by now. */
  #putBack(form: Form): void {
    // A click that has expired is sent again, as a draft.
    if (this.connection.unsent.some(({ id }) => id === this.#sent?.intent.id)) return;
    this.#sent = null;
    const { value } = this.form;
    const untouched = JSON.stringify(value) === JSON.stringify(emptyForm(value.kind));
    if (untouched) this.form.value = form;
  }

  #onSignal = (name: string, data: unknown): void => {
    if (!isFields(data)) return;
    const to = asText(data.to);
    if (to !== "" && to !== this.connection.page) return;
    if (name === "notice") this.say(asText(data.message));
    if (name === "missing")
      this.missing.value = {
        ...{ id: asText(data.id), round: Number(data.round) },
        names: asTexts(data.names),
      };
    if (name === "source") this.editing.value = formOf(data, this.lang);
  };
}

/** A draft with what it is edited to: its Markdown as plain text, until the kernel has read it. */
const edited = (told: Poll, { question, options, seconds }: Fields): Poll => ({
  ...told,
  question: asText(question),
  options: asTexts(options),
  seconds: Number(seconds),
});

const copy = ({ mine: _, ...of }: Poll, id: string): Poll => ({
  ...of,
  ...{ id, state: "draft", saving: true, round: 1, results: [], soFar: null },
});

const moved = (desk: Desk, id: string, place: number): Desk => {
  const order = desk.order.filter((other) => other !== id);
  order.splice(place - 1, 0, id);
  return { ...desk, order, next: desk.next === null ? null : (order[0] ?? null) };
};
