import type { Kind, VoteState } from "../documents";

/** A sentence around a number that stands out. */
export type Parts = readonly [before: string, count: string, after: string];

/** The polls' own strings of one language. */
export interface PollsCatalog {
  poll: string;
  polls: string;
  kinds: Record<Kind, string>;
  draft: string;
  round(number: number): string;
  rounds: string;
  bothOf(before: number, after: number): string;
  /** Said to those who do not see it, as it becomes so. */
  now: Record<string, string>;
  /** How many rounds there were. */
  rounds2(count: number): string;
  stateOf: Record<string, string>;
  option(key: string): string;

  empty: string;
  emptyHint: string;
  emptyStaff: string;
  example: string;
  noPolls: string;
  readonly: string;

  vote: string;
  change: string;
  send: string;
  several: string;
  sortHint: string;
  up: string;
  down: string;
  moved(name: string, place: number, count: number): string;
  yourNumber: string;
  yourText: string;
  noNumber: string;
  understood: (number: string) => string;
  mine: string;
  mineIs: string;
  before(round: number): string;
  states: Record<VoteState, string>;
  canChange: string;
  timeUp: string;
  secondsLeft(seconds: number): string;
  dismiss: string;
  closed: { lead: string; rest: string };
  anonymous: string;
  anonymousEnded: string;
  anonymousShort: string;
  /** Said before people vote: their answer is read by name. */
  named: string;
  namedShort: string;
  edited(time: string): string;
  severalOpen(count: number): string;
  otherPoll: string;
  /** Before what was picked or written and not sent in time. */
  unsent: string;
  gone: string;

  answered(count: number, of: number | null): Parts;
  hush: string;
  draftHint: string;
  answerKept: string;
  saving: string;
  openFor(seconds: number): string;
  open: string;
  close: string;
  moreTime(seconds: number): string;
  reveal: string;
  revealMore: string;
  revealCounts: string;
  revealAnswer: string;
  chooseAnswer: string;
  whichIsRight: string;
  rightNumber: string;
  tolerance: string;
  revote: string;
  revoteTime: string;
  next: string;
  nextOne: string;
  peek: string;
  peekAnonymous: string;
  hide: string;
  onlyYou: string;
  suggestions: Record<string, string>;
  keep: string;
  kept1: string;
  keptCode: string;
  moreOf: string;
  newPoll: string;
  allPolls: string;
  projector: string;
  leaveProjector: string;
  remove: string;
  removePoll: string;
  confirmRemove: string;
  confirmDestroy: string;
  drafts: string;
  history: string;

  correct: string;
  people(count: number): string;
  peopleOf(count: number): string;
  peopleHead: string;
  answer: string;
  share: string;
  table: string;
  asTable: string;
  notListed: string;
  few: string;
  nobody: string;
  rightOnes(count: number, share: string): string;
  median(value: string): string;
  meanPlace: string;
  furtherOut(count: number): string;
  singles(count: number): string;
  removed(count: number): string;
  takeOut: string;
  confirmTakeOut: string;
  fewer: string;
  compare: string;
  afterTalk: string;
  points(points: number): string;
  movedToRight: string;
  movedAway: string;
  stayed: string;
  changed: string;
  bothRounds(people: number, others: number): string;

  question: string;
  questionHint: string;
  kind: string;
  options: string;
  points2: string;
  pointHint(index: number, count: number): string;
  addOption: string;
  removeOption(key: string): string;
  markRight(key: string): string;
  rightHint: string;
  rightOptional: string;
  rightLines: string;
  orderLater: string;
  time: string;
  timeOf(seconds: number): string;
  anonymousHint: string;
  askNow: string;
  keepDraft: string;
  discard: string;
  draftShows: string;
  missing: Record<"question" | "options" | "same" | "answer", string>;
}
