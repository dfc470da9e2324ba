import type { Connection } from "../src/core/connection";
import type { Fields, KernelMessage, Lesson, PageMessage } from "../src/core/messages";
import type { Model } from "../src/core/model";
import { type Projected, projectorOf } from "../src/core/projector";
import type { Signal } from "../src/core/signal";

type Callback = (...args: unknown[]) => void;

/** A model as anywidget hands it out, with a kernel's end to play with. */
export class MockModel {
  readonly sent: PageMessage[] = [];
  /** The bytes that came beside messages. */
  readonly buffers: ArrayBuffer[] = [];
  /** Whether the comm is there: without it, sending throws as Jupyter's does. */
  open = true;
  /** What the kernel does with each message; nothing by default. */
  onSent: (message: PageMessage) => void = () => {};
  /** The code that the kernel has, by name and version: who asks for it gets it. */
  readonly codes = new Map<string, string>();
  /** How often each was asked for. */
  readonly askedFor: string[] = [];
  /** The other models of this page, by id. */
  readonly others = new Map<string, MockModel>();
  #traits: Fields;
  #listeners = new Map<string, Set<Callback>>();

  constructor(traits: Fields = {}) {
    const _instance = crypto.randomUUID();
    this.#traits = {
      _instance,
      kind: "chat",
      course: "py101",
      options: { height: 420, lang: "" },
      _code: ["core@source"],
      _extras: [
        ...["viewers@source", "chat.picker@source", "chat.questions@source"],
        ...["polls.form@source", "pictures@source", "stream.hls@source"],
      ],
      _says: ["This was live.", "Canlıydı."],
      ...traits,
    };
  }

  /** A new proxy each time, as anywidget makes one for `initialize` and one a view. */
  proxy(): Model & { widget_manager: object } {
    return {
      widget_manager: {
        // As Jupyter's says it.
        get_model: async (id: string) => {
          const other = this.others.get(id);
          if (!other) throw new Error("widget model not found");
          return other.proxy();
        },
      },
      get: (name) => this.#traits[name],
      on: (event, callback) => {
        const callbacks = this.#listeners.get(event) ?? new Set();
        this.#listeners.set(event, callbacks.add(callback));
      },
      off: (event, callback) => this.#listeners.get(event)?.delete(callback),
      send: (content, _, buffers) => {
        if (!this.open) throw new Error("Cannot send");
        if (buffers) this.buffers.push(...buffers);
        const { op, codes } = content as { op: string; codes: string[] };
        if (op === "code") {
          this.#handOut(codes);
          return;
        }
        this.sent.push(content as PageMessage);
        this.onSent(content as PageMessage);
      },
    };
  }

  /**
   * Have the kernel hand out the built `files`: the core, then the widget's own; and `extras`, which a
   * page loads where it uses them.
   */
  carry(files: Record<string, string>, version = "1", extras: Record<string, string> = {}): void {
    const hold = (name: string, text: string): string => {
      this.codes.set(`${name}@${version}`, text);
      return `${name}@${version}`;
    };
    this.#traits._code = Object.entries(files).map(([name, text]) => hold(name, text));
    this.#traits._extras = Object.entries(extras).map(([name, text]) => hold(name, text));
  }

  /** As the kernel does: later, and to every page. */
  #handOut(codes: readonly string[]): void {
    this.askedFor.push(...codes);
    for (const code of codes) {
      const text = this.codes.get(code);
      if (text !== undefined) queueMicrotask(() => this.say({ op: "code", code, text }));
    }
  }

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, callbacks) => sum + callbacks.size, 0);
  }

  emit(event: string, ...args: unknown[]): void {
    for (const callback of [...(this.#listeners.get(event) ?? [])]) callback(...args);
  }

  /** A custom message of the kernel; each page gets a copy of its own. */
  say(message: unknown, buffers: DataView[] = []): void {
    this.emit("msg:custom", structuredClone(message), buffers);
  }

  set(name: string, value: unknown): void {
    this.#traits[name] = value;
    this.emit(`change:${name}`);
  }

  get page(): string {
    return this.sent.find((message) => message.op === "ready")?.page ?? "";
  }

  asked(op: "ready"): number;
  asked(op: "intent", action?: string): (PageMessage & { op: "intent" })[];
  asked(op: "ready" | "intent", action?: string): unknown {
    const found = this.sent.filter((message) => message.op === op);
    if (op === "ready") return found.length;
    return found.filter((message) => !action || (message as { do?: string }).do === action);
  }

  /** A snapshot with `docs` as the messages, and `others`: documents by their collection. */
  snapshot(
    docs: unknown[],
    lesson: Fields = {},
    { n = 0, floor = 0, more = false } = {},
    others: Record<string, unknown[]> = {},
  ): void {
    const rest = Object.entries(others).map(([name, held]) => [
      name,
      { docs: held, floor: 0, more: false },
    ]);
    const snapshot: Partial<KernelMessage> = {
      op: "snapshot",
      to: this.page,
      n,
      lesson: { ...liveLesson, scope: this.#traits.course, ...lesson },
      collections: { messages: { docs, floor, more }, ...Object.fromEntries(rest) },
    };
    this.say(snapshot);
  }
}

/** What the kernel tells of the lesson: the page's fields, with a wait in place of a time. */
type Told = Omit<Partial<Lesson>, "nextTry"> & { nextTryIn?: number | null };

export const liveLesson: Told = {
  course: "py101",
  host: "edu.example",
  me: { id: "u-tomas", name: "Tomas", role: "student" },
  state: "live",
  code: null,
  reason: "",
  nextTryIn: null,
  queued: 0,
  online: 36,
  here: [],
  subshells: true,
  readonly: false,
  features: ["chat", "reactions"],
};

const everything = "send reply edit delete react unreact ask upvote typing read search";

/** The document of the collection `room`: a student who may do everything, unless told otherwise. */
export const room = (more: Fields = {}): Fields => ({
  ...{ id: "room", rev: 1, can: everything.split(" "), slow: 0, muted: null, read: 0, unread: 0 },
  ...more,
});

/** What a student may do where questions may be anonymous. */
export const nameless = (more: Fields = {}): Fields =>
  room({ can: [...everything.split(" "), "anonymous"], ...more });

/** The same for staff. */
export const staffRoom = (more: Fields = {}): Fields =>
  room({ can: [...everything.split(" "), "moderate"], ...more });

/** Ten o'clock today. */
const START = new Date().setHours(10, 0, 0, 0);

/** Message number `born`, by one of a few people in turn. */
export function message(born: number, more: Fields = {}): Fields {
  const people = ["Deniz", "Priya", "Emre", "Jonas", "Lina"];
  const name = people[born % people.length] ?? "Deniz";
  return {
    id: `m${born}`,
    born,
    seq: born,
    user: `u-${name.toLowerCase()}`,
    name,
    at: START + born * 20_000,
    body: `Message ${born}`,
    ...more,
  };
}

export const messages = (from: number, to: number): Fields[] =>
  Array.from({ length: to - from + 1 }, (_, index) => message(from + index));

/** What is projected of a scope in this page, as a panel sets it. */
export const projecting = (scope: string): Signal<Projected> =>
  projectorOf({
    whenKnown: (act: (scope: string) => void) => act(scope),
    atEnd: () => {},
  } as unknown as Connection);
