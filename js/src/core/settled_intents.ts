// Intents that are settled: a refusal may still name one of them.

import type { Intent } from "./messages";

const MOST_REMEMBERED = 200;

function forgetOldest(kept: Map<string, unknown> | Set<string>): void {
  const [oldest] = kept.keys();
  if (kept.size > MOST_REMEMBERED && oldest !== undefined) kept.delete(oldest);
}

export class SettledIntents {
  #confirmed = new Map<string, Intent>();
  #givenUp = new Set<string>();

  confirm(intent: Intent): void {
    this.#confirmed.set(intent.id, intent);
    forgetOldest(this.#confirmed);
  }

  confirmed(id: string): Intent | undefined {
    return this.#confirmed.get(id);
  }

  /** An intent was reported as refused because no answer came; the kernel's refusal says it again. */
  giveUp(id: string): void {
    this.#givenUp.add(id);
    forgetOldest(this.#givenUp);
  }

  /** Forget that an intent was given up; true if it was. */
  takeGivenUp(id: string): boolean {
    return this.#givenUp.delete(id);
  }
}
