import type { Collection } from "../core/collection";
import type { Connection } from "../core/connection";
import { Floats } from "../core/float";
import { asText, isFields } from "../core/messages";
import { keepText } from "../core/persistent";
import { refusalSignal, Signal } from "../core/signal";
import {
  type Desk,
  emptyDesk,
  type Failure,
  type Hand,
  type Page,
  type PageQuery,
  type Person,
  readDesk,
  readFailure,
  readHand,
  readPage,
  readPerson,
  type Status,
} from "./documents";

/** People on one page of a large room. */
export const ON_A_PAGE = 10;

/** The presence of one course as this page holds it, for any number of views. */
export class People {
  readonly connection: Connection;
  readonly all: Collection<Person>;
  readonly hands: Collection<Hand>;
  readonly desk = new Signal<Desk>(emptyDesk);
  /** The draft of the note that goes with a raised hand. */
  readonly note: Signal<string>;
  /** The last refusal, for a while. */
  readonly notice = refusalSignal();
  /** The error that could go with a hand: asked for each time; `undefined` until answered. */
  readonly failure = new Signal<Failure | null | undefined>(undefined);
  /** Whether a new invite is asked for, and not yet said yes or no to. */
  readonly renewing = new Signal(false);
  /** A new invite, to be passed on. */
  readonly invite = new Signal("");
  readonly floats = new Floats();
  /** The page of a large room that came last. */
  readonly page = new Signal<Page | null>(null);

  #desks: Collection<Desk>;
  #end: () => void;

  constructor(connection: Connection) {
    this.connection = connection;
    this.note = keepText("hand", connection);
    this.all = connection.mirror("people", readPerson);
    this.hands = connection.mirror("hands", readHand);
    this.#desks = connection.mirror("desk", readDesk);
    this.#end = this.#desks.version.subscribe(() => this.#onDesk());
    connection.listen({
      shows: ({ do: action, args }) => {
        if (action !== "people.status") return undefined;
        const status = args.status as Status | null;
        return this.#desks.overlay("desk", (told) => {
          if (!told || (told.status.status ?? null) === status) return told;
          return { ...told, status: status ? { status } : {} };
        });
      },
      refused: (intent, message) => {
        // What was written is there again.
        if (intent?.do === "people.raise") this.note.value ||= asText(intent.args.note);
        if (intent?.do !== "people.list") this.notice.show(message);
      },
      signal: (name, data) => this.#onSignal(name, data),
    });
  }

  dispose(): void {
    this.notice.dispose();
    this.#end();
    this.connection.dispose();
  }

  #onDesk(): void {
    this.desk.value = this.#desks.get("desk") ?? emptyDesk;
  }

  #onSignal(name: string, data: unknown): void {
    if (name === "error") this.failure.value = readFailure(data);
    else if (name === "list") this.page.value = readPage(data);
    else if (name === "invite") this.invite.value = isFields(data) ? asText(data.invite) : "";
    else if (name === "notice") {
      const { message } = (data ?? {}) as { message?: unknown };
      this.notice.show(String(message ?? ""));
    }
  }

  // -- what people ask for ---------------------------------------------------------------

  /** The status the reader has chosen, as far as this page knows. */
  get own(): Status | null {
    return this.desk.value.status.status ?? null;
  }

  /** Choose a status; choosing the present one clears it. */
  choose(status: Status): void {
    this.connection.intend("people.status", { status: status === this.own ? null : status });
  }

  /** Ask the kernel for the error that could go with a raised hand. */
  askFailure(): void {
    this.failure.value = undefined;
    this.connection.intend("people.error", {}, "now");
  }

  raise(note: string, failure: Failure | null): void {
    this.connection.intend("people.raise", { note, ...(failure && { error: failure.id }) });
  }

  lower(): void {
    this.connection.intend("people.lower", {});
  }

  take({ id }: Hand, on: boolean): void {
    this.connection.intend("people.take", { id, on });
  }

  solve({ id }: Hand): void {
    this.connection.intend("people.solved", { id });
  }

  clear(): void {
    this.connection.intend("people.clear", {});
  }

  remove(id: string, sameJoin = false): void {
    this.connection.intend("people.remove", sameJoin ? { id, sameJoin } : { id });
  }

  readmit(id: string): void {
    this.connection.intend("people.readmit", { id });
  }

  door(closed: boolean): void {
    this.connection.intend("people.door", { closed });
  }

  /** Ask for a new invite; the one before ends with it. */
  renew(): void {
    this.connection.intend("people.invite", {}, "now");
  }

  hide(on: boolean): void {
    this.connection.intend("people.hide", { on });
  }

  list(ask: PageQuery): void {
    this.connection.intend("people.list", { ...ask, limit: ON_A_PAGE }, "now");
  }
}
