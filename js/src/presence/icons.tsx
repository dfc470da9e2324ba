import type { VNode } from "preact";

// On a grid of 16, stroke 1.5, round, as the core's.
const paths = {
  done: "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0M5.5 8.2l1.8 1.8 3.3-3.7",
  stuck: "M8 2.3 14 13H2zM8 6.5v3M8 11.2v.1",
  following:
    "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0M8.6 8a.6.6 0 1 1-1.2 0 .6.6 0 0 1 1.2 0",
  none: "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0M6 8h4",
  away: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M8 4.8V8l2.2 1.5",
  hand: "M5.2 9.4V4a1 1 0 0 1 2 0v3.4V2.9a1 1 0 0 1 2 0v4.5-3.6a1 1 0 0 1 2 0v6.3c0 2.4-1.5 4.1-3.7 4.1-1.9 0-2.8-.8-3.7-2.3L2.4 9.4c-.5-.9.6-1.7 1.3-1z",
  hide: "M3.7 4.9C2.3 6.2 1.6 8 1.6 8S4 12.2 8 12.2c1.2 0 2.2-.4 3.1-.9M6.5 4c.5-.1 1-.2 1.5-.2 4 0 6.4 4.2 6.4 4.2s-.5.9-1.4 1.9M2.5 2.5l11 11",
  error: "m3 4.5 3.5 3.5L3 11.5M8.5 11.5H13",
  left: "M10 3.5 5.5 8l4.5 4.5",
  right: "m6 3.5 4.5 4.5L6 12.5",
};

export type SignName = keyof typeof paths;

export const Sign = ({ name }: { name: SignName }): VNode => (
  <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
    <path d={paths[name]} />
  </svg>
);
