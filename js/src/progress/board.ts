import type { Collection } from "../core/collection";
import type { Connection } from "../core/connection";
import { Floats } from "../core/float";
import { insertCell } from "../core/jupyter";
import { isFields } from "../core/messages";
import { type Projected, projectorOf } from "../core/projector";
import { refusalSignal, Signal } from "../core/signal";
import {
  type Desk,
  type Exercise,
  emptyDesk,
  type Group,
  type Row,
  readDesk,
  readExercise,
  readGroup,
  readRow,
} from "./documents";

/** The progress of one course as this page holds it, for any number of views. */
export class Board {
  readonly connection: Connection;
  readonly exercises: Collection<Exercise>;
  readonly groups: Collection<Group>;
  readonly people: Collection<Row>;
  readonly desk = new Signal<Desk>(emptyDesk);
  /** The last refusal, for a while. */
  readonly notice = refusalSignal();
  /** The group for which a hint is being written, and the drafts by group. */
  readonly writing = new Signal("");
  readonly drafts = new Map<string, string>();
  readonly floats = new Floats();
  readonly projected: Signal<Projected>;

  #desks: Collection<Desk>;
  #end: () => void;

  constructor(connection: Connection) {
    this.connection = connection;
    this.projected = projectorOf(connection);
    this.exercises = connection.mirror("exercises", readExercise);
    this.groups = connection.mirror("groups", readGroup);
    this.people = connection.mirror("people", readRow);
    this.#desks = connection.mirror("desk", readDesk);
    this.#end = this.#desks.version.subscribe(() => {
      this.desk.value = this.#desks.get("desk") ?? emptyDesk;
    });
    connection.listen({
      refused: (intent, message) => {
        // What was written is there again.
        if (intent?.do === "progress.hint") {
          this.drafts.set(String(intent.args.group), String(intent.args.text));
        }
        this.notice.show(message);
      },
      signal: (name, data) => {
        if (name === "notice" && isFields(data)) this.notice.show(String(data.message ?? ""));
      },
    });
  }

  dispose(): void {
    this.notice.dispose();
    this.#end();
    this.connection.dispose();
  }

  /** The exercises in order. */
  sorted(): Exercise[] {
    return [...this.exercises.docs].sort((a, b) => a.place - b.place);
  }

  // -- what people ask for ---------------------------------------------------------------

  hide(on: boolean): void {
    this.connection.intend("progress.hide", { on });
  }

  share(on: boolean): void {
    this.connection.intend("progress.share", { on });
  }

  hint(group: string, text: string): void {
    this.drafts.delete(group);
    this.writing.value = "";
    this.connection.intend("progress.hint", { group, text });
  }

  /** The hints are in sight. */
  seen(): void {
    this.connection.intend("progress.seen", {}, "now");
  }

  /** Put a cell that runs an exercise's checks under the active one; nothing is run. */
  check({ id }: Exercise): void {
    void insertCell(`%check ${id}`);
  }
}
