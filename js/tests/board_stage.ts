import { expect } from "vitest";
import widget from "../src/board/index";
import type { Fields } from "../src/core/messages";
import { MockModel } from "./mock";
import { keydown, type Mounted, mount, named } from "./mount";
import { freshCourse } from "./stage";

/** A view of the board in the page, with the model behind it. */
export interface BoardStage extends Mounted {
  model: MockModel;
  sheet: HTMLCanvasElement;
  button(name: string): HTMLElement;
  asked(action: string): Fields[];
  tell(set: Record<string, Fields[]>): void;
  press(key: string, more?: KeyboardEventInit): void;
  /** A pointer goes through places of the sheet: down, along, up. */
  stroke(places: readonly [number, number][], more?: PointerEventInit): void;
  point(type: string, place: readonly [number, number], more?: PointerEventInit): void;
  /** The colour of the sheet at a place, as [red, green, blue, alpha]. */
  pixel(x: number, y: number): number[];
}

export interface Shown {
  items?: Fields[];
  pages?: Fields[];
  room?: Fields;
  lesson?: Fields;
  lang?: string;
  more?: boolean;
}

const open: (() => void)[] = [];

/** A view that stands: it is rendered a moment after its snapshot. */
export async function shown(what: Shown = {}): Promise<BoardStage> {
  const course = freshCourse();
  const options = { height: 380, lang: what.lang ?? "en" };
  const model = new MockModel({ kind: "board", course, options });
  const end = widget.initialize({ model: model.proxy() });
  const mounted = mount(widget, model);
  open.push(() => {
    mounted.close();
    end();
  });
  const room = { id: "room", rev: 1, draws: true, staff: false, open: true, ...what.room };
  const pages = what.pages ?? [{ id: "first", rev: 1, order: 0 }];
  const lesson = { course, scope: course, features: ["board"], ...what.lesson };
  model.snapshot([], lesson, {}, { items: what.items ?? [], pages, room: [room] });
  let n = 0;
  await expect.poll(() => mounted.all("canvas").length, { interval: 5 }).toBe(1);
  const sheet = mounted.find<HTMLCanvasElement>("canvas");
  const point = (
    type: string,
    [x, y]: readonly [number, number],
    more: PointerEventInit = {},
  ): void => {
    const { left, top } = sheet.getBoundingClientRect();
    const init = { pointerId: 1, pointerType: "mouse", bubbles: true, composed: true, ...more };
    sheet.dispatchEvent(new PointerEvent(type, { ...init, clientX: left + x, clientY: top + y }));
  };
  // A pointer that no browser knows of cannot be captured.
  sheet.setPointerCapture = () => undefined;
  return {
    ...mounted,
    ...{ model, sheet, point },
    button: (name) => named(name, mounted.all("button")),
    asked: (action) => model.asked("intent", action).map(({ args }) => args as Fields),
    tell: (set) => model.say({ op: "batch", n: ++n, set }),
    press(key, more) {
      const at = mounted.root.activeElement ?? mounted.find(".sheet");
      at.dispatchEvent(keydown(key, more));
    },
    stroke([first = [0, 0], ...others], more) {
      point("pointerdown", first, more);
      for (const place of others) point("pointermove", place, more);
      point("pointerup", others.at(-1) ?? first, more);
    },
    pixel(x, y) {
      const scale = sheet.width / sheet.clientWidth;
      const data = sheet.getContext("2d")?.getImageData(x * scale, y * scale, 1, 1).data;
      return [...(data ?? [])];
    },
  };
}

export function closeBoards(): void {
  for (const close of open.splice(0)) close();
}
