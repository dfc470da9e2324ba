// The text of a message while its author changes it. The draft of the next message waits aside.

import { Signal } from "../core/signal";
import { askSource, edit } from "./actions";
import type { ChatMessage } from "./documents";
import type { Room } from "./room";

/** Milliseconds between a refusal and the message as it was, in either order. */
const TOGETHER = 2_000;

interface Saved {
  doc: ChatMessage;
  text: string;
  /** Whether the kernel has shown it as on its way. */
  isUnderWay: boolean;
  /** When it was not on its way any more: done or refused. */
  endedAt: number | null;
}

export class Editing {
  /** The new text; `null` while the old one has not come. */
  readonly text = new Signal<string | null>(null);
  /** Whether it was refused before, and is there again. */
  readonly restored = new Signal(false);

  #room: Room;
  #id: string | null = null;
  #version = 0;
  #before = "";
  /** What was saved and may still be refused, by the message's id. */
  #saved = new Map<string, Saved>();
  /** Texts that were refused, to begin with instead of the messages' own. */
  #kept = new Map<string, string>();
  #noticedAt = Number.NEGATIVE_INFINITY;

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
      this.#saved.set(doc.id, { doc, text, isUnderWay: false, endedAt: null });
      edit(this.#room, doc, text, this.#version);
    }
    this.#room.editing.value = null;
  }

  cancel(): void {
    this.#room.editing.value = null;
  }

  /** A change was refused. Its text is in the box again, at once or when it is edited again. */
  refused(id: string): void {
    const saved = this.#saved.get(id);
    this.#saved.delete(id);
    if (!saved) return;
    this.#kept.set(id, saved.text);
    const { editing, draft, messages } = this.#room;
    // Nobody's writing is taken out of their hands.
    if (!editing.value && draft.value.trim() === "") editing.value = messages.get(id) ?? saved.doc;
  }

  /** Something was refused for good: the change of the message `id`, if that was told. */
  noticed(id: string): void {
    this.#noticedAt = Date.now();
    if (id !== "") this.refused(id);
    else this.#match();
  }

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
    const { editing, messages, draft } = this.#room;
    this.#follow();
    const doc = editing.value;
    if (!doc || messages.get(doc.id) || (doc.born ?? 0) < messages.floor) return;
    const { value } = this.text;
    if (draft.value.trim() === "" && value !== null && value !== this.#before) draft.value = value;
    editing.value = null;
  };

  /** See what has become of the changes that were saved. */
  #follow(): void {
    for (const [id, saved] of this.#saved) {
      const doc = this.#room.messages.get(id);
      if (doc?.editing) saved.isUnderWay = true;
      else if (saved.isUnderWay) saved.endedAt ??= Date.now();
    }
    this.#match();
  }

  /** A change that ends as something is refused is what was refused. */
  #match(): void {
    for (const [id, { endedAt }] of [...this.#saved]) {
      if (endedAt === null) continue;
      if (Math.abs(endedAt - this.#noticedAt) < TOGETHER) this.refused(id);
      else if (Date.now() - endedAt > TOGETHER) this.#saved.delete(id);
    }
  }
}
