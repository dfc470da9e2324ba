// What keys do on the board; in a text they are the text's.

import { isModified } from "../core/focus";
import { INKS, type Tool } from "./documents";
import type { Room } from "./room";
import type { Sheet } from "./sheet";
import { handOf } from "./tools";

/** Shapes that Enter puts in the middle: half their width and height, in pixels. */
const HALF: Partial<Record<Tool, readonly [number, number]>> = {
  ...{ line: [80, 0], arrow: [80, 0], rectangle: [80, 50], ellipse: [80, 50] },
};

const ways: Record<string, readonly [number, number]> = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
};
const STEP = 10;
const PAN = 60;

/** What a key does on the board. */
export function keys(event: KeyboardEvent, room: Room, sheet: Sheet | null): void {
  const target = event.composedPath()[0];
  if (!(target instanceof Element) || target.closest(".float, textarea, [role=dialog]")) return;
  const isOnSheet = target.matches(".sheet");
  if (isOnSheet && event.key === " " && !isModified(event)) {
    sheet?.space(true); // also while it repeats, or the page would scroll
    event.preventDefault();
  } else if (pressed(event, room, sheet, isOnSheet)) event.preventDefault();
}

function pressed(
  event: KeyboardEvent,
  room: Room,
  sheet: Sheet | null,
  isOnSheet: boolean,
): boolean {
  const key = event.key.toLowerCase();
  const { draws } = room.offer.value;
  if ((event.ctrlKey || event.metaKey) && key === "z") {
    if (event.shiftKey) room.redo();
    else room.undo();
    return true;
  }
  if (isModified(event) || (event.repeat && !ways[event.key])) return false;
  if (turned(event.key, room)) return true;
  if (key === "0") sheet?.fit();
  else if (draws && /^[1-6]$/.test(key)) room.hold({ ink: INKS[Number(key) - 1] ?? "ink" });
  else if (draws && (key === "[" || key === "]")) {
    const { width } = room.held.value;
    room.hold({ width: Math.min(3, Math.max(1, width + (key === "[" ? -1 : 1))) });
  } else if (draws && handOf(key)) room.hold({ hand: handOf(key) ?? "pen" });
  else return isOnSheet && onSheet(event.key, room, sheet);
  return true;
}

/** Another page. */
function turned(key: string, room: Room): boolean {
  const step = { PageDown: 1, PageUp: -1 }[key];
  if (!step) return false;
  const pages = room.order;
  const next = pages[pages.findIndex(({ id }) => id === room.page.value) + step];
  if (next) room.page.value = next.id;
  return true;
}

/** Keys that are the sheet's alone: arrows, Delete, Enter. */
function onSheet(key: string, room: Room, sheet: Sheet | null): boolean {
  const way = ways[key];
  const ids = room.selected.value;
  const selected = room.shown.filter(({ id }) => ids.has(id));
  if (way && selected.length > 0) room.move(selected, way[0] * STEP, way[1] * STEP);
  else if (way) sheet?.viewport.pan(way[0] * PAN, way[1] * PAN);
  else if (key === "Delete" || key === "Backspace") room.erase(selected);
  else if (key === "Enter" && sheet && room.offer.value.draws) place(room, sheet);
  else return false;
  return true;
}

/** Put a text, a note or a shape in the middle of what is seen. */
function place(room: Room, sheet: Sheet): void {
  const { hand } = room.held.value;
  const [x, y] = sheet.viewport.center;
  const half = HALF[hand as Tool];
  if (hand === "text" || hand === "sticky") {
    room.writing.value = { tool: hand, place: [x, y], text: "" };
  } else if (half) {
    const [dx, dy] = half;
    room.draw(hand as Tool, [
      [x - dx, y - dy],
      [x + dx, y + dy],
    ]);
  }
}
