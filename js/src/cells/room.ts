import type { Collection } from "../core/collection";
import type { Connection } from "../core/connection";
import { Timer } from "../core/events";
import { insertCell } from "../core/jupyter";
import { asList, asText, type Intent, isFields } from "../core/messages";
import { type Projected, projectorOf } from "../core/projector";
import { refusalSignal, Signal } from "../core/signal";
import {
  type Cell,
  type Compared,
  type Desk,
  type Missed,
  plainDesk,
  readCell,
  readCompared,
  readDesk,
  readMissed,
} from "./documents";

/** Milliseconds between two reports of how far the cells were seen. */
const SEEN_EVERY = 1_000;
/** Unseen cells after which a view that comes back into sight says that some were missed. */
const MANY = 3;

/** The cells that somebody missed, as they were when that was found. */
export interface Gap {
  since: number;
  count: number;
  from: number;
  to: number;
}

/** A course's cells as this page holds them, for any number of views. */
export class Room {
  readonly connection: Connection;
  readonly cells: Collection<Cell>;
  readonly desk = new Signal<Desk>(plainDesk);
  /** The last refusal, for a while. */
  readonly notice = refusalSignal();
  readonly projected: Signal<Projected>;
  /** The comparison that is open: `null` while it is computed. */
  readonly open = new Signal<{ id: string; compared: Compared | null } | null>(null);
  readonly gap = new Signal<Gap | null>(null);
  /** The missed cells, once they were asked for. */
  readonly missed = new Signal<readonly Missed[] | null>(null);
  /** By the id of a run, that of the next run of the same cell. */
  readonly next = new Map<string, Cell>();

  #loading = false;
  #first = true;
  /** The views that are in sight and at the newest cell. */
  #following = new Set<object>();
  #said = false;
  #seen = 0;
  #timer = new Timer();
  #inserting: { id: string; copy: ((text: string) => void) | null } | null = null;

  constructor(connection: Connection) {
    this.connection = connection;
    this.cells = connection.mirror("cells", readCell);
    this.projected = projectorOf(connection);
    const desks = connection.mirror("desk", readDesk);
    desks.version.subscribe(() => {
      this.desk.value = desks.get("desk") ?? plainDesk;
      if (this.#first && desks.get("desk")) {
        this.#first = false;
        this.findGap(1);
      }
    });
    this.cells.version.subscribe(this.#note);
    connection.listen({
      snapshot: () => {
        this.#said = false;
        this.#tellFollowing();
      },
      paged: () => {
        this.#loading = false;
      },
      refused: (intent, why) => this.#onRefused(intent, why),
      signal: this.#onSignal,
    });
  }

  dispose(): void {
    this.#timer.stop();
    this.notice.dispose();
    this.connection.dispose();
  }

  get sharing(): boolean {
    return this.desk.value.can.includes("share");
  }

  /** Load a page of older cells. */
  older(): void {
    const first = this.cells.at(this.cells.first);
    if (this.#loading || !this.cells.more || !first) return;
    this.#loading = true;
    this.connection.intend("cells.older", { before: first.born }, "now");
  }

  // -- what was seen -------------------------------------------------------------------

  /** A view is in sight and at the newest cell, or no more. */
  follow(view: object, on: boolean): void {
    if (on) this.#following.add(view);
    else this.#following.delete(view);
    this.#tellFollowing();
    this.#note();
  }

  /** See whether cells were missed, of which there are at least so many. */
  findGap(least = MANY): void {
    const { seen, unseen, missed } = this.desk.value;
    if (this.sharing || unseen < least) return;
    this.missed.value = null;
    this.gap.value = { since: seen, count: unseen, from: missed[0], to: missed[1] };
  }

  closeGap(): void {
    this.gap.value = null;
    this.missed.value = null;
  }

  catchUp(): void {
    const { since } = this.gap.value ?? { since: 0 };
    this.connection.intend("cells.missed", { since });
  }

  #tellFollowing(): void {
    const on = this.#following.size > 0;
    if (on === this.#said || this.sharing) return;
    this.#said = on;
    this.connection.intend("cells.following", { on }, "now");
  }

  #note = (): void => {
    for (const cell of this.cells.docs) if (cell.again) this.next.set(cell.again, cell);
    const newest = this.cells.lastBorn;
    const isNew = newest > Math.max(this.#seen, this.desk.value.seen);
    if (!isNew || this.sharing || this.#following.size === 0 || this.#first) return;
    this.#seen = newest;
    this.#timer.set(SEEN_EVERY, () => {
      this.connection.intend("cells.seen", { upTo: this.#seen }, "now");
    });
  };

  // -- comparing and inserting ---------------------------------------------------------

  /** Compare a cell with one's own: the most similar, or the one with this number. */
  compare(id: string, n = 0): void {
    const held = this.open.value;
    this.open.value = { id, compared: held?.id === id ? held.compared : null };
    this.connection.intend("cells.compare", n ? { id, n } : { id });
  }

  /** Show or hide the changes of a cell since its run before. */
  changes(id: string): void {
    if (this.open.value?.id === id) {
      this.close();
      return;
    }
    this.open.value = { id, compared: null };
    this.connection.intend("cells.changes", { id });
  }

  close(): void {
    this.open.value = null;
  }

  /** Put these cells into the notebook, or hand their text to `copy`. */
  take(ids: readonly string[], copy: ((text: string) => void) | null): void {
    const { id } = this.connection.intend("cells.sources", { ids });
    this.#inserting = { id, copy };
  }

  async #insert(sources: readonly string[]): Promise<void> {
    for (const source of sources) if (!(await insertCell(source))) return;
    this.closeGap();
  }

  #onRefused(intent: Intent | undefined, why: string): void {
    if (intent?.do === "cells.older") this.#loading = false;
    if (/^cells\.(compare|changes)$/.test(intent?.do ?? "")) this.close();
    this.notice.show(why);
  }

  #onSignal = (name: string, data: unknown): void => {
    if (!isFields(data)) return;
    if (name === "notice") this.notice.show(asText(data.message));
    if (name === "missed") this.missed.value = readMissed(data);
    if (name === "compared") {
      const compared = readCompared(data);
      if (this.open.value?.id === compared.id) this.open.value = { id: compared.id, compared };
    }
    if (name === "sources" && data.of === this.#inserting?.id) {
      const sources = asList(data.sources)
        .filter(isFields)
        .map(({ source }) => asText(source));
      const { copy } = this.#inserting ?? {};
      this.#inserting = null;
      if (copy) copy(sources.join("\n\n"));
      else void this.#insert(sources);
    }
  };
}
