/** A sentence around a number that stands out. */
export type Parts = readonly [before: string, count: string, after: string];

const { format } = new Intl.NumberFormat("en");

const duration = (seconds: number): string =>
  seconds >= 120 && seconds % 60 === 0
    ? `${format(seconds / 60)}\u00a0min`
    : `${format(seconds)}\u00a0s`;

const kept = (messages: number, changes: number): string =>
  messages + changes
    ? "What waits is kept and will be sent."
    : "Votes are kept, and count if they arrive before the poll closes.";

export const en = {
  poll: "Poll",
  polls: "Polls",
  kinds: {
    single: "Single choice",
    multiple: "Multiple choice",
    scale: "Scale",
    number: "Number",
    text: "Short text",
    ordering: "Ordering",
    predict: "Predict the output",
  },
  draft: "Draft",
  round: (number: number) => `Round ${format(number)}`,
  rounds: "Rounds",
  bothOf: (before: number, after: number) => `Rounds ${format(before)} and ${format(after)}`,
  /** Said to those who do not see it, as it becomes so. */
  now: {
    open: "The poll is open.",
    closed: "The poll is closed.",
    revealed: "Results are shown.",
  } as Record<string, string>,
  /** How many rounds there were. */
  rounds2: (count: number) => `${format(count)} rounds`,
  stateOf: { open: "Open", closed: "Closed" } as Record<string, string>,
  option: (key: string) => `Option ${key}`,

  empty: "No poll is open",
  emptyHint: "When one opens, it appears here.",
  emptyStaff: "Ask in one line, or write one here:",
  example: 'lesson.polls.ask("2 ** 3 ** 2?", [512, 64])',
  noPolls: "Nothing was asked yet.",
  readonly: "You can read here, but not vote.",
  onReconnecting: kept,
  onOffline: kept,
  onBusy: { lead: "The kernel is busy.", rest: "Your vote is sent when the cell ends." },

  vote: "Vote",
  change: "Change",
  send: "Send",
  several: "Choose all that apply.",
  sortHint: "Put them in order, then vote.",
  up: "Up",
  down: "Down",
  moved: (name: string, place: number, count: number) =>
    `${name}: place ${format(place)} of ${format(count)}`,
  yourNumber: "Your number",
  yourText: "A word or two",
  noNumber: "That is not a number.",
  understood: (number: string) => `Understood as ${number}`,
  mine: "Your vote",
  mineIs: "Your vote:",
  before: (round: number) => `Your vote in round ${format(round)}:`,
  states: {
    pending: "Sending",
    queued: "Kept, not yet counted",
    counted: "Counted",
    late: "Too late, not counted",
    failed: "Not counted",
  },
  canChange: "You can change it until the poll closes.",
  timeUp: "Time is up.",
  secondsLeft: (seconds: number) =>
    `${format(seconds)} ${seconds === 1 ? "second" : "seconds"} left`,
  dismiss: "Dismiss",
  closed: { lead: "Closed.", rest: "Talk it over." },
  anonymous:
    "Anonymous: nobody can see who chose what, instructors included. Under 5 answers no counts are shown.",
  anonymousEnded: "Anonymous: the single votes were deleted when it ended.",
  anonymousShort: "Anonymous",
  /** Said before people vote: their answer is read by name. */
  named: "Your answer is shown to the instructor with your name.",
  namedShort: "With names",
  /** Said before people vote: everybody sees the counts. */
  liveNote: "Everybody sees the counts while it is open.",
  liveShort: "Live counts",
  edited: (time: string) => `The question was edited ${time}`,
  severalOpen: (count: number) => `${format(count)} polls are open`,
  otherPoll: "Show the other",
  /** Before what was picked or written and not sent in time. */
  unsent: "Not sent in time, not counted:",
  gone: "This poll was deleted",

  answered: (count: number, of: number | null): Parts => [
    "",
    format(count),
    of === null ? " answered" : ` of ${format(of)} answered`,
  ],
  whoIsMissing: "Who has not answered",
  notYet: (count: number) => `${format(count)} of those here:`,
  noneMissing: "Everybody here has answered.",
  hush: "Results stay hidden, on this screen too.",
  draftHint: "Only instructors see it",
  answerKept: "its answer is kept hidden",
  saving: "Saving",
  openFor: (seconds: number) => (seconds > 0 ? duration(seconds) : "no timer"),
  open: "Open",
  close: "Close",
  moreTime: (seconds: number) => `+${duration(seconds)}`,
  reveal: "Reveal",
  revealMore: "What to reveal",
  revealCounts: "Reveal counts",
  revealAnswer: "Reveal answer",
  chooseAnswer: "Choose the answer…",
  whichIsRight: "Which answer is correct?",
  rightNumber: "The correct number",
  tolerance: "Tolerance",
  revote: "Vote again",
  revoteTime: "Time to vote again",
  next: "Next question",
  nextOne: "Next",
  peek: "Show to me only",
  peekAnonymous: "Hidden until closed",
  hide: "Hide",
  onlyYou: "Only you see this.",
  suggestions: {
    move_on: "Most are right: move on.",
    discuss: "Let them talk it over, then vote again.",
    explain: "Few are right: explain it again, then vote again.",
  } as Record<string, string>,
  keep: "Keep in notebook",
  kept1: "Kept in a new cell",
  keptCode: "Code copied: run it in a cell",
  moreOf: "More",
  newPoll: "New poll",
  allPolls: "All polls",
  projector: "Projector mode",
  remove: "Delete",
  removePoll: "Delete this poll",
  edit: "Edit",
  saveDraft: "Save",
  duplicate: "Duplicate as draft",
  moveUp: "Move up",
  moveDown: "Move down",
  confirmDestroy: "Reveal for good? The single votes are deleted: nobody can vote again.",
  confirmRemove: "Delete it with all its votes?",
  drafts: "Prepared",
  history: "Asked",

  correct: "Correct",
  people: (count: number): string => (count === 1 ? "person" : "people"),
  peopleOf: (count: number) => `${format(count)} ${count === 1 ? "person" : "people"}`,
  peopleHead: "People",
  answer: "Answer",
  share: "Share",
  table: "Table",
  asTable: "Numbers by how many people gave them; the same is in the table.",
  notListed: "Other answers",
  few: "Too few answered to show counts.",
  nobody: "Nobody answered.",
  rightOnes: (count: number, share: string) => `${format(count)} correct (${share})`,
  median: (value: string) => `Median ${value}`,
  meanPlace: "mean place",
  vouched: (count: number) => `${format(count)} through a shared notebook`,
  furtherOut: (count: number) => `${format(count)} further out:`,
  others: (count: number) => `and ${format(count)} more`,
  singles: (count: number) => (count === 1 ? "1 more answer" : `${format(count)} more answers`),
  removed: (count: number) =>
    `${count === 1 ? "1 answer" : `${format(count)} answers`} removed by an instructor`,
  hideText: "Hide from students",
  showText: "Show to students",
  showHidden: "Show a hidden answer again",
  hiddenText: "Hidden from students",
  mergeWith: "Count together with",
  splitText: "Count apart again",
  takeOut: "Remove",
  confirmTakeOut: "Remove this answer for everybody, for good?",
  fewer: "Fewer",
  compare: "Compare rounds",
  afterTalk: "after talking it over",
  points: (points: number) =>
    points === 0 ? "±0" : `${points > 0 ? "+" : "\u2212"}${format(Math.abs(points))} points`,
  movedToRight: "moved to correct",
  movedAway: "moved away",
  stayed: "stayed",
  changed: "changed",
  bothRounds: (people: number, others: number) =>
    `${format(people)} ${people === 1 ? "person" : "people"} answered both rounds${
      others > 0 ? `; ${format(others)} more moved between other options` : ""
    }.`,

  question: "Question",
  questionHint: "Markdown: `code`, **bold**, ``` blocks",
  kind: "Kind",
  options: "Options",
  points2: "Points of the scale",
  pointHint: (index: number, count: number): string =>
    index === 0 ? "Lowest" : index === count - 1 ? "Highest" : "May stay empty",
  addOption: "Add",
  removeOption: (key: string) => `Remove option ${key}`,
  markRight: (key: string) => `Option ${key} is correct`,
  rightHint: "Mark what is correct, or choose it when you reveal.",
  rightOptional: "Correct answer (optional)",
  rightLines: "Each in a line of its own",
  orderLater: "You choose the correct order when you reveal.",
  time: "Timer",
  timeOf: (seconds: number) => (seconds > 0 ? duration(seconds) : "None"),
  anonymousHint: "Nobody sees who chose what, you included.",
  askNow: "Ask now",
  keepDraft: "Keep as draft",
  discard: "Discard",
  draftShows: "A draft shows how it will look; only instructors see it.",
  missing: {
    question: "Write a question.",
    options: "Two options at least, please.",
    same: "Two options are the same.",
    answer: "The correct answer is not a number.",
  },
};

/** The texts of one language; the English ones say which there are. */
export type PollsCatalog = typeof en;
