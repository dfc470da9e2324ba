import type { VNode } from "preact";
import { IconButton } from "../core/button";
import { copyText } from "../core/clipboard";
import { findAll, isModified } from "../core/focus";
import { withHooks } from "../core/hooks";
import { type MenuGroup, type MenuItem, openMenu } from "../core/menu";
import { bodyText } from "../core/rich_text";
import { isolated } from "../core/text";
import { markAnswered, mute, pin, react, upvote } from "./actions";
import type { ChatMessage } from "./documents";
import { nameOf } from "./names";
import type { Pane } from "./pane";
import type openPicker from "./picker";
import type { Room } from "./room";
import type { Context, Words } from "./words";

const STAFF: readonly (string | undefined)[] = ["instructor", "admin"];
/** Minutes somebody may be muted for; 0: until it is lifted. */
const MUTES = [5, 15, 0];

export const isStaff = (doc: Pick<ChatMessage, "role">): boolean => STAFF.includes(doc.role);

/** The rights of the reader over one message. */
export interface Rights {
  react: boolean;
  reply: boolean;
  edit: boolean;
  remove: boolean;
  moderate: boolean;
  upvote: boolean;
  answer: boolean;
}

export function rightsOf(room: Room, doc: ChatMessage): Rights {
  const own = room.isOwn(doc);
  const moderate = room.can("moderate");
  const question = room.questions.get(doc.id);
  const there = doc.born != null && !doc.deleting && doc.type !== "system";
  const asker = question !== undefined && (own || question.mine);
  return {
    react: there && room.can("react"),
    reply: there && room.can("reply"),
    edit: there && doc.type !== "file" && (moderate || (own && room.can("edit"))),
    remove: there && (moderate || (own && room.can("delete"))),
    moderate: there && moderate,
    upvote: question !== undefined && !asker && !question.answered && room.can("upvote"),
    answer: question !== undefined && (moderate || (asker && room.can("ask"))),
  };
}

export function startReply(room: Room, doc: ChatMessage): void {
  room.editing.value = null;
  room.replyTo.value = doc;
}

export function startEdit(room: Room, doc: ChatMessage): void {
  room.replyTo.value = null;
  room.editing.value = doc;
}

/** The element that gets the focus when the pressed button is gone: the message itself. */
const home =
  (at: HTMLElement, { id }: ChatMessage) =>
  (): HTMLElement | null => {
    const root = at.getRootNode() as ParentNode;
    const all = findAll(root, "[data-id]");
    const slot = all.find((candidate) => candidate.dataset.id === id);
    return slot?.querySelector("article") ?? root.querySelector<HTMLElement>(".log");
  };

/** `at` as it is while its row stands; a list knows which of its parts is the row. */
const from = (pane: Pane, doc: ChatMessage, at: HTMLElement) => ({
  at,
  home: home(at.closest<HTMLElement>(".log") ?? at, doc),
  during: () => pane.hold(doc),
});

/** What opens the picker, once it is here: its emoji are not for the first display. */
let picker: typeof openPicker | undefined;

export const loadPicker = async (room: Room): Promise<void> => {
  picker = (await room.connection.extra("chat.picker")) as typeof openPicker;
};

/** Pick an emoji for a message. */
export function pickFor(pane: Pane, doc: ChatMessage, at: HTMLElement): void {
  const { room } = pane;
  const isOwn = (emoji: string): boolean =>
    room.messages.get(doc.id)?.reactions.some((held) => held.emoji === emoji && held.own) ?? false;
  const onPick = (emoji: string): void => {
    const on = !isOwn(emoji);
    if (on || room.can("unreact")) react(room, doc, emoji, on);
  };
  const float = from(pane, doc, at);
  // At once where it is here: what is typed next is for it.
  const open = (): void => picker?.(pane.floats, float, { isOwn, onPick });
  if (picker) open();
  else void loadPicker(room).then(() => at.isConnected && open());
}

const nameIn = (doc: ChatMessage, words: Words): string => isolated(nameOf(doc, words));

/** Open the menu of durations for which a person can be muted. */
function openMutes(pane: Pane, doc: ChatMessage, at: HTMLElement, words: Words): void {
  const items = MUTES.map((minutes) => ({
    label: minutes ? words.muteFor(minutes) : words.muteForever,
    run: () => mute(pane.room, doc, true, minutes),
  }));
  const label = words.mute(nameIn(doc, words));
  openMenu(pane.floats, from(pane, doc, at), label, [{ label, items }]);
}

const when = (holds: boolean, item: MenuItem): MenuItem[] => (holds ? [item] : []);

/** The menu items that answer a message: react, reply, upvote, mark as answered. */
function answers(pane: Pane, doc: ChatMessage, at: HTMLElement, words: Words): MenuItem[] {
  const { room } = pane;
  const rights = rightsOf(room, doc);
  const question = room.questions.get(doc.id);
  const answered = question?.answered !== undefined;
  return [
    ...when(rights.react, {
      ...{ label: words.react, icon: "smile", hint: words.keys.react },
      run: () => pickFor(pane, doc, at),
    }),
    ...when(rights.reply, {
      ...{ label: words.reply, icon: "reply", hint: words.keys.reply },
      run: () => startReply(room, doc),
    }),
    ...when(rights.upvote, {
      ...{ label: question?.own ? words.takeBack : words.upvote, icon: "up" },
      run: () => upvote(room, doc, !question?.own),
    }),
    ...when(rights.answer, {
      ...{ label: answered ? words.reopen : words.markAnswered, icon: "check" },
      run: () => markAnswered(room, doc, !answered),
    }),
  ];
}

/** The menu items of staff, and those that ask for a confirmation. */
function grave(pane: Pane, doc: ChatMessage, at: HTMLElement, words: Words): MenuItem[] {
  const { room } = pane;
  const rights = rightsOf(room, doc);
  const name = nameIn(doc, words);
  const pinned = room.pins.get(doc.id) !== undefined;
  const muted = room.mutes.get(doc.user) !== undefined;
  const voice = rights.moderate && doc.user !== "" && !room.isOwn(doc) && !isStaff(doc);
  return [
    ...when(rights.moderate, {
      ...{ label: pinned ? words.unpin : words.pin, icon: "pin" },
      run: () => pin(room, doc, !pinned),
    }),
    ...when(voice && muted, {
      ...{ label: words.unmute(name), icon: "voice" },
      run: () => mute(room, doc, false),
    }),
    ...when(voice && !muted, {
      ...{ label: words.mute(name), icon: "mute" },
      run: () => openMutes(pane, doc, at, words),
    }),
    ...when(rights.remove, {
      ...{ label: words.remove, icon: "trash", hint: words.keys.remove, danger: true },
      run: () => {
        pane.doomed.value = doc.id;
      },
    }),
  ];
}

/** The menu's items for a message, in groups: answer it, handle its text, moderate. */
function groupsOf(pane: Pane, doc: ChatMessage, at: HTMLElement, words: Words): MenuGroup[] {
  const { room } = pane;
  const text: MenuItem[] = [
    {
      ...{ label: words.copyText, icon: "copy" },
      run: () => void copyText(bodyText(doc.body), at),
    },
    ...when(rightsOf(room, doc).edit, {
      ...{ label: words.edit, icon: "edit", hint: words.keys.edit },
      run: () => startEdit(room, doc),
    }),
  ];
  return [
    { items: answers(pane, doc, at, words) },
    { items: text },
    { items: grave(pane, doc, at, words) },
  ];
}

export function openActions(pane: Pane, doc: ChatMessage, at: HTMLElement, words: Words): void {
  const groups = groupsOf(pane, doc, at, words);
  openMenu(pane.floats, from(pane, doc, at), words.actions, groups);
}

/** Run the shortcut of a key for the focused message; returns whether there is one. */
export function onMessageKey(
  pane: Pane,
  doc: ChatMessage,
  at: HTMLElement,
  words: Words,
  event: KeyboardEvent,
): boolean {
  if (isModified(event)) return false;
  const rights = rightsOf(pane.room, doc);
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "r" && rights.reply) startReply(pane.room, doc);
  else if (key === "e" && rights.edit) startEdit(pane.room, doc);
  else if (key === "+" && rights.react) pickFor(pane, doc, at);
  else if (key === "ContextMenu") openActions(pane, doc, at, words);
  else if (key === "Delete" && rights.remove) pane.doomed.value = doc.id;
  else return false;
  return true;
}

interface Props {
  pane: Pane;
  doc: ChatMessage;
  /** Whether these are tab stops. */
  reachable: boolean;
  open: boolean;
}

/** The tools of one message: to react, to reply, and a menu of all. */
export const Tools = withHooks(function Tools(
  { pane, doc, reachable, open }: Props,
  { words }: Context,
): VNode {
  const rights = rightsOf(pane.room, doc);
  const tabIndex = reachable ? 0 : -1;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of buttons is no fieldset
    <div
      class={open ? "tools open" : "tools"}
      role="group"
      aria-label={words.actions}
      aria-live="off"
    >
      {rights.react && (
        <IconButton
          icon="smile"
          class="extra"
          label={words.react}
          tabIndex={tabIndex}
          aria-haspopup="dialog"
          title={`${words.react} (${words.keys.react})`}
          onClick={({ currentTarget }) => pickFor(pane, doc, currentTarget)}
        />
      )}
      {rights.reply && (
        <IconButton
          icon="reply"
          class="extra"
          label={words.reply}
          tabIndex={tabIndex}
          title={`${words.reply} (${words.keys.reply})`}
          onClick={() => startReply(pane.room, doc)}
        />
      )}
      <IconButton
        icon="dots"
        label={words.more}
        tabIndex={tabIndex}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={({ currentTarget }) => openActions(pane, doc, currentTarget, words)}
      />
    </div>
  );
});
