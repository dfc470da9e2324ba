import type { VNode } from "preact";
import { Button } from "../core/button";
import { on } from "../core/events";
import { useEffect, useRef, useState, withHooks } from "../core/hooks";
import type { Context } from "../core/i18n";
import { Icon } from "../core/icons";

interface Props {
  people: number;
  names: readonly string[];
}

/** The number of people present, which opens to their names. */
export const Attendance = withHooks(function Attendance(
  { people, names }: Props,
  { words }: Context,
): VNode {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLSpanElement>();
  useEffect(() => {
    if (!open) return;
    const onAny = (event: Event): void => {
      const inside = event.composedPath().includes(box.current as EventTarget);
      const { key } = event as KeyboardEvent;
      if (key ? key !== "Escape" : inside) return;
      if (inside) box.current?.querySelector("button")?.focus();
      setOpen(false);
    };
    return on(document, "pointerdown keydown", onAny, true);
  }, [open]);
  const onFocusOut = ({ relatedTarget: next }: FocusEvent): void => {
    if (next && !box.current?.contains(next as Node)) setOpen(false);
  };
  const others = people - names.length;
  const label = words.here(people);
  return (
    <span ref={box} onFocusOut={onFocusOut}>
      <Button aria-expanded={open} onClick={() => setOpen(!open)}>
        {label}
        <Icon name="more" />
      </Button>
      {open && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys have to reach what scrolls
        <ul class="pop" tabIndex={0} aria-label={label}>
          {names.map((name, index) => (
            <li key={index}>
              <bdi>{name}</bdi>
            </li>
          ))}
          {others > 0 && <li>{words.others(others)}</li>}
        </ul>
      )}
    </span>
  );
});
