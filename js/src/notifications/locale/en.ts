const { format } = new Intl.NumberFormat("en");

export const en = {
  notifications: "Notifications",
  unread: (count: number) => `${format(count)} unread`,
  /** Said of one that is not read, to those who do not see its dot. */
  isUnread: "Unread",
  markRead: (title: string) => `Mark as read: ${title}`,
  markAllRead: "Mark all read",
  clear: "Clear all",
  askClear: (count: number): string =>
    count === 1 ? "Clear this for good?" : "Clear all of these for good?",
  confirmClear: (count: number) => (count === 1 ? "Clear it" : `Clear ${format(count)}`),
  doNotDisturb: "Do not disturb",

  nothing: "Nothing new",
  nothingHint: "Polls, mentions and notes from your instructor appear here.",

  types: {
    info: "Note",
    success: "Success",
    warning: "Warning",
    error: "Error",
    course_update: "Course update",
    payment: "Payment",
    message: "Message",
  },
  mentioned: (name: string) => `${name} mentioned you`,
  pollOpen: "A poll is open",
  activity: "Activity",
  courseUpdate: "Something in the course is new",

  show: "Show",
  vote: "Vote",
  leadsTo: (host: string) => `leads to ${host}`,
  newTab: "opens in a new tab",
  chosen: "Chosen",
  choosing: "Sending",

  dismiss: "Dismiss",
  /** What is read out while the list is in sight. */
  news: (count: number) =>
    count === 1 ? "New notification" : `${format(count)} new notifications`,

  now: "now",
  minutes: (count: number) => `${format(count)} min`,
};

/** The texts of one language; the English ones say which there are. */
export type NotificationsCatalog = typeof en;
