import type { Doc } from "./messages";
import { Signal } from "./signal";

/** `seq` decides, then `rev`; a document not yet acknowledged has neither. */
const isNewer = (doc: Doc, held: Doc): boolean => {
  const seq = doc.seq ?? -1;
  const heldSeq = held.seq ?? -1;
  return seq > heldSeq || (seq === heldSeq && (doc.rev ?? 0) > (held.rev ?? 0));
};

/** An optimistic change: makes of the kernel's document, if any, the one that is shown, if any. */
export type Change<D> = (told: D | undefined) => D | undefined;

/** The optimistic changes to a document, oldest first, and the kernel's version of it. */
interface Over<D> {
  told: D | undefined;
  changes: { change: Change<D>; untilTold: boolean }[];
}

/**
 * Keyed documents in order: acknowledged ones by `born`, then those without one as they came.
 *
 * Positions are *places*: numbers that stay with a document while older ones are put before it,
 * so that a window of places survives paging. A new message at the end costs O(1).
 */
export class Collection<D extends Doc> {
  /** Counts changes; read `.value` to be told of them. */
  readonly version = new Signal(0);
  /** Counts resets: places of one generation mean nothing in the next. */
  generation = 0;
  floor = 0;
  more = false;

  #held = new Map<string, D>();
  #over = new Map<string, Over<D>>();
  /** Ids of what was taken out since the last reset. */
  #removed = new Set<string>();
  #settled: D[] = [];
  #local: D[] = [];
  /** The place of the first document. */
  #first = 0;

  get first(): number {
    return this.#first;
  }

  /** The place after the last document. */
  get end(): number {
    return this.#first + this.#settled.length + this.#local.length;
  }

  get size(): number {
    return this.#held.size;
  }

  get(id: string): D | undefined {
    return this.#held.get(id);
  }

  /** Whether a document is not held, and not merely because it is older than what is. */
  isGone(id: string): boolean {
    return !this.#held.has(id) && (!this.more || this.#removed.has(id));
  }

  at(place: number): D | undefined {
    const index = place - this.#first;
    return index < this.#settled.length
      ? this.#settled[index]
      : this.#local[index - this.#settled.length];
  }

  /** All that is held, in order. */
  get docs(): D[] {
    return [...this.#settled, ...this.#local];
  }

  /** The `born` of the last acknowledged document, or -1. */
  get lastBorn(): number {
    return this.#settled.at(-1)?.born ?? -1;
  }

  /** The first place whose document was born after `born`. */
  placeAfter(born: number): number {
    return this.#first + this.#rankAfter(born);
  }

  placeOf(id: string): number | null {
    const doc = this.#held.get(id);
    if (!doc) return null;
    if (doc.born == null) return this.#first + this.#settled.length + this.#local.indexOf(doc);
    let index = this.#rankAfter(doc.born) - 1;
    while (index >= 0 && this.#settled[index] !== doc) index--;
    return index < 0 ? null : this.#first + index;
  }

  /** Insert or replace a document unless it is older; `touch` notifies. */
  put(doc: D): boolean {
    const over = this.#over.get(doc.id);
    const held = over ? over.told : this.#held.get(doc.id);
    if (over) {
      if (held ? !isNewer(doc, held) : this.#isOlder(doc)) return false;
      over.told = doc;
      over.changes = over.changes.filter(({ untilTold }) => !untilTold);
      this.#draw(doc.id, over);
      return true;
    }
    if (held) {
      if (!isNewer(doc, held)) return false;
      this.#replace(held, doc);
      return true;
    }
    if (this.#isOlder(doc)) return false;
    this.#insert(doc);
    return true;
  }

  remove(id: string): boolean {
    const over = this.#over.get(id);
    if (!over) return this.#drop(id);
    over.told = undefined;
    this.#draw(id, over);
    return true;
  }

  /**
   * Apply an optimistic change to document `id` over every version of the kernel's, until the
   * returned rollback is called, or with `untilTold` until the kernel sends the document.
   */
  overlay(id: string, change: Change<D>, { untilTold = false } = {}): () => void {
    const over = this.#over.get(id) ?? { told: this.#held.get(id), changes: [] };
    this.#over.set(id, over);
    const mine = { change, untilTold };
    over.changes.push(mine);
    this.#draw(id, over);
    return () => {
      if (!over.changes.includes(mine)) return;
      over.changes = over.changes.filter((other) => other !== mine);
      this.#draw(id, over);
    };
  }

  #draw(id: string, over: Over<D>): void {
    const { told, changes } = over;
    if (changes.length === 0) this.#over.delete(id);
    const doc = changes.reduce((shown, { change }) => change(shown), told);
    const held = this.#held.get(id);
    if (doc === held) return;
    if (!doc) this.#drop(id);
    else if (held) this.#replace(held, doc);
    else this.#insert(doc);
    this.touch();
  }

  #isOlder = ({ born }: D): boolean => born != null && born < this.floor;

  #drop(id: string): boolean {
    const doc = this.#held.get(id);
    if (!doc) return false;
    this.#take(doc);
    this.#held.delete(id);
    this.#removed.add(id);
    return true;
  }

  /** Put older documents before all others; `floor` and `more` say where the window now starts. */
  putOlder(docs: readonly D[], floor: number, more: boolean): void {
    this.floor = floor;
    this.more = more;
    const sorted = [...docs].sort((a, b) => (a.born ?? 0) - (b.born ?? 0));
    if (!this.#prepend(sorted)) for (const doc of sorted.reverse()) this.put(doc);
    this.touch();
  }

  /** Put a whole page before all that is held, if that is where it belongs: one copy, not fifty. */
  #prepend(docs: readonly D[]): boolean {
    const next = this.#settled[0]?.born;
    const last = docs.at(-1)?.born;
    if (next == null || last == null || last >= next) return false;
    const sound = docs.every(
      ({ id, born }, index) =>
        born != null &&
        born >= this.floor &&
        born !== docs[index - 1]?.born &&
        !this.#held.has(id) &&
        !this.#over.has(id),
    );
    if (!sound || new Set(docs.map(({ id }) => id)).size !== docs.length) return false;
    for (const doc of docs) this.#held.set(doc.id, doc);
    this.#settled = [...docs, ...this.#settled];
    this.#first -= docs.length;
    return true;
  }

  /** Replace everything held. */
  reset(docs: readonly D[], floor: number, more: boolean): void {
    this.#held.clear();
    this.#removed.clear();
    this.#settled = [];
    this.#local = [];
    this.#first = 0;
    this.generation++;
    this.floor = 0;
    const overs = [...this.#over];
    this.#over.clear();
    for (const doc of docs) this.put(doc);
    this.floor = floor;
    for (const [id, over] of overs) {
      over.told = this.#held.get(id);
      if (over.told) over.changes = over.changes.filter(({ untilTold }) => !untilTold);
      this.#over.set(id, over);
      this.#draw(id, over);
    }
    this.more = more;
    this.touch();
  }

  touch(): void {
    this.version.value++;
  }

  #replace(held: D, doc: D): void {
    const place = held.born === doc.born ? this.placeOf(held.id) : null;
    if (place === null) {
      this.#take(held);
      this.#insert(doc);
      return;
    }
    const index = place - this.#first;
    if (index < this.#settled.length) this.#settled[index] = doc;
    else this.#local[index - this.#settled.length] = doc;
    this.#held.set(doc.id, doc);
  }

  #insert(doc: D): void {
    this.#held.set(doc.id, doc);
    if (doc.born == null) {
      this.#local.push(doc);
      return;
    }
    const index = this.#rankAfter(doc.born);
    if (index === this.#settled.length) this.#settled.push(doc);
    else this.#settled.splice(index, 0, doc);
    if (index === 0 && this.#settled.length > 1) this.#first--;
  }

  #take(doc: D): void {
    const list = doc.born == null ? this.#local : this.#settled;
    const index = doc.born == null ? list.indexOf(doc) : (this.placeOf(doc.id) ?? 0) - this.#first;
    list.splice(index, 1);
    if (list === this.#settled && index === 0 && list.length > 0) this.#first++;
  }

  #rankAfter(born: number): number {
    const docs = this.#settled;
    if ((docs.at(-1)?.born ?? -1) <= born) return docs.length;
    let low = 0;
    let high = docs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((docs[middle]?.born ?? 0) <= born) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
