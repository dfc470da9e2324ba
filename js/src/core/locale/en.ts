const { format } = new Intl.NumberFormat("en");

const count = (number: number, thing: string): string =>
  `${format(number)} ${thing}${number === 1 ? "" : "s"}`;

function kept(messages: number, changes: number): string {
  const counted = [messages && count(messages, "message")];
  counted.push(changes && count(changes, messages ? "other change" : "change"));
  const verb = messages + changes === 1 ? "is" : "are";
  return `${counted.filter(Boolean).join(" and ")} ${verb} kept`;
}

const queued = (messages: number, changes: number): string =>
  `${messages + changes ? kept(messages, changes) : "What you write is kept"} and will be sent.`;

export const en = {
  lang: "en",
  here: (people: number) => `${format(people)} here`,
  others: (people: number) => `and ${format(people)} more`,
  live: "Live",
  connecting: "Connecting",
  reconnecting: "Reconnecting",
  offline: "Offline",
  notConnected: "Not connected",

  /** Of what is kept, `messages`, and `changes` that are none. */
  onReconnecting: queued,
  onOffline: queued,
  nextTry: (seconds: number) => `Next try in ${format(seconds)}\u00a0s.`,
  kept: (messages: number, changes: number) => `${kept(messages, changes)}.`,
  onBusy: {
    lead: "The kernel is busy.",
    rest: "You can read; what you write is sent when the cell ends.",
  },
  onRehearsal: { lead: "Rehearsal.", rest: "No student of the course sees this room." },
  onGone: { lead: "The kernel has stopped.", rest: "Run the notebook's first cells again." },
  onClosed: { lead: "You have left the lesson.", rest: "Run the cell that opened it again." },
  onServiceEnded: {
    lead: "The lesson's service has ended.",
    rest: "Nobody is connected until it runs again:",
  },
  startAgain: "Start it again",
  codeCopied: "Copied: run it in a cell",
  onStopped: (reason: string) => ({ lead: "Not connected.", rest: reason }),
  onRemoved: (course: string) => ({
    lead: `You were removed from ${course} by an instructor.`,
    rest: "",
  }),
  onForbidden: (course: string, reason: string) => ({
    lead: `You cannot enter ${course}.`,
    rest: reason,
  }),
  askInstructor: "Ask your instructor for a new invite, then run the cell again.",
  retryNow: "Retry now",
  via: (name: string) => `via ${name}`,
  language: "Language",
  asBrowser: "As the browser",
  cancel: "Cancel",
  leaveProjector: "Leave projector mode (Esc)",

  copyCode: "Copy code",
  copied: "Copied",
  insertCell: "Insert into a new cell",
  inserted: "Inserted",
  code: "Code",
  wideTable: "Table",

  /** Of what somebody did that the kernel has not answered. */
  notDone: "Not done: the kernel did not answer.",
  /** Of what somebody wrote that no kernel has taken for 12 hours. */
  notSent: "It was written more than 12 hours ago.",
  /** In place of what cannot be drawn: a view, or one thing in it. */
  viewNotShown: "This view cannot be shown. Run the cell again.",
  notShown: "This cannot be shown.",

  today: "Today",
  yesterday: "Yesterday",
};

/** The texts of one language; the English ones say which there are. */
export type Catalog = typeof en;
