import type { VNode } from "preact";

/** On a grid of 16, stroke 1.5, round. */
export const shapes = {
  again: "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.8h-2.8",
  alert: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M8 5v3.4M8 10.9v.1",
  cell: "M3.5 2.5h9a1 1 0 0 1 1 1v2.5a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1V3.5a1 1 0 0 1 1-1M8 9v5M5.5 11.5h5",
  chat: "M2.5 4.5a1.5 1.5 0 0 1 1.5-1.5h8a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1-1.5 1.5H7l-3 2.6V11a1.5 1.5 0 0 1-1.5-1.5z",
  check: "m3 8.5 3.4 3.4L13 4.8",
  clock: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M8 4.8V8l2.2 1.5",
  close: "m4 4 8 8M12 4l-8 8",
  code: "m5.5 4.5-4 3.5 4 3.5M10.5 4.5l4 3.5-4 3.5",
  copy: "M5.5 7a1.5 1.5 0 0 1 1.5-1.5h5a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1-1.5 1.5H7a1.5 1.5 0 0 1-1.5-1.5zM10.5 5.5V4a1.5 1.5 0 0 0-1.5-1.5H4a1.5 1.5 0 0 0-1.5 1.5v5a1.5 1.5 0 0 0 1.5 1.5h1.5",
  dots: "M3.9 8a.5.5 0 1 1-1 0 .5.5 0 0 1 1 0M8.5 8a.5.5 0 1 1-1 0 .5.5 0 0 1 1 0M13.1 8a.5.5 0 1 1-1 0 .5.5 0 0 1 1 0",
  down: "M8 3v9.5M4 8.8l4 3.9 4-3.9",
  edit: "m10.8 2.8 2.4 2.4L5.4 13l-3 .6.6-3zM9.3 4.3l2.4 2.4",
  file: "M4 13.5v-11h5l3 3v8zM9 2.5v3h3",
  hidden:
    "M6.3 4a6 6 0 0 1 1.7-.2c4 0 6.2 4.2 6.2 4.2a11 11 0 0 1-1.6 2.1M4 5.2A10.5 10.5 0 0 0 1.8 8S4 12.2 8 12.2a6 6 0 0 0 3-.8M2.5 2.5l11 11",
  left: "M10 3.5 5.5 8l4.5 4.5",
  list: "M2.5 4h.1M2.5 8h.1M2.5 12h.1M5.5 4h8M5.5 8h8M5.5 12h8",
  lock: "M3.2 8.5a1.5 1.5 0 0 1 1.5-1.5h6.6a1.5 1.5 0 0 1 1.5 1.5V12a1.5 1.5 0 0 1-1.5 1.5H4.7a1.5 1.5 0 0 1-1.5-1.5zM5.3 7V5a2.7 2.7 0 0 1 5.4 0v2",
  more: "m5 6.5 3 3 3-3",
  mute: "M2.5 6.2h2.4L8 3.5v9L4.9 9.8H2.5zM10.6 6.4l3.2 3.2M13.8 6.4l-3.2 3.2",
  off: "M1.8 6.4a8.8 8.8 0 0 1 12.4 0M4.4 9.2a5.1 5.1 0 0 1 3.6-1.5M8 12.6v.1M10.6 9.6l3.6 3.6M14.2 9.6l-3.6 3.6",
  picture: "M2.5 3.5h11v9h-11zM2.5 10.5 6 7.5l3 3 1.5-1.5 3 2.5M10.8 6.2v.1",
  pin: "M5.4 2h5.2M6.4 2v4.4L4 9.2h8L9.6 6.4V2M8 9.2V14",
  plus: "M8 3.2v9.6M3.2 8h9.6",
  question:
    "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M6.2 6.3a1.9 1.9 0 1 1 2.7 1.8c-.6.3-.9.6-.9 1.2M8 11.3v.1",
  reply: "M6 3.5 2.2 7 6 10.5M2.6 7H9a4.6 4.6 0 0 1 4.6 4.6v.9",
  right: "m6 3.5 4.5 4.5L6 12.5",
  screen: "M2.5 3h11v7.5h-11zM8 10.5V13M5.5 13.3h5",
  search: "M11.5 7a4.5 4.5 0 1 1-9 0 4.5 4.5 0 0 1 9 0M10.3 10.3l3.2 3.2",
  send: "M8 13V3.5M4 7.2 8 3.3l4 3.9",
  smile: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M5.6 9.4a2.8 2.8 0 0 0 4.8 0M6 6.4v.1M10 6.4v.1",
  trash: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9M6.8 7v4M9.2 7v4",
  up: "M8 3.4 13 9.5H9.9V13H6.1V9.5H3z",
  voice: "M2.5 6.2h2.4L8 3.5v9L4.9 9.8H2.5zM10.5 6a3 3 0 0 1 0 4M12.3 4.2a5.4 5.4 0 0 1 0 7.6",
};

/** The name of an icon that every widget has. */
export type IconName = keyof typeof shapes;

/** A component that shows an icon by name: one of these, or of a feature's own. */
export function icons<N extends string>(
  own: Record<N, string>,
): (props: { name: N | IconName }) => VNode {
  const all: Record<N | IconName, string> = { ...shapes, ...own };
  return ({ name }) => (
    <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
      <path d={all[name]} />
    </svg>
  );
}

/** An icon that every widget has. */
export const Icon = icons<never>({});
