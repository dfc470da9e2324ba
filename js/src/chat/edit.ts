// The text of a message while its author changes it. The draft of the next message waits aside.

import { Signal } from "../core/signal";
import { askSource, edit } from "./actions";
import type { ChatMessage } from "./documents";
import type { Room } from "./room";

interface Saved {
  doc: ChatMessage;
  text: string;
}

export class Editing {
  /** The new text; `null` while the old one has not come. */
  readonly text = new Signal<string | null>(null);

  #room: Room;
  #id: string | null = null;
  #version = 0;
  #before = "";
  /** What was saved and may still be refused, by the message's id. */
  #saved = new Map<string, Saved>();
  /** A text that was refused, to begin with instead of the message's own. */
  #kept: string | null = null;

  constructor(room: Room) {
    this.#room = room;
    room.editing.subscribe(this.#onEditing);
    room.source.subscribe(this.#onSource);
    room.messages.version.subscribe(this.#onMessages);
  }

  /** Whether there is something to save. */
  get ready(): boolean {
    return (this.text.value ?? "").trim() !== "";
  }

  /** Ask again for what has not come. */
  ask(): void {
    const doc = this.#room.editing.value;
    if (doc && this.text.value === null) askSource(this.#room, doc);
  }

  save(): void {
    const doc = this.#room.editing.value;
    const text = (this.text.value ?? "").trimEnd();
    if (!doc || !this.ready) return;
    if (text !== this.#before.trimEnd()) {
      this.#saved.set(doc.id, { doc, text });
      edit(this.#room, doc, text, this.#version);
    }
    this.#room.editing.value = null;
  }

  cancel(): void {
    this.#room.editing.value = null;
  }

  /** A change was refused: its text comes back into the box, unless another is being written. */
  refused(id: string): void {
    const saved = this.#saved.get(id);
    this.#saved.delete(id);
    if (!saved || this.#room.editing.value) return;
    this.#kept = saved.text;
    this.#room.editing.value = this.#room.messages.get(id) ?? saved.doc;
  }

  #onEditing = (): void => {
    const id = this.#room.editing.value?.id ?? null;
    if (id === this.#id) return;
    this.#id = id;
    this.text.value = null;
    this.ask();
  };

  #onSource = (): void => {
    const source = this.#room.source.value;
    if (!source || source.id !== this.#id || this.text.value !== null) return;
    this.#version = source.version;
    this.#before = source.text;
    this.text.value = this.#kept ?? source.text;
    this.#kept = null;
  };

  /** The message went away: there is nothing left to change, but what was written is kept. */
  #onMessages = (): void => {
    const { editing, messages, draft } = this.#room;
    const doc = editing.value;
    if (!doc || messages.get(doc.id) || (doc.born ?? 0) < messages.floor) return;
    const { value } = this.text;
    if (draft.value.trim() === "" && value !== null && value !== this.#before) draft.value = value;
    editing.value = null;
  };
}
