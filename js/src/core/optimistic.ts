import { attempt } from "./errors";

/**
 * The optimistic changes of intents, each with its rollback: it is rolled back when the intent is
 * refused or expires, and, once the kernel has it, as soon as the kernel tells what came of it.
 */
export class OptimisticChanges {
  #rollbacks = new Map<string, () => void>();
  #settled = new Set<string>();

  /** Make the change of intent `id`: `change` returns its rollback, or nothing. */
  make(id: string, change: () => (() => void) | undefined): void {
    attempt(() => {
      const rollback = change();
      if (rollback) this.#rollbacks.set(id, rollback);
    });
  }

  /** The kernel has intent `id`: its next message has what came of it. */
  settle(id: string): void {
    if (this.#rollbacks.has(id)) this.#settled.add(id);
  }

  rollBack(id: string): void {
    const rollback = this.#rollbacks.get(id);
    this.#rollbacks.delete(id);
    this.#settled.delete(id);
    if (rollback) attempt(rollback);
  }

  rollBackSettled(): void {
    for (const id of [...this.#settled]) this.rollBack(id);
  }
}
