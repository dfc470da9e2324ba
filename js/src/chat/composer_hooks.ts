// What the composer's parts remember and do.

import { focus, placeAfter } from "../core/focus";
import { useBrief, useEffect, useRef, useSignal, useState } from "../core/hooks";
import { type Attachment, attach, readyPictures } from "./attached";
import { insertCode, isInFence, looksLikeCode } from "./composer_text";
import type { ChatMessage } from "./documents";
import { type Choice, choiceAt, take } from "./mention_menu";
import type { Room } from "./room";

type Area = { current: HTMLTextAreaElement | null };

const MOST_LINES = 6;
/** The time for which pasted text can be formatted as code, in ms. */
const OFFER_FOR = 10_000;
/** The number of messages searched for the reader's last one. */
const LOOK_BACK = 200;

/** Let the box be as high as its text, to six lines; without height there is nothing to measure. */
function fitHeight(area: HTMLTextAreaElement): void {
  if (area.clientWidth === 0) return;
  const style = getComputedStyle(area);
  const padding = Number.parseFloat(style.paddingTop) + Number.parseFloat(style.paddingBottom);
  const most = Number.parseFloat(style.lineHeight) * MOST_LINES + padding;
  area.style.height = "0";
  const wanted = area.scrollHeight;
  area.style.height = `${Math.min(wanted, most)}px`;
  area.style.overflowY = wanted > most ? "auto" : "hidden";
}

export function useFittingHeight(area: Area, text: string): void {
  useEffect(() => {
    if (area.current) fitHeight(area.current);
  }, [text]);
  useEffect(() => {
    const box = area.current?.parentElement;
    if (!box) return;
    let width = 0;
    const observer = new ResizeObserver(() => {
      if (box.clientWidth === width) return;
      width = box.clientWidth;
      if (area.current) fitHeight(area.current);
    });
    observer.observe(box);
    return () => observer.disconnect();
  }, []);
}

/** The reader's last message, as far as none was refused. */
export function lastOwn(room: Room): ChatMessage | undefined {
  const { messages } = room;
  const oldest = Math.max(messages.first, messages.end - LOOK_BACK);
  for (let place = messages.end - 1; place >= oldest; place--) {
    const doc = messages.at(place);
    if (doc && doc.type !== "system" && doc.state !== "failed" && room.isOwn(doc)) return doc;
  }
  return undefined;
}

/** The text in the box and its purpose (new message, reply, edit), read from the room's signals. */
export function useText(room: Room, open: boolean) {
  const draft = useSignal(room.draft);
  const changed = useSignal(room.edit.text);
  const editing = useSignal(room.editing);
  const target = useSignal(room.replyTo);
  const wantsAnswer = useSignal(room.asking);
  const wantsNoName = useSignal(room.anonymous);
  const attached = useSignal(room.attached);
  useSignal(room.state);
  useSignal(room.sentAt);
  const text = editing ? (changed ?? "") : draft;
  const waiting = editing !== null && changed === null;
  return {
    ...{ text, waiting, editing },
    replyTo: editing || !room.can("reply") ? null : target,
    asking: !editing && wantsAnswer && room.can("ask"),
    /** Whether the reader wants not to be named, which may not be possible any more. */
    anonymous: !editing && wantsAnswer && wantsNoName,
    ready: open && !waiting && isReady(text, editing, attached),
    set(value: string): void {
      if (editing) room.edit.text.value = value;
      else room.draft.value = value;
    },
  };
}

/** Whether there is something to send, and nothing of it is still being prepared. */
function isReady(
  text: string,
  editing: ChatMessage | null,
  attached: readonly Attachment[],
): boolean {
  if (editing) return text.trim() !== "" || Boolean(editing.pictures?.[0]);
  return (text.trim() !== "" || attached.length > 0) && readyPictures(attached) !== null;
}

export type Text = ReturnType<typeof useText>;

/** Moves the focus to the box when a reply or an edit begins in this view, the caret to its end. */
export function useFocus(area: Area, { editing, replyTo, waiting }: Text) {
  const mode = editing?.id ?? replyTo?.id ?? "";
  const before = useRef<string>();
  useEffect(() => {
    const isNew = before.current !== null && mode !== "" && before.current !== mode;
    before.current = mode;
    const root = area.current?.getRootNode() as ShadowRoot | undefined;
    if (isNew && root?.activeElement) focus(area.current);
  }, [mode]);
  useEffect(() => {
    const end = area.current?.value.length ?? 0;
    if (editing && !waiting) area.current?.setSelectionRange(end, end);
  }, [waiting]);
}

/** The names that complete an `@`, and the keys that choose one. */
export function useMentions(area: Area, room: Room, text: Text) {
  const [choice, setChoice] = useState<Choice | null>(null);
  /** Where the `@` stands whose list was closed. */
  const closed = useRef<number>();
  const look = (): void => {
    const found = area.current && choiceAt(area.current, room);
    if (!found) closed.current = null;
    setChoice(found && found.start === closed.current ? null : found);
  };
  const close = (): void => {
    closed.current = choice?.start ?? null;
    setChoice(null);
  };
  const choose = (name: string): void => {
    if (!area.current || !choice) return;
    take(area.current, choice, name);
    text.set(area.current.value);
    setChoice(null);
  };
  /** Whether the key was the list's. */
  const onKey = (event: KeyboardEvent): boolean => {
    if (!choice) return false;
    const { key, shiftKey } = event;
    const { names } = choice;
    const name = names[choice.at];
    const at = placeAfter(event, choice.at, names.length, { wrap: true });
    if (at !== undefined && key.startsWith("Arrow")) setChoice({ ...choice, at });
    else if (key === "Escape") close();
    else if ((key === "Enter" || key === "Tab") && !shiftKey && name !== undefined) choose(name);
    else return false;
    return true;
  };
  return { choice, look, choose, onKey, drop: () => setChoice(null) };
}

/** Offers for a while to format pasted text as code. */
export function usePasted(area: Area, room: Room, text: Text) {
  const [offered, offer] = useBrief(OFFER_FOR);
  const pasted = useRef<string>();
  const onPaste = (event: ClipboardEvent): void => {
    const copied = event.clipboardData?.getData("text/plain");
    // A spreadsheet puts a picture of its cells beside their text.
    if (!copied && !text.editing && attach(room, event.clipboardData?.files)) {
      event.preventDefault();
      return;
    }
    const code = (event.clipboardData?.getData("text/plain") ?? "").replace(/\r\n?/g, "\n");
    const before = area.current?.value.slice(0, area.current.selectionStart) ?? "";
    if (!looksLikeCode(code) || isInFence(before)) return;
    pasted.current = code.replace(/\n+$/, "");
    offer(true);
  };
  const wrap = (): void => {
    const box = area.current;
    const at = box?.value.lastIndexOf(pasted.current ?? "") ?? -1;
    offer(false);
    if (!box || at < 0 || !pasted.current) return;
    box.setSelectionRange(at, at + pasted.current.length);
    insertCode(box);
    box.setSelectionRange(box.value.length, box.value.length);
    text.set(box.value);
  };
  const still = offered && pasted.current !== null && text.text.includes(pasted.current);
  return { offered: still, onPaste, wrap };
}
