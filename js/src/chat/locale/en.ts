import type { Missed } from "../search";

const { format } = new Intl.NumberFormat("en");

const list = new Intl.ListFormat("en-GB", { type: "conjunction" });

const duration = (seconds: number): string =>
  seconds > 0 && seconds % 60 === 0
    ? `${format(seconds / 60)}\u00a0min`
    : `${format(seconds)}\u00a0s`;

export const en = {
  chat: "Chat",
  you: "You",
  unnamed: "Somebody",
  anonymous: "Anonymous",
  anonymously: "anonymously",
  roles: { instructor: "Instructor", admin: "Admin" } as Record<string, string>,
  edited: "edited",

  empty: "No messages yet",
  emptyHint: (course: string) =>
    `Questions are welcome while the code runs. Everyone in ${course} can read them.`,
  composer: "Message the class",
  readonly: "You can read here, but not write.",
  send: "Send",
  insertCode: "Insert code",
  pending: "Sending",
  queued: "Waiting",
  slowed: (seconds: number) => `Sends in ${format(seconds)} s`,
  unconfirmed: "Sent, unconfirmed",
  failed: "Not sent",
  retry: "Retry",
  discard: "Delete",
  withdraw: "Withdraw",
  tooLong: (count: number, most: number) =>
    `${format(count)} of ${format(most)} characters: shorten it.`,

  typing: (names: readonly string[], people: number) => {
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
  mute: (name: string) => `Mute ${name}`,
  unmute: (name: string) => `Unmute ${name}`,
  upvote: "Upvote",
  takeBack: "Take back my vote",
  markAnswered: "Mark as answered",
  reopen: "Mark as open",
  remove: "Delete",
  confirmRemove: "Delete this message?",
  keys: { react: "+", reply: "R", edit: "E", remove: "Del" },
  saving: "Saving",
  deleting: "Deleting",

  /** Some of `count` people, by their names. */
  people: (names: readonly string[], count: number) => {
    const others = count - names.length;
    return list.format(others > 0 ? [...names, `${format(others)} more`] : names);
  },
  reactedBy: (emoji: string, count: number, people: string) =>
    `${emoji} ${format(count)}${people && `: ${people}`}`,
  includingYours: "including yours",
  addPicture: "Add a picture",
  pictures: "Pictures",
  forAll: "From everybody",
  pickEmoji: "Pick an emoji",
  searchEmoji: "Search emoji",
  oftenUsed: "Frequently used",
  allEmoji: "All",
  foundEmoji: (count: number) => `${format(count)} found`,
  noEmoji: "No emoji found",

  earlier: "An earlier message",
  deleted: "Deleted message",
  gone: "That message is not there any more.",
  goTo: "Show this message",

  pinned: "Pinned",
  pinnedBy: (name: string) => `Pinned by ${name}`,
  /** Which of several pinned messages is shown. */
  pinPlace: (place: number, count: number) => `${format(place)} of ${format(count)}`,
  nextPin: "Next pinned message",
  allPins: "All pinned messages",

  question: "Question",
  questions: "Questions",
  answered: "Answered",
  votes: (count: number) => (count === 1 ? "1 vote" : `${format(count)} votes`),
  noQuestions: "No questions yet",
  noQuestionsHint: "What is asked as a question is kept here, the most wanted first.",
  noneOpen: "No open questions",
  projectQuestions: "Show the class the questions",
  openQuestions: (count: number) => `${format(count)} open`,
  backToChat: "Back to the chat",

  settings: "Chat settings",
  slowMode: "Slow mode",
  anonymousQuestions: "Anonymous questions",
  allowed: "Allowed",
  off: "Off",
  /** How long one waits between two messages. */
  every: duration,
  slowLine: (seconds: number) => `Slow mode: one message every ${duration(seconds)}`,
  muteFor: (minutes: number) => `For ${format(minutes)} minutes`,
  muteForever: "Until I lift it",
  mutedPeople: "Muted people",
  till: (time: string) => `until ${time}`,
  nobodyMuted: "Nobody is muted",
  mutedUntil: (time: string) => `You are muted until ${time}. You can read.`,
  mutedForever: "You are muted until an instructor lifts it. You can read.",

  file: "File",

  /** New messages below, and how many of them name the reader. */
  pillFor: (count: number, forMe: number) =>
    `${format(count)} new${forMe > 0 ? ` · ${format(forMe)} for you` : ""}`,
  /** New messages above, of which not all are loaded. */
  pillMore: (count: number) => `${format(count)}+ new`,
  readAll: "Mark all as read",
  mentionsYou: "mentions you",

  replyingTo: (name: string) => `Replying to ${name}`,
  cancelReply: "Cancel reply",
  editing: "Editing your message",
  editingOf: (name: string) => `Editing the message of ${name}`,
  gettingText: "Getting the text of the message",
  save: "Save",
  cancelEdit: "Cancel",
  editBox: "Edit the message",
  notSaved: "Not saved. Your text is kept.",
  ask: "Ask as a question",
  askBox: "Ask the class a question",
  askBoxAnonymous: "Ask without your name",
  askAnonymously: "Ask anonymously",
  anonymousHint: "Nobody in the course is told that it is you, instructors included.",
  anonymousOff: "Not sent: anonymous questions were turned off. Send again to ask with your name.",
  sendIn: (seconds: number) => `Send; it goes in ${format(seconds)} s`,
  asCode: "Format as code",
  mentionable: (count: number) =>
    `${format(count)} ${count === 1 ? "person" : "people"} to mention: choose with the arrow keys`,

  search: "Search",
  searchBox: "Search messages and people",
  closeSearch: "Close search",
  found: (count: number, more: boolean) => `${format(count)}${more ? "+" : ""} found`,
  nothingFound: "Nothing found",
  searching: "Searching",
  /** Why the service did not look, and whether what is loaded was looked through instead. */
  missed: (why: Missed["why"], local: boolean, reason: string) => {
    const lead = local ? "Only what is loaded was searched." : "Older messages were not searched.";
    const reasons = {
      unable: "This service has no search.",
      away: "There is no connection; the rest follows when there is one.",
      late: "The service has not answered yet; the rest follows when it does.",
      limited: "Too many searches in a short time; it is tried again by itself.",
      refused: `${reason} It is tried again by itself.`,
      forGood: reason,
    };
    return `${lead} ${reasons[why]}`;
  },
  moreFound: "More",

  /** Why something was refused: a number of the table of codes, and the service's sentence. */
  refusal: (_: number, sentence: string) => sentence,
};

/** The texts of one language; the English ones say which there are. */
export type ChatCatalog = typeof en;
