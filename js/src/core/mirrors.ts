// The collections of a connection, and how what the kernel tells comes into them.

import { Collection } from "./collection";
import { attempt } from "./errors";
import type { CollectionState, Doc } from "./messages";

/** Documents out of a buffer, one after the other, as `read` takes them. */
export type Unpack = (buffer: DataView) => unknown[];

type Buffers = readonly unknown[];

interface Mirror {
  collection: Collection<Doc>;
  read: (value: unknown) => Doc | null;
  unpack: Unpack | undefined;
}

const noDocuments: CollectionState = { docs: [], floor: 0, more: false };

/** Say in the console that something of the kernel was not understood. */
export const warnOf = (content: unknown): void =>
  console.warn("[edu-widgets] ignored as malformed:", content);

/** Collections by their names. */
export class Mirrors {
  #held = new Map<string, Mirror>();

  /** Add a collection; what it is told is read by `read`, and out of buffers by `unpack`. */
  add<D extends Doc>(
    name: string,
    read: (value: unknown) => D | null,
    unpack?: Unpack,
  ): Collection<D> {
    const collection = new Collection<D>();
    this.#held.set(name, { collection: collection as unknown as Collection<Doc>, read, unpack });
    return collection;
  }

  /** Everything, as a snapshot has it. */
  reset(collections: Record<string, CollectionState>, buffers: Buffers): void {
    for (const [name, mirror] of this.#held) {
      const { docs, floor, more } = collections[name] ?? noDocuments;
      mirror.collection.reset(readAll(docs, mirror, buffers), floor, more);
    }
  }

  /** What was set and deleted, as a batch has it. */
  change(
    set: Record<string, readonly unknown[]>,
    del: Record<string, readonly string[]>,
    buffers: Buffers,
  ): void {
    for (const [name, mirror] of this.#held) {
      const { collection } = mirror;
      let changed = false;
      for (const doc of readAll(set[name] ?? [], mirror, buffers)) {
        changed = collection.put(doc) || changed;
      }
      for (const id of del[name] ?? []) changed = collection.remove(id) || changed;
      if (changed) collection.touch();
    }
  }

  /** Older documents, as a page of them has them; returns whether there is such a collection. */
  addOlder(name: string, { docs, floor, more }: CollectionState, buffers: Buffers): boolean {
    const mirror = this.#held.get(name);
    mirror?.collection.putOlder(readAll(docs, mirror, buffers), floor, more);
    return mirror !== undefined;
  }
}

/** The documents among `values`, in which a number stands for all that is in that buffer. */
function readAll(
  values: readonly unknown[],
  { read, unpack }: Mirror,
  buffers: readonly unknown[],
): Doc[] {
  return values
    .flatMap((value) => {
      const buffer = buffers[value as number];
      return unpack && buffer ? (attempt(() => unpack(viewOf(buffer))) ?? value) : value;
    })
    .flatMap((value) => {
      const doc = attempt(() => read(value)) ?? null;
      if (doc === null) warnOf(value);
      return doc === null ? [] : [doc];
    });
}

/** The bytes of a buffer, in whichever form the host has it. */
const viewOf = (buffer: unknown): DataView =>
  ArrayBuffer.isView(buffer)
    ? new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new DataView(buffer as ArrayBuffer);
