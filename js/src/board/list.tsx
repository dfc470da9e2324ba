import type { VNode } from "preact";
import { findAll, focus, moveFocus } from "../core/focus";
import { useRef, useSignal, withHooks } from "../core/hooks";
import { isolated, oneLine } from "../core/text";
import type { Item } from "./documents";
import { pointsOf } from "./geometry";
import type { Room } from "./room";
import type { Sheet } from "./sheet";
import type { Context } from "./words";

/** Things in the list: the newest ones. */
const MOST = 200;
/** How far an arrow moves a thing, in pixels. */
const STEP = 10;

const ways: Record<string, [number, number]> = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
};

interface Props {
  room: Room;
  sheet: { current: Sheet | null };
}

/** What is on the page, newest first: to be read, moved and erased without a pointer. */
export const List = withHooks(function List({ room, sheet }: Props, { words }: Context): VNode {
  useSignal(room.items.version);
  useSignal(room.page);
  const selected = useSignal(room.selected);
  const list = useRef<HTMLUListElement>();
  const items = room.shown.reverse();
  const shown = items.slice(0, MOST);
  const current = shown.find(({ id }) => selected.has(id)) ?? shown[0];
  const onKeyDown = (event: KeyboardEvent, item: Item): void => {
    const way = ways[event.key];
    if (event.shiftKey && way) {
      room.move([item], way[0] * STEP, way[1] * STEP);
      sheet.current?.reveal(item);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      const rows = findAll(list.current, "button");
      const row = (event.currentTarget as HTMLElement).closest("button") as HTMLElement;
      const next = rows[rows.indexOf(row) + 1] ?? rows[rows.indexOf(row) - 1];
      if (room.mayChange(item)) focus(next);
      room.erase([item]);
    } else if (event.key === "Enter" && item.text && item.mine && room.mayChange(item)) {
      const [place] = pointsOf(item);
      const tool = item.tool as "text" | "sticky";
      if (place) room.writing.value = { tool, place, text: item.text, of: item };
    } else if (moveFocus(event, findAll(list.current, "button"), { wrap: true }) === undefined) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="list">
      <p class="hint" id={`hint-${room.connection.page}`}>
        {words.listHint}
      </p>
      <ul ref={list} aria-label={words.list}>
        {shown.map((item) => (
          <li key={item.id}>
            <button
              type="button"
              tabIndex={item === current ? 0 : -1}
              aria-describedby={`hint-${room.connection.page}`}
              onFocus={() => {
                room.selected.value = new Set([item.id]);
                sheet.current?.reveal(item);
              }}
              onKeyDown={(event) => onKeyDown(event, item)}
            >
              {label(item, words)}
            </button>
          </li>
        ))}
      </ul>
      {items.length > MOST && <p class="hint">{words.others(items.length - MOST)}</p>}
      {items.length === 0 && <p class="hint">{words.empty}</p>}
    </div>
  );
});

function label(item: Item, words: Context["words"]): string {
  const [[x, y] = [0, 0]] = pointsOf(item);
  const name = item.mine ? words.you : isolated(oneLine(item.name, 60));
  const tool = words.hands[item.tool] ?? item.tool;
  return words.item(tool, name, isolated(oneLine(item.text, 120)), Math.round(x), Math.round(y));
}
