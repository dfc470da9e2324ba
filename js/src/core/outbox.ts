import { asText, type Fields, type Intent, isFields } from "./messages";
import { load, save } from "./storage";

function readIntent(value: unknown): Intent | null {
  if (!isFields(value) || !isFields(value.args)) return null;
  const intent = { id: asText(value.id), do: asText(value.do), args: value.args };
  return intent.id && intent.do ? intent : null;
}

/** Intents the kernel has not confirmed, oldest first. The lasting ones survive a reload. */
export class Outbox {
  #unsent = new Map<string, Intent>();
  #fleeting = new Set<string>();
  #key: string;

  constructor(name: string) {
    this.#key = `edu-widgets:intents:${name}`;
    for (const value of Object.values(this.#stored())) {
      const intent = readIntent(value);
      if (intent) this.#unsent.set(intent.id, intent);
    }
  }

  get size(): number {
    return this.#unsent.size;
  }

  get(id: string): Intent | undefined {
    return this.#unsent.get(id);
  }

  all(): Intent[] {
    return [...this.#unsent.values()];
  }

  /** Keep `intent`; a fleeting one makes sense only now, and is not sent twice. */
  add(intent: Intent, fleeting: boolean): void {
    this.#unsent.set(intent.id, intent);
    if (fleeting) this.#fleeting.add(intent.id);
    else save(this.#key, { ...this.#stored(), [intent.id]: intent });
  }

  confirm(ids: readonly string[]): void {
    const stored = this.#stored();
    for (const id of ids) {
      this.#unsent.delete(id);
      this.#fleeting.delete(id);
      delete stored[id];
    }
    save(this.#key, Object.keys(stored).length > 0 ? stored : null);
  }

  dropFleeting(): void {
    for (const id of this.#fleeting) this.#unsent.delete(id);
    this.#fleeting.clear();
  }

  #stored(): Fields {
    const stored = load(this.#key);
    return isFields(stored) ? stored : {};
  }
}
