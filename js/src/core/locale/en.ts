import type { Catalog } from "./catalog";

const { format } = new Intl.NumberFormat("en");

const kept = (count: number): string =>
  `${format(count)} ${count === 1 ? "message is" : "messages are"} kept`;

const queued = (count: number): string =>
  `${count === 0 ? "What you write is kept" : kept(count)} and will be sent.`;

export const en: Catalog = {
  lang: "en",
  here: (people) => `${format(people)} here`,
  others: (people) => `and ${format(people)} more`,
  live: "Live",
  connecting: "Connecting",
  reconnecting: "Reconnecting",
  offline: "Offline",
  notConnected: "Not connected",

  onReconnecting: queued,
  onOffline: queued,
  nextTry: (seconds) => `Next try in ${format(seconds)}\u00a0s.`,
  kept: (count) => `${kept(count)}.`,
  onBusy: {
    lead: "The kernel is busy.",
    rest: "You can read; what you write is sent when the cell ends.",
  },
  onGone: { lead: "The kernel has stopped.", rest: "Run the cell again." },
  onClosed: { lead: "You have left the lesson.", rest: "Run the cell with join() again." },
  onStopped: (reason) => ({ lead: "Not connected.", rest: reason }),
  onForbidden: (course, reason) => ({ lead: `You cannot enter ${course}.`, rest: reason }),
  askInstructor: "Ask your instructor for a new invite, then run the cell again.",
  retryNow: "Retry now",

  copyCode: "Copy code",
  copied: "Copied",
  insertCell: "Insert into a new cell",
  inserted: "Inserted",
  code: "Code",

  today: "Today",
  yesterday: "Yesterday",
};
