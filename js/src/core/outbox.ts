import { asText, type Fields, type Intent, isFields } from "./messages";
import { load, save } from "./storage";
import { timeOf } from "./uuid";

/**
 * For how long something is wanted of a kernel that does not answer. What a person has `written`
 * survives a reload and another kernel, for 12 h; a `click` is of this page and this moment; the
 * rest makes sense only `now`, and is not sent twice.
 */
export type Kept = "written" | "click" | "now";

const HOURS_12 = 12 * 3_600_000;
/** The time for which a click that had no answer is still wanted, in ms. */
export const CLICK_LIVES = 120_000;

interface Entry {
  intent: Intent;
  kept: Kept;
  /** The command to send for the written text once the click has expired. */
  later: string;
}

function readIntent(value: unknown): Intent | null {
  if (!isFields(value) || !isFields(value.args)) return null;
  const intent = { id: asText(value.id), do: asText(value.do), args: value.args };
  return intent.id && intent.do ? intent : null;
}

const asWritten = (intent: Intent): Entry => ({ intent, kept: "written", later: "" });

const isOver = ({ intent, kept }: Entry, now: number): boolean =>
  kept !== "now" && now - timeOf(intent.id) >= (kept === "click" ? CLICK_LIVES : HOURS_12);

/** Intents the kernel has not confirmed, oldest first: of one kind of widget, and of one person. */
export class Outbox {
  #unsent = new Map<string, Entry>();
  #kind: string;
  /** Nothing is stored before it is known whose it is. */
  #key = "";

  constructor(kind: string) {
    this.#kind = kind;
  }

  get size(): number {
    return this.#unsent.size;
  }

  get(id: string): Intent | undefined {
    return this.#unsent.get(id)?.intent;
  }

  all(): Intent[] {
    return [...this.#unsent.values()].map(({ intent }) => intent);
  }

  /** For how many ms a click is still wanted; `null` of all else. */
  lives(id: string, now = Date.now()): number | null {
    const click = this.#unsent.get(id)?.kept === "click";
    return click ? Math.max(0, CLICK_LIVES - (now - timeOf(id))) : null;
  }

  /** It is known whose this is: what they have stored comes first. Returns that. */
  belong(scope: string): Intent[] {
    this.#key = `edu-widgets:intents:${this.#kind}:${scope}`;
    const intents = Object.values(this.#stored()).flatMap((value) => readIntent(value) ?? []);
    const before = intents.map((intent): [string, Entry] => [intent.id, asWritten(intent)]);
    this.#unsent = new Map([...before, ...this.#unsent]);
    this.#store();
    return intents;
  }

  add(intent: Intent, kept: Kept, later = ""): void {
    this.#unsent.set(intent.id, { intent, kept, later });
    if (kept === "written" || later) this.#store();
  }

  confirm(ids: readonly string[]): void {
    for (const id of ids) this.#unsent.delete(id);
    this.#store(ids);
  }

  dropNow(): void {
    for (const [id, { kept }] of this.#unsent) if (kept === "now") this.#unsent.delete(id);
  }

  /** Take out what is not wanted any more. */
  expire(now = Date.now()): Entry[] {
    const over = [...this.#unsent.values()].filter((entry) => isOver(entry, now));
    if (over.length === 0) return [];
    this.confirm(over.map(({ intent }) => intent.id));
    for (const { intent, later } of over) {
      if (later) this.add({ ...intent, do: later }, "written");
    }
    return over;
  }

  /** Write down what is kept, beside what other models of the same person keep. */
  #store(gone: readonly string[] = []): void {
    if (!this.#key) return;
    const stored = this.#stored();
    for (const id of gone) delete stored[id];
    for (const { intent, kept, later } of this.#unsent.values()) {
      if (kept === "written") stored[intent.id] = intent;
      else if (later) stored[intent.id] = { ...intent, do: later };
    }
    save(this.#key, Object.keys(stored).length > 0 ? stored : null);
  }

  #stored(): Fields {
    const stored = load(this.#key);
    return isFields(stored) ? stored : {};
  }
}
