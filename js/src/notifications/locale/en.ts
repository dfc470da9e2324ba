import type { NotificationsCatalog } from "./catalog";

const { format } = new Intl.NumberFormat("en");

export const en: NotificationsCatalog = {
  notifications: "Notifications",
  unread: (count) => `${format(count)} unread`,
  isUnread: "Unread",
  markRead: (title) => `Mark as read: ${title}`,
  markAllRead: "Mark all read",
  clear: "Clear all",
  askClear: (count) => (count === 1 ? "Clear this for good?" : "Clear all of these for good?"),
  confirmClear: (count) => (count === 1 ? "Clear it" : `Clear ${format(count)}`),
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
  mentioned: (name) => `${name} mentioned you`,
  pollOpen: "A poll is open",
  activity: "Activity",
  courseUpdate: "Something in the course is new",

  show: "Show",
  vote: "Vote",
  leadsTo: (host) => `leads to ${host}`,
  newTab: "opens in a new tab",
  chosen: "Chosen",
  choosing: "Sending",

  dismiss: "Dismiss",
  news: (count) => (count === 1 ? "New notification" : `${format(count)} new notifications`),

  now: "now",
  minutes: (count) => `${format(count)} min`,
};
