import type { NoticeType } from "../documents";

/** The strings of notifications in one language. */
export interface NotificationsCatalog {
  notifications: string;
  unread(count: number): string;
  /** Said of one that is not read, to those who do not see its dot. */
  isUnread: string;
  markRead(title: string): string;
  markAllRead: string;
  clear: string;
  askClear(count: number): string;
  confirmClear(count: number): string;
  doNotDisturb: string;

  nothing: string;
  nothingHint: string;

  types: Record<NoticeType, string>;
  mentioned(name: string): string;
  pollOpen: string;
  activity: string;
  courseUpdate: string;

  show: string;
  vote: string;
  leadsTo(host: string): string;
  newTab: string;
  chosen: string;
  choosing: string;

  dismiss: string;
  /** What is read out while the list is in sight. */
  news(count: number): string;

  now: string;
  minutes(count: number): string;
}
