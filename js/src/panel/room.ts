import type { Collection } from "../core/collection";
import type { Connection } from "../core/connection";
import { asText, type Intent } from "../core/messages";
import type { Model } from "../core/model";
import { keep } from "../core/persistent";
import { type Projected, projectorOf } from "../core/projector";
import { Signal, TransientSignal } from "../core/signal";
import { type Composing, composed } from "../shared/composed";
import { type PanelState, type Part, plainState, readParts, readState } from "./documents";

/** How long a refusal stays in sight. */
const REFUSAL_FOR = 8_000;

/** A lesson's panel as this page holds it, for any number of views. */
export class Room {
  readonly connection: Connection;
  readonly state = new Signal<PanelState>(plainState);
  readonly parts: Signal<readonly Part[]>;
  /** What of this course a whole class sees of this page, whichever widget was asked. */
  readonly projected: Signal<Projected>;
  /** The tab that was looked at last in this page; empty: none yet. */
  readonly last: Signal<string>;
  /** Why something could not be done, for a while. */
  readonly refusal = new TransientSignal("", REFUSAL_FOR);
  /** The tab that Python brings to the front, from when it says so. */
  readonly front = new Signal<PanelState["front"]>(null);

  #model: Composing;
  #states: Collection<PanelState>;
  /** What the kernel has said, or been told, of the projector; nothing yet. */
  #projector: boolean | null = null;
  #end: () => void;

  constructor(connection: Connection, model: Model) {
    this.connection = connection;
    this.#model = model as Composing;
    this.projected = projectorOf(connection);
    this.last = keep("tab", connection, asText);
    const { lesson } = connection;
    const read = (): Part[] => readParts(model.get("_parts"), lesson.value.features);
    this.parts = new Signal<readonly Part[]>(read());
    this.#states = connection.mirror("panel", readState);
    this.#states.version.subscribe(this.#onState);
    const onParts = (): void => {
      const parts = read();
      if (JSON.stringify(parts) !== JSON.stringify(this.parts.value)) this.parts.value = parts;
    };
    model.on("change:_parts", onParts);
    const endLesson = lesson.subscribe(onParts);
    const endProjected = this.projected.subscribe(this.#onProjected);
    connection.listen({ shows: this.#shows, refused: this.#onRefused });
    this.#end = () => {
      model.off("change:_parts", onParts);
      endLesson();
      endProjected();
    };
  }

  /** Show what `reference` stands for in `el`; returns what ends that. */
  render(reference: string, el: HTMLElement, missing: string): () => void {
    return composed(this.#model, reference, el, missing);
  }

  /** Turn a switch of a part's. */
  turn(name: string, on: boolean): void {
    this.connection.intend("panel.switch", { name, on });
  }

  dispose(): void {
    this.#end();
    this.refusal.dispose();
    this.connection.dispose();
  }

  /** What an intent shows, until the kernel says what is so. */
  #shows = ({ do: action, args }: Intent): (() => void) | undefined => {
    if (action !== "panel.switch") return undefined;
    const name = asText(args.name);
    const on = args.on === true;
    return this.#states.overlay("panel", (told) => {
      if (!told) return told;
      const turned = Object.entries(told.parts).map(([part, { switches, ...news }]) => [
        part,
        { ...news, switches: name in switches ? { ...switches, [name]: on } : switches },
      ]);
      return { ...told, parts: Object.fromEntries(turned) };
    });
  };

  #onRefused = (intent: Intent | undefined, message: string): void => {
    // What a class sees is this page's: it stays where the kernel has only gone.
    if (intent?.do === "panel.projector" && this.connection.kernel.value === "gone") return;
    this.refusal.show(message);
    this.#onState();
  };

  #onState = (): void => {
    const told = this.#states.get("panel") ?? plainState;
    this.state.value = told;
    if (!this.connection.filled.value && told === plainState) return;
    if (told.front && told.front.n !== this.front.value?.n) this.front.value = told.front;
    const asked = this.connection.unsent.some(({ do: what }) => what === "panel.projector");
    if (asked || told === plainState || told.projector === this.#projector) return;
    // A page that was projected before it was reloaded still is.
    const still = this.#projector === null && this.projected.value !== null;
    this.#projector = told.projector;
    if (still) this.#onProjected();
    else this.projected.value = told.projector ? "all" : null;
  };

  #onProjected = (): void => {
    const on = this.projected.value !== null;
    if (this.#projector === null || this.#projector === on) return;
    this.#projector = on;
    this.connection.intend("panel.projector", { on });
  };
}
