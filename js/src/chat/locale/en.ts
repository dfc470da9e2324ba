import type { ChatCatalog } from "./catalog";

const { format } = new Intl.NumberFormat("en");

export const en: ChatCatalog = {
  chat: "Chat",
  you: "You",
  unnamed: "Somebody",
  roles: { instructor: "Instructor", admin: "Admin" },
  edited: "edited",

  empty: "No messages yet",
  emptyHint: (course) =>
    `Questions are welcome while the code runs. Everyone in ${course} can read them.`,
  composer: "Message the class",
  readonly: "You can read here, but not write.",
  send: "Send",
  insertCode: "Insert code",
  pending: "Sending",
  queued: "Waiting",
  slowed: (seconds) => `Sends in ${format(seconds)} s`,
  unconfirmed: "Sent, unconfirmed",
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
};
