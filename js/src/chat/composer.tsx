import type { VNode } from "preact";
import { useEffect, useRef, useSignal, withHooks } from "../core/hooks";
import { Icon } from "../core/icons";
import { isComposing } from "../core/keyboard";
import type { Room } from "./room";
import type { Context } from "./words";

const MOST_LINES = 6;
const MOST_CHARACTERS = 8_000;

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

/** Put the selection, or a place to write, between fences on lines of their own. */
function insertCode(area: HTMLTextAreaElement): void {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const selected = value.slice(start, end);
  const before = start > 0 && value[start - 1] !== "\n" ? "\n" : "";
  const after = end < value.length && value[end] !== "\n" ? "\n" : "";
  const opening = `${before}\`\`\`\n`;
  area.setRangeText(`${opening}${selected}\n\`\`\`${after}`, start, end, "end");
  const caret = start + opening.length;
  area.focus({ preventScroll: true });
  area.setSelectionRange(caret, caret + selected.length);
}

interface Props {
  room: Room;
  /** Whether what is written can be sent at all. */
  open: boolean;
  onSent: () => void;
  onLeave: () => void;
}

export const Composer = withHooks(function Composer(
  { room, open, onSent, onLeave }: Props,
  { words }: Context,
): VNode {
  const area = useRef<HTMLTextAreaElement>();
  /** Whether what stands in the foot line is about this text. */
  const refused = useRef<boolean>();
  const text = useSignal(room.draft);
  const ready = open && text.trim() !== "";

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

  const send = (): void => {
    if (!ready) return;
    const body = text.trimEnd();
    // As the kernel counts: an emoji is one.
    const { length } = [...body];
    if (length > MOST_CHARACTERS) {
      refused.current = true;
      room.say(words.tooLong(length, MOST_CHARACTERS));
      return;
    }
    room.send(body);
    onSent();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isComposing(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") {
      event.preventDefault();
      onLeave();
    }
  };
  const onCode = (): void => {
    if (!area.current) return;
    insertCode(area.current);
    room.draft.value = area.current.value;
  };
  return (
    <div class="composer">
      <textarea
        ref={area}
        rows={1}
        dir="auto"
        aria-label={words.composer}
        placeholder={words.composer}
        value={text}
        onInput={(event) => {
          room.draft.value = event.currentTarget.value;
          if (refused.current) room.say("");
          refused.current = false;
        }}
        onKeyDown={onKeyDown}
      />
      <button
        type="button"
        class="ib"
        aria-label={words.insertCode}
        title={words.insertCode}
        onClick={onCode}
      >
        <Icon name="code" />
      </button>
      <button
        type="button"
        class={ready ? "ib fill" : "ib"}
        aria-label={words.send}
        title={words.send}
        aria-disabled={!ready}
        onClick={send}
      >
        <Icon name="send" />
      </button>
    </div>
  );
});
