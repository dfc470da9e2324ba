import type { VNode } from "preact";
import type { Notice } from "./documents";

// On a grid of 16, stroke 1.5, round, as the core's.
const paths = {
  activity: "M2 8.5h2.8L6.5 4l3 8 1.7-3.5H14",
  alert: "M8 2.3 14 13H2zM8 6.5v3M8 11.2v.1",
  bell: "M3.2 11.6h9.6c-1-1-1.3-2-1.3-4.3a3.5 3.5 0 0 0-7 0c0 2.3-.3 3.3-1.3 4.3zM6.7 13.6a1.5 1.5 0 0 0 2.6 0",
  belloff:
    "M4.6 6.3c-.1 2.8-.4 4.2-1.4 5.3h8.4M6 4.3a3.5 3.5 0 0 1 5.5 3c0 1 .1 1.8.2 2.4M6.7 13.6a1.5 1.5 0 0 0 2.6 0M2.5 2.5l11 11",
  book: "M3 3.5h3.5A1.5 1.5 0 0 1 8 5v8a1.5 1.5 0 0 0-1.5-1.2H3zM13 3.5H9.5A1.5 1.5 0 0 0 8 5v8a1.5 1.5 0 0 1 1.5-1.2H13z",
  card: "M2.5 4.5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1zM2.5 6.5h11M5 10h2",
  chat: "M2.5 4.5A1.5 1.5 0 0 1 4 3h8a1.5 1.5 0 0 1 1.5 1.5v5A1.5 1.5 0 0 1 12 11H7l-3 2.6V11a1.5 1.5 0 0 1-1.5-1.5z",
  clock: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M8 4.8V8l2.2 1.5",
  done: "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0M5.5 8.2l1.8 1.8 3.3-3.7",
  error: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M8 5v3.4M8 10.9v.1",
  ext: "M9.5 3H13v3.5M12.7 3.3 7.5 8.5M11.5 9.5V12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5.5a1 1 0 0 1 1-1h2.5",
  info: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M8 7.5v3.4M8 5.1v.1",
  poll: "M3 13V9M8 13V3M13 13V6.5",
  read: "m1.5 8.5 3 3L10 6M8.5 11.5 14.5 6",
};

export type SignName = keyof typeof paths;

export const Sign = ({ name }: { name: SignName }): VNode => (
  <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
    <path d={paths[name]} />
  </svg>
);

const ofType: Record<Notice["type"], SignName> = {
  info: "info",
  success: "done",
  warning: "clock",
  error: "error",
  course_update: "book",
  payment: "card",
  message: "chat",
};

const ofKind: Partial<Record<Notice["kind"], SignName>> = {
  mention: "chat",
  poll: "poll",
  user_activity: "activity",
  course_update: "book",
};

/** The shape of a notification: of what it was made of, else of its type. */
export const signOf = ({ kind, type }: Notice): SignName => ofKind[kind] ?? ofType[type];
