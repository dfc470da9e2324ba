import type { VNode } from "preact";
import { useEffect, useRef, withHooks } from "../core/hooks";
import { Highlighted } from "../shared/highlighted";
import { askedAt, matching, namesOf } from "./mention";
import type { Room } from "./room";
import type { Context } from "./words";

/** Names that complete what is being typed after an `@`. */
export interface Choice {
  /** The position of the `@`. */
  start: number;
  query: string;
  names: readonly string[];
  /** The name that Enter takes; -1: none, Enter is not ours. */
  at: number;
}

/** The names to offer at the caret of `area`; `null`: none. */
export function choiceAt(area: HTMLTextAreaElement, room: Room): Choice | null {
  const { selectionStart: caret, selectionEnd: end, value } = area;
  const asked = caret === end ? askedAt(value, caret) : null;
  if (!asked) return null;
  const { here, me } = room.connection.lesson.value;
  const names = matching(namesOf(here, room.messages, me), asked.query);
  const whole = names.includes(asked.query);
  if (names.length === 0 || (whole && names.length === 1)) return null;
  // A name that is written out needs nothing: Enter sends.
  return { ...asked, names, at: asked.query === "" || whole ? -1 : 0 };
}

/** Write the name in place of what was typed of it. */
export function take(area: HTMLTextAreaElement, { start }: Choice, name: string): void {
  const end = area.selectionEnd;
  const space = area.value[end] === " " ? "" : " ";
  area.setRangeText(`@${name}${space}`, start, end, "end");
  if (!space) area.setSelectionRange(area.selectionEnd + 1, area.selectionEnd + 1);
}

export const LIST = "mentions";
export const optionId = (at: number): string | undefined => (at < 0 ? undefined : `${LIST}-${at}`);

interface Props {
  choice: Choice;
  onTake: (name: string) => void;
}

export const MentionMenu = withHooks(function MentionMenu(
  { choice, onTake }: Props,
  { words }: Context,
): VNode {
  const list = useRef<HTMLDivElement>();
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [choice.at]);
  return (
    <div
      ref={list}
      class="mentions"
      id={LIST}
      role="listbox"
      aria-label={words.mentionable(choice.names.length)}
    >
      {choice.names.map((name, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the box's, which keeps the focus
        // biome-ignore lint/a11y/useFocusableInteractive: the box names it as its active one
        <div
          key={name}
          id={optionId(index)}
          role="option"
          aria-selected={index === choice.at}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(name)}
        >
          <bdi>
            <Highlighted text={name} query={choice.query} most={1} />
          </bdi>
        </div>
      ))}
    </div>
  );
});
