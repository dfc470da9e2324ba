// The board: drawn on, locked, touched.

import { encode, type Point } from "../src/board/points";
import type { Fields } from "../src/core/messages";
import { save } from "../src/core/storage";
import { at } from "./people";
import type { State } from "./state";

let number = 0;

/** A thing on the board, through places in pixels. */
export const drawn = (tool: string, ink: string, places: readonly Point[], more: Fields = {}) => {
  number++;
  const [[x, y] = [0, 0]] = places;
  const points = places.map(
    ([px, py]): Point => [Math.round((px - x) * 4), Math.round((py - y) * 4)],
  );
  return {
    ...{ id: `s${number}`, born: number, seq: number, page: "first", tool, ink, width: 2 },
    ...{ x: Math.round(x * 4), y: Math.round(y * 4), points: encode(points) },
    ...{ name: "Mira", at: at(10, 21), staff: true },
    ...more,
  };
};

/** A line by hand, a little uneven. */
const line = (from: Point, to: Point): Point[] =>
  Array.from({ length: 24 }, (_, step): Point => {
    const part = step / 23;
    const off = Math.sin(step * 1.7) * 1.2;
    return [from[0] + (to[0] - from[0]) * part + off, from[1] + (to[1] - from[1]) * part + off];
  });

const around = ([x, y]: Point, rx: number, ry: number): Point[] =>
  Array.from({ length: 30 }, (_, step): Point => {
    const turn = (step / 28) * 2 * Math.PI;
    return [x + rx * Math.cos(turn), y + ry * Math.sin(turn)];
  });

const items = (): Fields[] => [
  drawn("marker", "amber", line([28, 112], [212, 112])),
  ...[60, 94, 128, 162].map((y) => drawn("pen", "ink", line([24, y], [216, y]))),
  ...[24, 120, 216].map((x) => drawn("pen", "ink", line([x, 60], [x, 162]))),
  drawn("pen", "red", around([70, 78], 26, 15)),
  drawn("text", "blue", [[26, 20]], { text: "stretch" }),
  drawn("arrow", "blue", [
    [110, 34],
    [206, 34],
  ]),
  drawn("ellipse", "green", [
    [60, 190],
    [130, 230],
  ]),
  drawn(
    "rectangle",
    "violet",
    [
      [150, 190],
      [214, 230],
    ],
    { width: 3 },
  ),
  drawn("sticky", "amber", [[240, 40]], { text: "Why not\n(3, 4)?", name: "Deniz", staff: false }),
  drawn("sticky", "green", [[240, 180]], { text: "From the right!", name: "Priya", staff: false }),
];

const room = (more: Fields = {}): Fields => ({
  ...{ id: "room", rev: 1, draws: true, staff: true, open: false, pens: {} },
  ...{ leader: "", leads: false, view: null },
  ...more,
});

const pages = (count: number): Fields[] =>
  Array.from({ length: count }, (_, order) => ({
    id: order ? `p${order}` : "first",
    rev: 1,
    order,
  }));

interface Look {
  room?: Fields;
  items?: Fields[];
  lesson?: Fields;
  pages?: number;
}

const shows = (lang: string, look: Look = {}): State => ({
  kind: "board",
  options: { height: 380, lang },
  play(model) {
    model.snapshot(
      [],
      { features: ["board"], ...look.lesson },
      {},
      {
        items: look.items ?? items(),
        pages: pages(look.pages ?? 3),
        room: [room(look.room)],
      },
    );
  },
});

const staff = shows("en", { room: { leader: "Mira", leads: true } });

export const board: Record<string, State> = {
  "board-draw": staff,
  "board-turkish": shows("tr", { room: { open: true } }),
  "board-locked": shows("en", { room: { draws: false, staff: false, leader: "Mira" } }),
  "board-hand": shows("tr", { room: { draws: false, staff: false, hand: true } }),
  "board-pens": shows("en", { room: { pens: { a: "Ada" }, leader: "Mira", leads: true } }),
  "board-empty": shows("en", { items: [], pages: 1, room: { staff: false, open: true } }),
  "board-empty-tr": shows("tr", { items: [], pages: 1 }),
  "board-offline-tr": shows("tr", {
    lesson: { state: "offline", nextTryIn: 42_000, queued: 6 },
  }),
  "board-projected": {
    ...staff,
    play: (model) => {
      save(`edu-widgets:projected:${model.proxy().get("course")}`, "all");
      staff.play(model);
    },
  },
  "board-offline": shows("en", { lesson: { state: "offline", nextTryIn: 42_000, queued: 6 } }),
};
