import { Floats } from "../core/float";
import type { Fields } from "../core/messages";
import { Signal } from "../core/signal";
import type { Poll } from "./documents";
import type { Room } from "./room";

export type Shown = "poll" | "list" | "form" | "edit";

const roundOf = ({ id, round }: Poll): string => `${id}:${round}`;

/** The state of one view of the polls: the poll in front, and its settings. */
export class Pane {
  readonly room: Room;
  /** The one poll it is about; empty: whatever is on. */
  readonly only: string;
  readonly floats = new Floats();
  readonly shown = new Signal<Shown>("poll");
  /** The poll that was asked for; `null`: the one that is on. */
  readonly chosen = new Signal<string | null>(null);
  /** The round that is shown; `null`: the last one. */
  readonly round = new Signal<number | null>(null);
  readonly comparing = new Signal(false);
  /** Whether results stand in a table. */
  readonly table = new Signal(false);
  /** Whether texts given once are listed too. */
  readonly singles = new Signal(false);
  /** Whether the right answer is being chosen. */
  readonly choosing = new Signal(false);
  /** Whether this view is projected; a page may have several views. */
  readonly projected = new Signal(false);
  /** The action that waits for a confirmation: a reveal that destroys ballots. */
  readonly asked = new Signal<(() => void) | null>(null);

  /** The rounds that are known to have opened. */
  readonly #known = new Set<string>();
  /** The poll in front where nobody has asked for one. */
  #front: string | undefined;
  #end: () => void;

  constructor(room: Room, only = "") {
    this.room = room;
    this.only = only;
    this.#end = room.polls.version.subscribe(() => this.#follow());
    this.#follow();
  }

  dispose(): void {
    this.#end();
  }

  poll(): Poll | undefined {
    if (this.only) return this.room.polls.get(this.only);
    const { value: chosen } = this.chosen;
    return (chosen !== null && this.room.polls.get(chosen)) || this.room.current();
  }

  /** Show a poll, or the one that is on. */
  show(id: string | null): void {
    this.chosen.value = id;
    this.shown.value = "poll";
    this.#plain();
  }

  /** Edit a draft. */
  edit(poll: Poll): void {
    this.room.edit(poll);
    this.chosen.value = poll.id;
    this.shown.value = "edit";
  }

  /** Reveal results or an answer; anonymous ballots, which that destroys, only after a yes. */
  reveal(poll: Poll, what: Fields): void {
    const run = (): void => {
      this.choosing.value = false;
      this.asked.value = null;
      this.room.manage("reveal", poll, what);
    };
    if (poll.anonymous && !poll.ended && what.counts === true) this.asked.value = run;
    else run();
  }

  #plain(): void {
    this.round.value = null;
    this.comparing.value = false;
    this.table.value = false;
    this.singles.value = false;
    this.choosing.value = false;
    this.asked.value = null;
  }

  /** A round that opens comes to the front, and so does what was made here. */
  #follow(): void {
    if (this.only) return;
    const made = this.room.made.value;
    if (made !== null && this.room.polls.get(made)) {
      this.room.made.value = null;
      this.show(made);
    }
    const { room, chosen } = this;
    const current = room.current();
    const isOpen = current?.state === "open";
    const isNew = isOpen && !this.#known.has(roundOf(current));
    for (const one of room.polls.docs) if (one.state === "open") this.#known.add(roundOf(one));
    if (isNew) {
      if (this.shown.value !== "form" && this.shown.value !== "edit") this.show(null);
    } else if (isOpen && chosen.value === null && room.polls.get(this.#front ?? "")) {
      // What has just closed is talked about, even where another one was left open.
      chosen.value = this.#front === current.id ? null : (this.#front as string);
    }
    if (chosen.value === null) this.#front = current?.id;
  }
}
