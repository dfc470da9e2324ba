/** The chat's own strings of one language. */
export interface ChatCatalog {
  chat: string;
  you: string;
  unnamed: string;
  roles: Record<string, string>;
  edited: string;
  empty: string;
  emptyHint(course: string): string;
  composer: string;
  readonly: string;
  send: string;
  insertCode: string;
  pending: string;
  queued: string;
  slowed(seconds: number): string;
  unconfirmed: string;
  failed: string;
  retry: string;
  discard: string;
  withdraw: string;
  tooLong(count: number, most: number): string;
  typing(names: readonly string[], people: number): string;
  divider: string;
  reactions: string;
  inReplyTo: string;
  showAll: string;
  showLess: string;
  loading: string;

  actions: string;
  react: string;
  reply: string;
  more: string;
  edit: string;
  copyText: string;
  pin: string;
  unpin: string;
  mute(name: string): string;
  unmute(name: string): string;
  upvote: string;
  takeBack: string;
  markAnswered: string;
  reopen: string;
  remove: string;
  confirmRemove: string;
  keys: { react: string; reply: string; edit: string; remove: string };
  saving: string;
  deleting: string;

  /** Some of `count` people, by their names. */
  people(names: readonly string[], count: number): string;
  reactedBy(emoji: string, count: number, people: string): string;
  includingYours: string;
  pickEmoji: string;
  searchEmoji: string;
  oftenUsed: string;
  allEmoji: string;
  foundEmoji(count: number): string;
  noEmoji: string;

  earlier: string;
  deleted: string;
  gone: string;
  goTo: string;

  pinned: string;
  pinnedBy(name: string): string;
  /** Which of several pinned messages is shown. */
  pinPlace(place: number, count: number): string;
  nextPin: string;
  allPins: string;

  question: string;
  questions: string;
  answered: string;
  votes(count: number): string;
  noQuestions: string;
  noQuestionsHint: string;
  noneOpen: string;
  backToChat: string;

  settings: string;
  slowMode: string;
  off: string;
  /** How long one waits between two messages. */
  every(seconds: number): string;
  slowLine(seconds: number): string;
  muteFor(minutes: number): string;
  muteForever: string;
  mutedPeople: string;
  till(time: string): string;
  nobodyMuted: string;
  mutedUntil(time: string): string;
  mutedForever: string;

  file: string;
}
