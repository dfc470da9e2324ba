import type { Collection } from "../core/collection";
import type { Connection } from "../core/connection";
import { asText, type Intent, isFields } from "../core/messages";
import { keep, keepText } from "../core/persistent";
import { type Projected, projectorOf } from "../core/projector";
import { refusalSignal, Signal } from "../core/signal";
import { uuid7 } from "../core/uuid";
import {
  type ClassNote,
  type Edit,
  noOffer,
  type Offer,
  type OwnNote,
  readClass,
  readEdit,
  readOffer,
  readOwn,
} from "./documents";

/** What a note is about: a cell of the instructor's by its number, a time in ms; 0 for none. */
export interface Ties {
  cell: number;
  minute: number;
}

/** The notes of a person and of a class as this page holds them, for any number of views. */
export class Room {
  readonly connection: Connection;
  readonly mine: Collection<OwnNote>;
  readonly shared: Collection<ClassNote>;
  readonly offer = new Signal<Offer>(noOffer);
  /** The last refusal, for a while. */
  readonly refusal = refusalSignal();
  readonly projected: Signal<Projected>;
  /** A new note that is being written. */
  readonly draft: Signal<string>;
  /** A note that is being edited. */
  readonly edit: Signal<Edit | null>;

  /** The text that was sent last, to be put back if it is refused. */
  #sent: { intent: Intent; text: string } | null = null;

  constructor(connection: Connection) {
    this.connection = connection;
    this.mine = connection.mirror("mine", readOwn);
    this.shared = connection.mirror("class", readClass);
    const offers = connection.mirror("room", readOffer);
    offers.version.subscribe(() => {
      this.offer.value = offers.get("room") ?? noOffer;
    });
    this.projected = projectorOf(connection);
    this.draft = keepText("note", connection);
    this.edit = keep<Edit | null>("note-edit", connection, readEdit);
    connection.listen({ shows: this.#shows, refused: this.#onRefused, signal: this.#onSignal });
  }

  can(what: string): boolean {
    return this.offer.value.can.includes(what);
  }

  dispose(): void {
    this.refusal.dispose();
    this.connection.dispose();
  }

  /** Keep the draft as a private note. */
  add(ties: Ties): void {
    const text = this.draft.value.trimEnd();
    if (text.trim() === "") return;
    this.#write({ id: uuid7(), text, version: 0, ...ties });
    this.draft.value = "";
  }

  /** Ask for a note's Markdown, to edit it. */
  begin({ id }: OwnNote): void {
    this.connection.intend("notes.source", { id }, "now");
  }

  /** Write what was edited, unless it is as it was. */
  save(): void {
    const edit = this.edit.value;
    if (!edit) return;
    const { before, ...fields } = edit;
    const text = edit.text.trimEnd();
    if (text.trim() === "") return;
    const held = this.mine.get(edit.id);
    const isSame = text === before.trimEnd() && edit.cell === (held?.cell ?? 0);
    if (!isSame || edit.minute !== (held?.minute ?? 0)) this.#write({ ...fields, text });
    this.edit.value = null;
  }

  share({ id }: OwnNote, on: boolean): void {
    this.connection.intend("notes.share", { id, on }, "written");
  }

  delete({ id }: OwnNote): void {
    this.connection.intend("notes.delete", { id });
  }

  like({ user, note, liked }: ClassNote): void {
    this.connection.intend("notes.like", { user, id: note, on: !liked });
  }

  copy({ user, note }: ClassNote): void {
    this.connection.intend("notes.copy", { user, id: note });
  }

  remove({ user, note }: ClassNote): void {
    this.connection.intend("notes.remove", { user, id: note });
  }

  /** One's own note of which this is the copy. */
  ownOf({ note }: ClassNote): OwnNote | undefined {
    return this.mine.get(note);
  }

  /** The class is looked at: what is here is not new any more. */
  seen(): void {
    const born = this.shared.lastBorn;
    if (born > 0) this.connection.intend("notes.seen", { born }, "now");
  }

  older(): void {
    this.connection.intend("notes.older", { before: this.shared.floor }, "now");
  }

  export(shared: boolean, names: boolean): void {
    this.connection.intend("notes.export", { shared, names }, "now");
  }

  #write(fields: Pick<Edit, "id" | "text" | "version" | "cell" | "minute">): void {
    const intent = this.connection.intend("notes.write", { ...fields }, "written");
    this.#sent = { intent, text: fields.text };
  }

  /** The optimistic change of an intent; returns its rollback. */
  #shows = ({ do: action, args }: Intent): (() => void) | undefined => {
    const id = asText(args.id);
    const state = this.connection.lesson.value.state === "live" ? "pending" : "queued";
    if (action === "notes.write")
      return this.mine.overlay(id, (told) => ({
        ...(told ?? { id, at: Date.now(), shared: false, version: 0 }),
        body: asText(args.text),
        ...{ state, error: "" },
        ...(args.cell !== 0 && { cell: args.cell as number }),
        ...(args.minute !== 0 && { minute: args.minute as number }),
      }));
    if (action === "notes.share")
      return this.mine.overlay(id, (told) => told && { ...told, shared: args.on === true });
    if (action === "notes.delete") return this.mine.overlay(id, () => undefined);
    const of = `note:${asText(args.user)}:${id}`;
    if (action === "notes.remove") return this.shared.overlay(of, () => undefined);
    if (action !== "notes.like") return undefined;
    const liked = args.on === true;
    return this.shared.overlay(of, (told) => {
      if (!told || told.liked === liked) return told;
      return { ...told, liked, likes: Math.max(0, told.likes + (liked ? 1 : -1)) };
    });
  };

  #onRefused = (intent: Intent | undefined, why: string): void => {
    this.refusal.show(why);
    if (!intent || intent.id !== this.#sent?.intent.id) return;
    const { text } = this.#sent;
    this.#sent = null;
    // Nobody's writing is taken out of their hands.
    if (this.draft.value.trim() === "") this.draft.value = text;
  };

  #onSignal = (name: string, data: unknown): void => {
    if (!isFields(data)) return;
    if (name === "notice") this.refusal.show(asText(data.message));
    if (name === "source") {
      const text = asText(data.text);
      const { cell = 0, minute = 0 } = this.mine.get(asText(data.id)) ?? {};
      this.edit.value = readEdit({ ...data, text, before: text, cell, minute });
    }
    if (name === "exported") download(asText(data.name), asText(data.text));
  };
}

/** Have the browser save a file. */
function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name });
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
