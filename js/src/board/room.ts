import type { Collection } from "../core/collection";
import type { Connection } from "../core/connection";
import {
  asList,
  asText,
  asTexts,
  type Fields,
  type Intent,
  isFields,
  isOneOf,
} from "../core/messages";
import { keep } from "../core/persistent";
import type { BlobRef } from "../core/pictures";
import { type Projected, projectorOf } from "../core/projector";
import { refusalSignal, Signal } from "../core/signal";
import { uuid7 } from "../core/uuid";
import {
  type Drawn,
  INKS,
  type Ink,
  type Item,
  noOffer,
  type Offer,
  type Page,
  type Part,
  readItem,
  readOffer,
  readPage,
  TOOLS,
  type Tool,
  type View,
} from "./documents";
import { download } from "./export";
import { after, inverse, noPast, type Past, type Step } from "./history";
import { LiveStrokes } from "./live";
import { unpack } from "./packing";
import { encode, type Point, quartersOf, split } from "./points";

/** What one holds in the hand. */
export type Hand = Tool | "select" | "eraser" | "laser";
/** Everything that one can hold in the hand. */
export const HANDS: readonly Hand[] = ["select", "eraser", "laser", ...TOOLS];

/** Hand, ink and width, kept over a reload. */
export interface Held {
  hand: Hand;
  ink: Ink;
  width: number;
}

/** A text that is being written, and where. */
export interface Writing {
  tool: "text" | "sticky";
  place: Point;
  text: string;
  /** The thing whose text it is, if it is there already. */
  of?: Item;
}

/** Somebody whom the pen can be given to. */
export interface Somebody {
  id: string;
  name: string;
}

/** A picture on its way to the kernel, as `pictures/` has it. */
export interface Attachment {
  id: string;
  alt: string;
  file?: Blob;
  blob?: BlobRef | undefined;
  error?: string;
}

const AT_ONCE = 200;

const isHand = isOneOf(HANDS.join(" "));
const isInk = isOneOf(INKS.join(" "));

function readHeld(value: unknown): Held {
  const { hand, ink, width } = isFields(value) ? value : ({} as Fields);
  return {
    hand: isHand(hand) ? (hand as Hand) : "pen",
    ink: isInk(ink) ? (ink as Ink) : "ink",
    width: width === 1 || width === 3 ? width : 2,
  };
}

/** The board of a course as this page holds it, for any number of views. */
export class Room {
  readonly connection: Connection;
  readonly items: Collection<Item>;
  readonly pages: Collection<Page>;
  readonly offer = new Signal<Offer>(noOffer);
  readonly refusal = refusalSignal();
  readonly projected: Signal<Projected>;
  /** The page that is shown. */
  readonly page = new Signal("first");
  readonly held: Signal<Held>;
  /** Whether one's view follows that of who leads, where somebody does. */
  readonly following = new Signal(true);
  readonly selected = new Signal<ReadonlySet<string>>(new Set());
  readonly writing = new Signal<Writing | null>(null);
  readonly past = new Signal<Past>(noPast);
  readonly live = new LiveStrokes((id) => this.items.get(id) !== undefined);
  /** Whom the pen can be given to, as it was told last. */
  readonly people = new Signal<readonly Somebody[]>([]);
  /** The picture that is about to become a page. */
  readonly figure = new Signal<readonly Attachment[]>([]);

  constructor(connection: Connection) {
    this.connection = connection;
    this.items = connection.mirror("items", readItem, unpack);
    this.pages = connection.mirror("pages", readPage);
    const offers = connection.mirror("room", readOffer);
    offers.version.subscribe(() => {
      this.offer.value = offers.get("room") ?? noOffer;
    });
    this.items.version.subscribe(this.live.forgetDrawn);
    this.projected = projectorOf(connection);
    this.held = keep<Held>("board-hand", connection, readHeld);
    connection.listen({
      ...{ shows: this.#shows, refused: this.#onRefused, signal: this.#onSignal },
      snapshot: this.#more,
      paged: this.#more,
    });
  }

  dispose(): void {
    this.refusal.dispose();
    this.connection.dispose();
  }

  /** The pages in their order. */
  get order(): Page[] {
    const pages = [...this.pages.docs].sort((a, b) => a.order - b.order);
    return pages.length > 0 ? pages : [{ id: "first", order: 0, ground: null }];
  }

  /** What is on the page that is shown, the lowest first. */
  get shown(): Item[] {
    const page = this.page.value;
    return this.items.docs.filter((item) => item.page === page);
  }

  /** Whether one may change a thing. */
  mayChange = (item: Item): boolean => {
    const { draws, staff } = this.offer.value;
    return draws && (item.mine || staff);
  };

  hold(change: Partial<Held>): void {
    this.held.value = { ...this.held.value, ...change };
  }

  // -- what one does ---------------------------------------------------------------------

  /**
   * Draw through places of the page, in pixels; `id`: the one that parts of it were told under.
   * What is no place is left out, and a long line becomes several.
   */
  draw(
    tool: Tool,
    places: readonly Point[],
    { text = "", id = uuid7(), page = this.page.value } = {},
  ): void {
    const points = quartered(places);
    if (points.length === 0) return;
    const { ink, width } = this.held.value;
    const items = split(points).map((piece, index) => {
      const [x, y] = piece[0] as Point;
      const coded = encode(piece.map(([px, py]) => [px - x, py - y]));
      const drawn = { page, tool, ink, width, x, y, points: coded, text };
      return this.#put(index === 0 ? id : uuid7(), drawn);
    });
    this.#did({ did: "draw", items });
  }

  /** Write a text again that is on the board. */
  rewrite(item: Item, text: string): void {
    this.#put(item.id, { ...item, text });
  }

  erase(items: readonly Item[]): void {
    const gone = items.filter(this.mayChange);
    this.#eraseAll(gone.map(({ id }) => id));
    const mine = gone.filter((item) => item.mine);
    if (mine.length > 0) this.#did({ did: "erase", items: mine });
    this.selected.value = new Set();
  }

  /** Move things by so many pixels of the page. */
  move(items: readonly Item[], dx: number, dy: number): void {
    const ids = items.filter(this.mayChange).map(({ id }) => id);
    const by = quartersOf(dx, dy);
    if (ids.length === 0 || !by || (by[0] === 0 && by[1] === 0)) return;
    const step: Step = { did: "move", ids, dx: by[0], dy: by[1] };
    this.#redo(step);
    this.#did(step);
  }

  undo(): void {
    const { undo, redo } = this.past.value;
    const step = undo.at(-1);
    if (!step) return;
    this.#redo(inverse(step));
    this.past.value = { undo: undo.slice(0, -1), redo: [...redo, step] };
  }

  redo(): void {
    const { undo, redo } = this.past.value;
    const step = redo.at(-1);
    if (!step) return;
    this.#redo(step);
    this.past.value = { undo: [...undo, step], redo: redo.slice(0, -1) };
  }

  /** Tell others a part of what one is drawing: the places since the last part. */
  part(id: string, tool: Part["tool"], places: readonly Point[]): void {
    const points = quartered(places);
    if (points.length === 0) return;
    const { ink, width } = this.held.value;
    const page = this.page.value;
    const args = { id, page, tool, ink, width, points: encode(points) };
    this.connection.intend("board.part", args, "now");
  }

  /** Ask for the pen by raising one's hand. */
  raiseHand(note: string): void {
    this.connection.intend("board.hand", { note });
  }

  // -- what staff does -------------------------------------------------------------------

  set(change: Fields): void {
    this.connection.intend("board.set", change);
  }

  /** Have the kernel tell whom the pen can be given to. */
  askForPeople(): void {
    this.connection.intend("board.people", {}, "now");
  }

  /** Add a page, which lies on `ground` if there is one. */
  addPage(ground?: BlobRef): void {
    const id = uuid7();
    this.connection.intend("board.page", ground ? { id, ground: { ...ground } } : { id });
    this.page.value = id;
  }

  removePage(): void {
    this.connection.intend("board.page", { id: this.page.value, removed: true });
    this.page.value = "first";
  }

  clear(): void {
    this.connection.intend("board.clear", { id: this.page.value });
    this.past.value = noPast;
  }

  show(view: View): void {
    this.connection.intend("board.view", { view: { ...view } }, "now");
  }

  /** Have the kernel make an SVG of the page. */
  svg(): void {
    this.connection.intend("board.svg", { page: this.page.value }, "now");
  }

  // -- inside ------------------------------------------------------------------------------

  #did(step: Step): void {
    this.past.value = after(this.past.value, step);
  }

  #redo(step: Step): void {
    if (step.did === "move") {
      const { dx, dy } = step;
      for (const ids of grouped(step.ids)) this.connection.intend("board.move", { ids, dx, dy });
    } else if (step.did === "erase") this.#eraseAll(step.items.map(({ id }) => id));
    else for (const item of step.items) this.#put(item.id, item, item.at);
  }

  #eraseAll(ids: readonly string[]): void {
    for (const group of grouped(ids)) {
      this.connection.intend("board.erase", { ids: group }, "written");
    }
  }

  /** Have a thing there; one that was there before keeps the time it was drawn `at`. */
  #put(id: string, drawn: Drawn, at = 0): Item {
    const { page, tool, ink, width, x, y, points, text } = drawn;
    const args = { id, page, tool, ink, width, x, y, points, text, createdAt: at };
    this.connection.intend("board.draw", args, "written");
    const held = this.items.get(id);
    return held ?? { ...drawn, ...this.#mine(), id, at: at || Date.now() };
  }

  #mine(): Pick<Item, "name" | "staff" | "mine" | "state"> {
    const { me, state } = this.connection.lesson.value;
    return {
      ...{ name: me?.name ?? "", staff: this.offer.value.staff, mine: true },
      state: state === "live" ? "pending" : "queued",
    };
  }

  /** The optimistic change of an intent; returns its rollback. */
  #shows = ({ do: action, args }: Intent): (() => void) | undefined => {
    if (action === "board.draw") {
      const read = readItem({ ...args, at: Date.now(), ...this.#mine() });
      return read
        ? this.items.overlay(read.id, (told) => ({ ...told, ...read, at: told?.at ?? read.at }))
        : undefined;
    }
    const over = (change: (told: Item) => Item | undefined): (() => void) => {
      const ends = asTexts(args.ids).map((id) =>
        this.items.overlay(id, (told) => told && change(told)),
      );
      return () => {
        for (const end of ends) end();
      };
    };
    if (action === "board.erase") return over(() => undefined);
    if (action !== "board.move") return undefined;
    const [dx, dy] = [Number(args.dx), Number(args.dy)];
    return over((told) => ({ ...told, x: told.x + dx, y: told.y + dy }));
  };

  #onRefused = (_: Intent | undefined, why: string): void => this.refusal.show(why);

  /** The kernel shows a part of the board at a time: ask for what lies lower. */
  #more = (): void => {
    const { more, floor } = this.items;
    if (more) this.connection.intend("board.older", { before: floor }, "now");
  };

  #onSignal = (name: string, data: unknown): void => {
    if (name === "notice" && isFields(data)) this.refusal.show(asText(data.message));
    if (name === "exported" && isFields(data)) {
      download(asText(data.name), new Blob([asText(data.text)], { type: "image/svg+xml" }));
    }
    if (name === "people") this.people.value = readPeople(data);
    if (name === "parts") this.live.take(data);
  };
}

const readPeople = (value: unknown): Somebody[] =>
  asList(value).flatMap((one) =>
    isFields(one) && asText(one.id) && asText(one.name)
      ? [{ id: asText(one.id), name: asText(one.name) }]
      : [],
  );

/** Places in quarters of a pixel; what is no place is left out. */
const quartered = (places: readonly Point[]): Point[] =>
  places.flatMap(([x, y]) => {
    const point = quartersOf(x, y);
    return point ? [point] : [];
  });

const grouped = (ids: readonly string[]): string[][] =>
  Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, group) =>
    ids.slice(group * AT_ONCE, (group + 1) * AT_ONCE),
  );
