import type { ChatCatalog } from "./catalog";

const { format } = new Intl.NumberFormat("en");

const list = new Intl.ListFormat("en-GB", { type: "conjunction" });

const duration = (seconds: number): string =>
  seconds > 0 && seconds % 60 === 0
    ? `${format(seconds / 60)}\u00a0min`
    : `${format(seconds)}\u00a0s`;

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
  withdraw: "Withdraw",
  tooLong: (count, most) => `${format(count)} of ${format(most)} characters: shorten it.`,

  typing: (names, people) => {
    const [first, second] = names;
    if (people > 2 || !first) return "Several people are typing";
    return second ? `${first} and ${second} are typing` : `${first} is typing`;
  },
  divider: "New",
  reactions: "Reactions",
  inReplyTo: "In reply to",
  showAll: "Show all",
  showLess: "Show less",
  loading: "Loading earlier messages",

  actions: "Message actions",
  react: "React",
  reply: "Reply",
  more: "More",
  edit: "Edit",
  copyText: "Copy text",
  pin: "Pin",
  unpin: "Unpin",
  mute: (name) => `Mute ${name}`,
  unmute: (name) => `Unmute ${name}`,
  upvote: "Upvote",
  takeBack: "Take back my vote",
  markAnswered: "Mark as answered",
  reopen: "Mark as open",
  remove: "Delete",
  confirmRemove: "Delete this message?",
  keys: { react: "+", reply: "R", edit: "E", remove: "Del" },
  saving: "Saving",
  deleting: "Deleting",

  people: (names, count) => {
    const others = count - names.length;
    return list.format(others > 0 ? [...names, `${format(others)} more`] : names);
  },
  reactedBy: (emoji, count, people) => `${emoji} ${format(count)}${people && `: ${people}`}`,
  includingYours: "including yours",
  pickEmoji: "Pick an emoji",
  searchEmoji: "Search emoji",
  oftenUsed: "Frequently used",
  allEmoji: "All",
  foundEmoji: (count) => `${format(count)} found`,
  noEmoji: "No emoji found",

  earlier: "An earlier message",
  deleted: "Deleted message",
  gone: "That message is not there any more.",
  goTo: "Show this message",

  pinned: "Pinned",
  pinnedBy: (name) => `Pinned by ${name}`,
  pinPlace: (place, count) => `${format(place)} of ${format(count)}`,
  nextPin: "Next pinned message",
  allPins: "All pinned messages",

  question: "Question",
  questions: "Questions",
  answered: "Answered",
  votes: (count) => (count === 1 ? "1 vote" : `${format(count)} votes`),
  noQuestions: "No questions yet",
  noQuestionsHint: "What is asked as a question is kept here, the most wanted first.",
  noneOpen: "No open questions",
  backToChat: "Back to the chat",

  settings: "Chat settings",
  slowMode: "Slow mode",
  off: "Off",
  every: duration,
  slowLine: (seconds) => `Slow mode: one message every ${duration(seconds)}`,
  muteFor: (minutes) => `For ${format(minutes)} minutes`,
  muteForever: "Until I lift it",
  mutedPeople: "Muted people",
  till: (time) => `until ${time}`,
  nobodyMuted: "Nobody is muted",
  mutedUntil: (time) => `You are muted until ${time}. You can read.`,
  mutedForever: "You are muted until an instructor lifts it. You can read.",

  file: "File",
};
