import type { Connection } from "../core/connection";
import { asText, type Fields, type Intent, isFields } from "../core/messages";
import type { Model } from "../core/model";
import { keep } from "../core/persistent";
import { type Projected, projectorOf } from "../core/projector";
import { refusalSignal, Signal } from "../core/signal";
import { type Composing, composed } from "../shared/composed";
import { noStage, readStage, type Stage } from "./documents";
import { Publisher } from "./publisher";

/** How often a page says that its player still plays, and how soon it tells another delay, in ms. */
const SAY_EVERY = 30_000;
const SAY_AGAIN = 5_000;
/** A delay that differs less than this is the same, in ms. */
const SAME_DELAY = 1_000;

/** What an instructor writes before a stream begins; kept over a reload. No token is kept. */
export interface Form {
  url: string;
  title: string;
  minutes: string;
  recording: string;
  whip: string;
}

/** A form in which nothing is written. */
export const emptyForm: Form = { url: "", title: "", minutes: "", recording: "", whip: "" };

const readForm = (value: unknown): Form => {
  const told = isFields(value) ? value : {};
  const [url, title, minutes] = [asText(told.url), asText(told.title), asText(told.minutes)];
  return { url, title, minutes, recording: asText(told.recording), whip: asText(told.whip) };
};

/** The stream of a course as this page holds it, for any number of views. */
export class Room {
  readonly connection: Connection;
  readonly stage = new Signal<Stage>(noStage);
  readonly refusal = refusalSignal();
  readonly projected: Signal<Projected>;
  /** The id of the stream that is watched in this page: a reload goes on with it. */
  readonly watched: Signal<string>;
  readonly form: Signal<Form>;
  readonly publisher = new Publisher();
  /** The polls whose card was put away, and those that are not to wait for the picture. */
  readonly away = new Signal<ReadonlySet<string>>(new Set());
  readonly hurried = new Signal<ReadonlySet<string>>(new Set());

  #model: Composing;
  #players = new Map<object, number>();
  #told = { on: false, delay: 0, at: 0 };
  #saying: ReturnType<typeof setInterval> | undefined;

  constructor(connection: Connection, model: Model) {
    this.connection = connection;
    this.#model = model as Composing;
    const stages = connection.mirror("stage", readStage);
    stages.version.subscribe(() => {
      this.stage.value = stages.get("stage") ?? noStage;
    });
    this.projected = projectorOf(connection);
    this.watched = keep("stream-watched", connection, asText);
    this.form = keep<Form>("stream-form", connection, readForm);
    connection.listen({ refused: this.#onRefused, signal: this.#onSignal, shows: this.#shows });
  }

  dispose(): void {
    clearInterval(this.#saying);
    this.publisher.dispose();
    this.refusal.dispose();
    this.connection.dispose();
  }

  write(change: Partial<Form>): void {
    this.form.value = { ...this.form.value, ...change };
  }

  start(): void {
    const { url, title, minutes } = this.form.value;
    this.connection.intend("stream.start", { url, title, kind: "", minutes: Number(minutes) || 0 });
  }

  stop(): void {
    this.connection.intend("stream.stop", { recording: this.form.value.recording });
  }

  remind(on: boolean): void {
    this.connection.intend("stream.remind", { on });
  }

  /** Whether there is a widget of polls to show in a card. */
  get hasPolls(): boolean {
    return asText(this.#model.get("_asks")) !== "";
  }

  /** Show the polls of the lesson in `el`; returns what ends that. */
  showPolls(el: HTMLElement, missing: string): () => void {
    return composed(this.#model, asText(this.#model.get("_asks")), el, missing);
  }

  /** A player plays, with its delay in ms, or does not; the service counts people by it. */
  plays(player: object, on: boolean, delay = 0): void {
    if (on) this.#players.set(player, delay);
    else this.#players.delete(player);
    this.#say(false);
  }

  #say = (isDue: boolean): void => {
    const on = this.#players.size > 0;
    const delay = Math.round(Math.max(0, ...this.#players.values()));
    const now = Date.now();
    const isOther = on && Math.abs(delay - this.#told.delay) >= SAME_DELAY;
    const isSoon = now - this.#told.at < SAY_AGAIN;
    if (on === this.#told.on && !(isOther && !isSoon) && !(isDue && on)) return;
    this.#told = { on, delay, at: now };
    this.connection.intend("stream.watching", { on, delay }, "now");
    clearInterval(this.#saying);
    this.#saying = on ? setInterval(() => this.#say(true), SAY_EVERY) : undefined;
  };

  /** What an intent shows until the kernel says what is so. */
  #shows = ({ do: action, args }: Intent): (() => void) | undefined => {
    if (action !== "stream.remind") return undefined;
    const told = this.stage.value;
    if (!told.stream) return undefined;
    const shown = { ...told, stream: { ...told.stream, reminded: args.on === true } };
    this.stage.value = shown;
    return () => {
      if (this.stage.value === shown) this.stage.value = told;
    };
  };

  #onRefused = (intent: Intent | undefined, message: string): void => {
    if (intent?.do !== "stream.watching") this.refusal.show(message);
  };

  #onSignal = (name: string, data: unknown): void => {
    if (name === "notice" && isFields(data)) this.refusal.show(asText((data as Fields).message));
  };
}
