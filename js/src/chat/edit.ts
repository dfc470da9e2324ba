// The text of a message while its author changes it. The draft of the next message waits aside.

import type { Collection } from "../core/collection";
import { asNumber, asText, isFields } from "../core/messages";
import { keep } from "../core/persistent";
import { Signal } from "../core/signal";
import { type Asked, askSource, edit } from "./actions";
import { type ChatMessage, readChatMessage, type Source } from "./documents";

/** Changes that may still be refused; older ones are forgotten. */
const REMEMBERED = 50;

interface Saved {
  doc: ChatMessage;
  text: string;
}

/** An edit in progress, as it is stored over a reload. */
interface Kept extends Saved {
  version: number;
  before: string;
}

function readKept(stored: unknown): Kept | null {
  if (!isFields(stored)) return null;
  const doc = readChatMessage(stored.doc);
  const version = asNumber(stored.version) ?? 0;
  return doc && { doc, text: asText(stored.text), version, before: asText(stored.before) };
}

/** What has to be known of the room. */
interface Edited extends Asked {
  editing: Signal<ChatMessage | null>;
  source: Signal<Source | null>;
  messages: Collection<ChatMessage>;
  draft: Signal<string>;
  say(text: string): void;
}

export class Editing {
  /** The new text; `null` while the old one has not come. */
  readonly text = new Signal<string | null>(null);
  /** Whether it was refused before, and is there again. */
  readonly restored = new Signal(false);

  #room: Edited;
  #id: string | null = null;
  #version = 0;
  #before = "";
  /** Saved edits that may still be refused, by the message's id. */
  #saved = new Map<string, Saved>();
  /** Texts that were refused, to begin with instead of the messages' own. */
  #kept = new Map<string, string>();
  #unsaved: Signal<Kept | null>;

  constructor(room: Edited) {
    this.#room = room;
    this.#unsaved = keep("edit", room.connection, readKept);
    room.connection.whenKnown(this.#resume);
    room.editing.subscribe(this.#onEditing);
    this.text.subscribe(this.#onText);
    room.source.subscribe(this.#onSource);
    room.messages.version.subscribe(this.#onMessages);
  }

  /** Whether the new text is not empty. */
  get ready(): boolean {
    return (this.text.value ?? "").trim() !== "";
  }

  /** Ask the kernel again for the source that has not come. */
  ask(): void {
    const doc = this.#room.editing.value;
    if (doc && this.text.value === null) askSource(this.#room, doc);
  }

  save(): void {
    const doc = this.#room.editing.value;
    const text = (this.text.value ?? "").trimEnd();
    if (!doc || !this.ready) return;
    if (text !== this.#before.trimEnd()) {
      this.#saved.delete(doc.id);
      this.#saved.set(doc.id, { doc, text });
      for (const id of [...this.#saved.keys()].slice(0, -REMEMBERED)) this.#saved.delete(id);
      edit(this.#room, doc, text, this.#version);
    }
    this.cancel();
  }

  cancel(): void {
    // What was said of the text in the box is over with it.
    if (this.restored.value) this.#room.say("");
    this.#room.editing.value = null;
  }

  /** The change of a message was refused. Its text is in the box again, at once or when it is edited again. */
  refused(id: string): void {
    const saved = this.#saved.get(id);
    this.#saved.delete(id);
    if (!saved) return;
    this.#kept.set(id, saved.text);
    const { editing, draft, messages } = this.#room;
    // Nobody's writing is taken out of their hands.
    if (!editing.value && draft.value.trim() === "") editing.value = messages.get(id) ?? saved.doc;
  }

  /** Go on with what a reload or a run of the cell has interrupted. */
  #resume = (): void => {
    const kept = this.#unsaved.value;
    if (!kept) return;
    this.#id = kept.doc.id;
    this.#version = kept.version;
    this.#before = kept.before;
    this.text.value = kept.text;
    this.#room.editing.value = kept.doc;
  };

  #onText = (): void => {
    const { value: doc } = this.#room.editing;
    const { value: text } = this.text;
    const isChanged = doc !== null && text !== null && text !== this.#before;
    this.#unsaved.value = isChanged
      ? { doc, text, version: this.#version, before: this.#before }
      : null;
  };

  #onEditing = (): void => {
    const id = this.#room.editing.value?.id ?? null;
    if (id === this.#id) return;
    this.#id = id;
    this.text.value = null;
    this.restored.value = false;
    this.ask();
  };

  #onSource = (): void => {
    const source = this.#room.source.value;
    if (!source || source.id !== this.#id || this.text.value !== null) return;
    this.#version = source.version;
    this.#before = source.text;
    const kept = this.#kept.get(source.id);
    this.#kept.delete(source.id);
    if (kept?.trimEnd() === source.text.trimEnd()) {
      // It was not this that was refused.
      this.#room.editing.value = null;
      return;
    }
    this.restored.value = kept !== undefined;
    this.text.value = kept ?? source.text;
  };

  /** The message went away: there is nothing left to change, but what was written is kept. */
  #onMessages = (): void => {
    const { connection, editing, messages, draft } = this.#room;
    const doc = editing.value;
    if (
      !doc ||
      !connection.filled.value ||
      messages.get(doc.id) ||
      (doc.born ?? 0) < messages.floor
    )
      return;
    const { value } = this.text;
    if (draft.value.trim() === "" && value !== null && value !== this.#before) draft.value = value;
    editing.value = null;
  };
}
