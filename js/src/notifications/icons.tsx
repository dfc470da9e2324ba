import { type IconName, icons } from "../core/icons";
import type { Notice } from "./documents";

// As the core's.
const own = {
  activity: "M2 8.5h2.8L6.5 4l3 8 1.7-3.5H14",
  book: "M3 3.5h3.5A1.5 1.5 0 0 1 8 5v8a1.5 1.5 0 0 0-1.5-1.2H3zM13 3.5H9.5A1.5 1.5 0 0 0 8 5v8a1.5 1.5 0 0 1 1.5-1.2H13z",
  card: "M2.5 4.5a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1zM2.5 6.5h11M5 10h2",
  ext: "M9.5 3H13v3.5M12.7 3.3 7.5 8.5M11.5 9.5V12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V5.5a1 1 0 0 1 1-1h2.5",
  info: "M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0M8 7.5v3.4M8 5.1v.1",
  poll: "M3 13V9M8 13V3M13 13V6.5",
  read: "m1.5 8.5 3 3L10 6M8.5 11.5 14.5 6",
};

type SignName = IconName | keyof typeof own;

export const Sign = icons(own);

const ofType: Record<Notice["type"], SignName> = {
  info: "info",
  success: "done",
  warning: "clock",
  error: "alert",
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
