import type { Catalog } from "./catalog";

const { format } = new Intl.NumberFormat("en");

const kept = (count: number): string =>
  `${format(count)} ${count === 1 ? "message is" : "messages are"} kept`;

const queued = (count: number): string =>
  `${count === 0 ? "What you write is kept" : kept(count)} and will be sent.`;

export const en: Catalog = {
  lang: "en",
  chat: "Chat",
  here: (people) => `${format(people)} here`,
  others: (people) => `and ${format(people)} more`,
  you: "You",
  unnamed: "Somebody",
  roles: { instructor: "Instructor", admin: "Admin" },
  edited: "edited",

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

  empty: "No messages yet",
  emptyHint: (course) =>
    `Questions are welcome while the code runs. Everyone in ${course} can read them.`,
  composer: "Message the class",
  readonly: "You can read here, but not write.",
  send: "Send",
  insertCode: "Insert code",
  copyCode: "Copy code",
  copied: "Copied",
  code: "Code",

  pending: "Sending",
  queued: "Waiting",
  slowed: (seconds) => `Sends in ${format(seconds)} s`,
  failed: "Not sent",
  retry: "Retry",
  discard: "Delete",
  tooLong: (count, most) => `${format(count)} of ${format(most)} characters: shorten it.`,

  typing: (names, people) => {
    const [first, second] = names;
    if (people > 2 || !first) return "Several people are typing";
    return second ? `${first} and ${second} are typing` : `${first} is typing`;
  },
  pill: (count) => `${format(count)} new`,
  divider: "New",
  reactions: "Reactions",
  reaction: (emoji, count, own) => `${emoji} ${format(count)}${own ? ", including yours" : ""}`,
  inReplyTo: "In reply to",
  showAll: "Show all",
  showLess: "Show less",
  loading: "Loading earlier messages",

  today: "Today",
  yesterday: "Yesterday",
};
