import { type Context as Speaking, wordsIn } from "../core/i18n";
import { icons } from "../core/icons";
import { eye, hand } from "../shared/shapes";
import { en } from "./locale/en";
import { tr } from "./locale/tr";

/** The words of the board in a language. */
export const wordsOf = wordsIn({ en, tr });
/** The words of the board. */
export type Words = ReturnType<typeof wordsOf>;
/** What the parts of a board find around them. */
export type Context = Speaking<Words>;

/** An icon of the board. */
export const Icon = icons({
  board: "M2.5 3h11v8h-11zM8 11v2.5M5 13.5h6M5 8.2c1.5-3 2.6-3 3 0s1.5 1 3-1.6",
  select: "M3.5 2.5 12.5 7l-4 1.4L7 12.5z",
  pen: "m10.8 2.8 2.4 2.4L5.4 13l-3 .6.6-3zM9.3 4.3l2.4 2.4",
  marker: "m10.5 2.5 3 3-5.5 5.5H5.5L5 8zM2.5 13.5h11",
  eraser: "m9 3 4.5 4.5-5 5H5.5L2.5 9.5zM6 6l4.5 4.5M5.5 13.5h8",
  line: "M3 13 13 3",
  arrow: "M3 13 13 3M7.5 3H13v5.5",
  rectangle: "M2.5 4h11v8h-11z",
  ellipse: "M14 8c0 2.5-2.7 4.5-6 4.5S2 10.5 2 8s2.7-4.5 6-4.5S14 5.5 14 8",
  text: "M3.5 5V3h9v2M8 3v10M6 13h4",
  sticky: "M3 3h10v6.5L9.5 13H3zM9.5 13V9.5H13",
  laser: "m3 13 5.5-5.5M10.5 2v2M14 5.5h-2M13 2.7l-1.3 1.3M9.7 6.3l.8-.8",
  undo: "M5.5 3.5 2.5 6.5l3 3M2.8 6.5H10a3.5 3.5 0 0 1 0 7H6.5",
  redo: "m10.5 3.5 3 3-3 3M13.2 6.5H6a3.5 3.5 0 0 0 0 7h3.5",
  fit: "M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3",
  export: "M8 10V2.5M5 5l3-2.8L11 5M3 9v3.5a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1V9",
  figure: "M2.5 3h11v10h-11zM4.5 11l2.5-3.5 2 2L11 7l1.5 4",
  eye,
  hand,
});
