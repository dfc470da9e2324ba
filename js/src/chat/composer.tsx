import type { VNode } from "preact";
import {
  useBrief,
  useCountdown,
  useEffect,
  useMemo,
  useRef,
  useSignal,
  useState,
  withHooks,
} from "../core/hooks";
import { Icon } from "../core/icons";
import { isComposing } from "../core/keyboard";
import { insertCode, isInFence, looksLikeCode, tooLong } from "./composer_text";
import type { ChatMessage } from "./documents";
import { type Choice, choiceAt, LIST, MentionMenu, moved, optionId, take } from "./mention_menu";
import { BAR, Bar } from "./reply";
import type { Room } from "./room";
import { TypingTeller } from "./typing";
import type { Context, Words } from "./words";

const MOST_LINES = 6;
/** How long a text that was pasted may still be made code. */
const OFFER_FOR = 10_000;
/** How many messages back one's last one is looked for. */
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

function useFittingHeight(area: { current: HTMLTextAreaElement | null }, text: string): void {
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

/** The reader's last message. */
function lastOwn(room: Room): ChatMessage | undefined {
  const { messages } = room;
  const oldest = Math.max(messages.first, messages.end - LOOK_BACK);
  for (let place = messages.end - 1; place >= oldest; place--) {
    const doc = messages.at(place);
    if (doc && doc.type !== "system" && room.isOwn(doc)) return doc;
  }
  return undefined;
}

/** When slow mode lets the reader's next message go, if that is not now. */
function nextAt(room: Room): number | null {
  const { slow, can } = room.state.value;
  if (slow <= 0 || can.includes("moderate")) return null;
  const now = Date.now();
  const next = Math.min(Math.max(room.sentAt.value, lastOwn(room)?.at ?? 0), now) + slow * 1000;
  return next > now ? next : null;
}

interface Props {
  room: Room;
  /** Whether what is written can be sent at all. */
  open: boolean;
  onSent: () => void;
  onLeave: () => void;
}

/** What the box holds and is for, by the room's signals; rendered again when one changes. */
function useText(room: Room, open: boolean) {
  const draft = useSignal(room.draft);
  const changed = useSignal(room.edit.text);
  const editing = useSignal(room.editing);
  const target = useSignal(room.replyTo);
  const wantsAnswer = useSignal(room.asking);
  useSignal(room.state);
  useSignal(room.sentAt);
  const text = editing ? (changed ?? "") : draft;
  const waiting = editing !== null && changed === null;
  return {
    ...{ text, waiting, editing },
    replyTo: editing || !room.can("reply") ? null : target,
    asking: !editing && wantsAnswer && room.can("ask"),
    ready: open && !waiting && text.trim() !== "",
    set(value: string): void {
      if (editing) room.edit.text.value = value;
      else room.draft.value = value;
    },
  };
}

type Text = ReturnType<typeof useText>;

/** The focus goes to the box when somebody in this view replies or edits; the caret to the end. */
function useFocus(
  area: { current: HTMLTextAreaElement | null },
  { editing, replyTo, waiting }: Text,
) {
  const mode = editing?.id ?? replyTo?.id ?? "";
  const before = useRef<string>();
  useEffect(() => {
    const isNew = before.current !== null && mode !== "" && before.current !== mode;
    before.current = mode;
    const root = area.current?.getRootNode() as ShadowRoot | undefined;
    if (isNew && root?.activeElement) area.current?.focus({ preventScroll: true });
  }, [mode]);
  useEffect(() => {
    const end = area.current?.value.length ?? 0;
    if (editing && !waiting) area.current?.setSelectionRange(end, end);
  }, [waiting]);
}

/** Names that complete an `@`: what is offered, and the keys that choose. */
function useMentions(area: { current: HTMLTextAreaElement | null }, room: Room, text: Text) {
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
  const onKey = ({ key, shiftKey }: KeyboardEvent): boolean => {
    if (!choice) return false;
    const name = choice.names[choice.at];
    if (key === "ArrowDown") setChoice(moved(choice, 1));
    else if (key === "ArrowUp") setChoice(moved(choice, -1));
    else if (key === "Escape") close();
    else if ((key === "Enter" || key === "Tab") && !shiftKey && name !== undefined) choose(name);
    else return false;
    return true;
  };
  return { choice, look, choose, onKey, drop: () => setChoice(null) };
}

/** What was pasted and looks like code may become code, for a while. */
function usePasted(area: { current: HTMLTextAreaElement | null }, text: Text) {
  const [offered, offer] = useBrief(OFFER_FOR);
  const pasted = useRef<string>();
  const onPaste = (event: ClipboardEvent): void => {
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

export const Composer = withHooks(function Composer(
  { room, open, onSent, onLeave }: Props,
  { words }: Context,
): VNode {
  const area = useRef<HTMLTextAreaElement>();
  /** Whether what stands in the foot line is about this text. */
  const refused = useRef<boolean>();
  const held = useText(room, open);
  const { text, editing, replyTo, asking, waiting, ready } = held;
  const mentions = useMentions(area, room, held);
  const pasted = usePasted(area, held);
  const teller = useMemo(() => new TypingTeller(room), [room]);
  useEffect(() => () => teller.stop(), [teller]);
  useFittingHeight(area, text);
  useFocus(area, held);

  const send = (): void => {
    if (!ready) return;
    const body = text.trimEnd();
    const long = tooLong(body);
    if (long) {
      refused.current = true;
      room.say(words.tooLong(long.length, long.most));
      return;
    }
    teller.stop();
    mentions.drop();
    if (editing) {
      room.edit.save();
      return;
    }
    room.send(body, {
      ...(replyTo && { replyTo: replyTo.id }),
      ...(asking && { question: true }),
    });
    room.replyTo.value = null;
    room.asking.value = false;
    onSent();
  };
  const cancel = (): void => {
    if (editing) room.edit.cancel();
    else room.replyTo.value = null;
    area.current?.focus({ preventScroll: true });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    const { key, shiftKey } = event;
    if (mentions.onKey(event)) event.preventDefault();
    else if (key === "Enter" && !shiftKey) send();
    else if (key === "Escape") (editing || replyTo ? cancel : onLeave)();
    else if (key === "ArrowUp" && text === "" && !editing) {
      const last = lastOwn(room);
      if (last?.born == null || last.deleting || !room.can("edit")) return;
      room.editing.value = last;
    } else return;
    event.preventDefault();
  };
  const onInput = (): void => {
    held.set(area.current?.value ?? "");
    mentions.look();
    if (!editing) teller.typed(area.current?.value ?? "");
    if (refused.current) room.say("");
    refused.current = false;
  };
  const onCode = (): void => {
    if (!area.current || waiting) return;
    insertCode(area.current);
    held.set(area.current.value);
  };
  const { choice } = mentions;
  const doc = editing ?? replyTo;
  const label = labelOf(held, words);
  return (
    <div class="writing">
      {choice && <MentionMenu choice={choice} onTake={mentions.choose} />}
      <span class="sr" role="status">
        {choice && words.mentionable(choice.names.length)}
      </span>
      <div class="composer">
        {doc && (
          <Bar
            room={room}
            doc={doc}
            editing={editing !== null}
            onCancel={editing ? undefined : cancel}
          />
        )}
        {pasted.offered && (
          <button type="button" class="btn ascode" onClick={pasted.wrap}>
            <Icon name="code" />
            {words.asCode}
          </button>
        )}
        <textarea
          ref={area}
          rows={1}
          dir="auto"
          aria-label={label}
          aria-describedby={doc ? BAR : undefined}
          {...(choice ? completing(choice) : undefined)}
          placeholder={waiting ? words.gettingText : label}
          readOnly={waiting}
          value={text}
          onInput={onInput}
          onKeyDown={onKeyDown}
          onKeyUp={({ key }) => /^(Arrow(Left|Right)|Home|End)$/.test(key) && mentions.look()}
          onClick={mentions.look}
          onPaste={pasted.onPaste}
          onBlur={() => {
            teller.stop();
            mentions.drop();
          }}
        />
        {!editing && room.can("ask") && (
          <Tool
            name="question"
            label={words.ask}
            pressed={asking}
            onClick={() => {
              room.asking.value = !asking;
            }}
          />
        )}
        <Tool name="code" label={words.insertCode} onClick={onCode} />
        {editing ? (
          <SaveButtons ready={ready} onSave={send} onCancel={cancel} />
        ) : (
          <SendButton room={room} ready={ready} onSend={send} />
        )}
      </div>
    </div>
  );
});

/** The box while it has a list. It stays a text box: several lines are no `combobox`. */
const completing = ({ at }: Choice) => ({
  "aria-autocomplete": "list" as const,
  "aria-haspopup": "listbox" as const,
  "aria-controls": LIST,
  "aria-activedescendant": optionId(at),
});

const labelOf = ({ editing, asking }: Text, words: Words): string => {
  if (editing) return words.editBox;
  return asking ? words.askBox : words.composer;
};

interface ToolProps {
  name: "question" | "code";
  label: string;
  pressed?: boolean;
  onClick: () => void;
}

const Tool = ({ name, label, pressed, onClick }: ToolProps): VNode => (
  <button
    type="button"
    class={pressed ? "ib on" : "ib"}
    aria-label={label}
    aria-pressed={pressed}
    title={label}
    onClick={onClick}
  >
    <Icon name={name} />
  </button>
);

const SaveButtons = withHooks(function SaveButtons(
  { ready, onSave, onCancel }: { ready: boolean; onSave: () => void; onCancel: () => void },
  { words }: Context,
): VNode {
  return (
    <>
      <button type="button" class="btn quiet" onClick={onCancel}>
        {words.cancelEdit}
      </button>
      <button
        type="button"
        class={ready ? "btn fill" : "btn quiet"}
        aria-disabled={!ready}
        onClick={onSave}
      >
        {words.save}
      </button>
    </>
  );
});

/** Sends; counts down what slow mode makes the next message wait. */
const SendButton = withHooks(function SendButton(
  { room, ready, onSend }: { room: Room; ready: boolean; onSend: () => void },
  { words }: Context,
): VNode {
  const seconds = useCountdown(nextAt(room)) ?? 0;
  const label = seconds > 0 ? words.sendIn(seconds) : words.send;
  return (
    <button
      type="button"
      class={ready ? "ib fill" : "ib"}
      aria-label={label}
      title={label}
      aria-disabled={!ready}
      onClick={onSend}
    >
      {seconds > 0 ? <span class="wait n">{seconds}</span> : <Icon name="send" />}
    </button>
  );
});
