import type { VNode } from "preact";

// On a grid of 16, stroke 1.5, round.
const paths = {
  alert: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M8 5v3.4M8 10.9v.1",
  chat: "M2.5 4.5a1.5 1.5 0 0 1 1.5-1.5h8a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1-1.5 1.5H7l-3 2.6V11a1.5 1.5 0 0 1-1.5-1.5z",
  check: "m3 8.5 3.4 3.4L13 4.8",
  clock: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M8 4.8V8l2.2 1.5",
  code: "m5.5 4.5-4 3.5 4 3.5M10.5 4.5l4 3.5-4 3.5",
  copy: "M5.5 7a1.5 1.5 0 0 1 1.5-1.5h5a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1-1.5 1.5H7a1.5 1.5 0 0 1-1.5-1.5zM10.5 5.5V4a1.5 1.5 0 0 0-1.5-1.5H4a1.5 1.5 0 0 0-1.5 1.5v5a1.5 1.5 0 0 0 1.5 1.5h1.5",
  down: "M8 3v9.5M4 8.8l4 3.9 4-3.9",
  lock: "M3.2 8.5a1.5 1.5 0 0 1 1.5-1.5h6.6a1.5 1.5 0 0 1 1.5 1.5V12a1.5 1.5 0 0 1-1.5 1.5H4.7a1.5 1.5 0 0 1-1.5-1.5zM5.3 7V5a2.7 2.7 0 0 1 5.4 0v2",
  more: "m5 6.5 3 3 3-3",
  off: "M1.8 6.4a8.8 8.8 0 0 1 12.4 0M4.4 9.2a5.1 5.1 0 0 1 3.6-1.5M8 12.6v.1M10.6 9.6l3.6 3.6M14.2 9.6l-3.6 3.6",
  reply: "M6 3.5 2.2 7 6 10.5M2.6 7H9a4.6 4.6 0 0 1 4.6 4.6v.9",
  send: "M8 13V3.5M4 7.2 8 3.3l4 3.9",
};

export type IconName = keyof typeof paths;

export const Icon = ({ name }: { name: IconName }): VNode => (
  <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
    <path d={paths[name]} />
  </svg>
);
