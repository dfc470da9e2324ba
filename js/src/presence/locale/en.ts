import type { CountedStatus } from "../documents";

const { format } = new Intl.NumberFormat("en");

const unit = (name: "minute" | "hour") =>
  new Intl.NumberFormat("en", { style: "unit", unit: name, unitDisplay: "short" });
const minutes = unit("minute");
const hours = unit("hour");

const counted: Record<CountedStatus, string> = {
  stuck: "stuck",
  done: "done",
  following: "following",
  none: "no answer",
  away: "away",
};

const hands = (count: number): string => `${format(count)} ${count === 1 ? "hand" : "hands"}`;

export const en = {
  people: "People",
  you: (name: string) => `${name} (you)`,
  unnamed: "Somebody",
  roles: { instructor: "Instructor", admin: "Admin" } as Record<string, string>,

  standing: {
    stuck: "Stuck",
    done: "Done",
    following: "Following",
    none: "No answer",
    away: "Away",
  },
  /** The same after a number. */
  counted,
  handsCounted: (count: number): string => (count === 1 ? "hand" : "hands"),
  /** How long something has lasted, in whole minutes or hours. */
  lasts: (ms: number) =>
    ms < 60_000
      ? "now"
      : ms < 3_600_000
        ? minutes.format(Math.floor(ms / 60_000))
        : hours.format(Math.floor(ms / 3_600_000)),
  figures: (counts: readonly [CountedStatus, number][], up: number) =>
    [...counts.map(([name, count]) => `${format(count)} ${counted[name]}`), hands(up)].join(", "),

  myStatus: "My status",
  /** One's own status, as one says it. */
  own: { following: "Following", done: "Done", stuck: "Stuck" },
  statusKept: "Kept; it is sent once you are connected.",
  raise: "Raise hand",
  handUp: "Your hand is up",
  change: "Change",
  lower: "Lower",
  helping: (name: string) => `${name} is helping`,
  youHelp: "You are helping",
  solvedBy: (name: string) => `${name} has marked it as solved.`,
  solved: "Solved",
  take: "Take",
  giveBack: "Give back",
  hands: (count: number) => `${hands(count)}, longest wait first`,
  noHands: "No hands up",
  takeHand: (name: string) => `Take: help ${name}`,
  solveHand: (name: string) => `Solved: ${name} has been helped`,
  giveBackHand: (name: string) => `Give back: no longer help ${name}`,
  errorOf: (name: string) => `The error of ${name}`,

  raiseTitle: "Raise your hand",
  note: "What is it about?",
  noteHint: "Optional, for instructors only.",
  sendError: "Send the error with it?",
  errorPreview: "What would be sent",
  tooLong: (over: number) => `${format(over)} characters too many`,

  everyone: "Everyone, stuck first",
  newExercise: "New exercise",
  clearAll: "Clear all statuses?",
  takeBack: "Press again to take it back",
  clear: "Clear",
  hideNames: "Hide names",
  namesHidden: "Names, notes and errors are hidden.",

  admission: "Who may join",
  newInvite: "New invite",
  newInviteAsk: "End the present invite? Whoever is in stays.",
  inviteIs: "Students join with",
  copyInvite: "Copy",
  closeDoor: "Close the door",
  openDoor: "Open the door",
  doorClosed: "The door is closed: nobody new gets in.",
  removedPeople: "Removed",
  nobodyRemoved: "Nobody was removed",
  readmit: (name: string) => `Readmit ${name}`,
  moreOf: (name: string) => `More about ${name}`,
  removePerson: "Remove from the course",
  removeAll: "Remove with all who came the same way",
  removeAsk: (name: string) => `Remove ${name}? They are out at once, until readmitted.`,
  removeAllAsk: (name: string) =>
    `Remove ${name} and every student who came by the same invite from the same address? A class behind one router has one address.`,
  removeOpen:
    "With the present invite they can come back as somebody new: make a new one afterwards.",
  remove: "Remove",

  find: (people: number) => `Find one of ${format(people)}`,
  findOne: "Find a person",
  show: "Show",
  all: "All",
  filters: {
    stuck: "Stuck",
    hands: "Hands",
    following: "Following",
    none: "No answer",
    away: "Away",
    done: "Done",
  },
  range: (from: number, to: number, total: number) =>
    `${format(from)}–${format(to)} of ${format(total)}`,
  previous: "Previous",
  next: "Next",
  nobody: "Nobody",
  looking: "Looking",
  manyHere: "Who is here",

  notOffered: "This course does not tell who is here.",
  unknown: "Who is here will be known again once you are connected.",
};

/** The texts of one language; the English ones say which there are. */
export type PresenceCatalog = typeof en;
