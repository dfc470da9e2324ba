import type { VNode } from "preact";
import { Button, IconButton } from "../core/button";
import { findAll, moveFocus } from "../core/focus";
import { useRef, useSignal, useState, withHooks } from "../core/hooks";
import { INKS } from "./documents";
import type { Hand, Room } from "./room";
import { type Context, Icon } from "./words";

/** The tools in their groups, each with its key. */
const GROUPS: readonly (readonly [Hand, string][])[] = [
  [["select", "V"]],
  [
    ["pen", "P"],
    ["marker", "M"],
    ["eraser", "E"],
  ],
  [
    ["line", "L"],
    ["arrow", "A"],
    ["rectangle", "R"],
    ["ellipse", "O"],
  ],
  [
    ["text", "T"],
    ["sticky", "N"],
    ["laser", "K"],
  ],
];

/** The hand that a key takes. */
export const handOf = (key: string): Hand | undefined =>
  GROUPS.flat().find(([, letter]) => letter.toLowerCase() === key)?.[0];

/** The strip of tools: one tab stop, arrows move. */
export const Tools = withHooks(function Tools({ room }: { room: Room }, { words }: Context): VNode {
  const { hand, ink, width } = useSignal(room.held);
  const past = useSignal(room.past);
  const strip = useRef<HTMLDivElement>();
  const [at, setAt] = useState(0);
  let count = 0;
  const stop = (): number => (count++ === at ? 0 : -1);
  return (
    <div
      ref={strip}
      class="tools"
      role="toolbar"
      aria-label={words.tools}
      onKeyDown={(event) => {
        const place = moveFocus(event, findAll(strip.current, "button"), {
          wrap: true,
          sideways: true,
        });
        if (place !== undefined) setAt(Math.max(place, 0));
      }}
    >
      {GROUPS.map((group) => (
        <span class="group" key={group[0]?.[0]}>
          {group.map(([name, key]) => (
            <IconButton
              {...{ key: name, icon: "list", tabIndex: stop() }}
              class={hand === name ? "on" : ""}
              aria-pressed={hand === name}
              label={words.keyOf(words.hands[name] ?? name, key)}
              onClick={() => room.hold({ hand: name })}
            >
              <Icon name={name} />
            </IconButton>
          ))}
        </span>
      ))}
      <span class="group" role="radiogroup" aria-label={words.colours}>
        {INKS.map((name, index) => (
          <Button
            {...{ key: name, tabIndex: stop(), role: "radio" }}
            kind="ib"
            look={`swatch ${name}`}
            aria-checked={ink === name}
            aria-label={words.keyOf(words.inks[name] ?? name, String(index + 1))}
            title={words.keyOf(words.inks[name] ?? name, String(index + 1))}
            onClick={() => room.hold({ ink: name })}
          >
            <i />
          </Button>
        ))}
      </span>
      <span class="group" role="radiogroup" aria-label={words.widths}>
        {words.widthNames.map((name, index) => (
          <Button
            {...{ key: name, tabIndex: stop(), role: "radio" }}
            kind="ib"
            look={width === index + 1 ? "width on" : "width"}
            aria-checked={width === index + 1}
            aria-label={name}
            title={name}
            onClick={() => room.hold({ width: index + 1 })}
          >
            <i style={{ width: `${4 + 3 * index}px`, height: `${4 + 3 * index}px` }} />
          </Button>
        ))}
      </span>
      <span class="group last">
        <IconButton
          {...{ icon: "list", tabIndex: stop(), off: past.undo.length === 0 }}
          label={words.keyOf(words.undo, "Ctrl+Z")}
          onClick={() => room.undo()}
        >
          <Icon name="undo" />
        </IconButton>
        <IconButton
          {...{ icon: "list", tabIndex: stop(), off: past.redo.length === 0 }}
          label={words.keyOf(words.redo, "Ctrl+Shift+Z")}
          onClick={() => room.redo()}
        >
          <Icon name="redo" />
        </IconButton>
      </span>
    </div>
  );
});
