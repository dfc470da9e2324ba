const { format } = new Intl.NumberFormat("en");

const unit = (name: "minute" | "hour") =>
  new Intl.NumberFormat("en", { style: "unit", unit: name, unitDisplay: "short" });
const minutes = unit("minute");
const hours = unit("hour");

export const en = {
  progress: "Progress",
  exercises: "Exercises",
  manyPeople: (count: number) => `${format(count)} ${count === 1 ? "person" : "people"}`,
  ownDone: (done: number, all: number) => `${format(done)} of ${format(all)} done`,
  unnamed: "Somebody",

  counted: { done: "done", stuck: "stuck", working: "working", none: "not started" },
  /** The four numbers of a bar. */
  figures: (title: string, done: number, stuck: number, working: number, none: number) =>
    `${title}: ${format(done)} done, ${format(stuck)} stuck, ${format(working)} working, ${format(none)} not started`,
  now: "Now",

  done: "Done",
  running: "Running",
  attempt: (count: number) => `attempt ${format(count)}`,
  passed: (passed: number, all: number) => `${format(passed)} of ${format(all)}`,
  passedChecks: (passed: number, all: number) => `${format(passed)} of ${format(all)} checks`,
  check: (number: number) => `Check ${format(number)}:`,
  waits: "Passed here, not yet counted",
  waitsToo: "Not yet counted",
  again: "Put %check into a new cell",
  checkCell: "Check",
  hintFrom: (name: string) => `Hint from ${name}`,
  classDone: (done: number, all: number) => `${format(done)} of ${format(all)} have done`,
  private: "Your checks are seen by you and your instructors.",
  noExercises: "No exercises yet",
  noExercisesHint: "Run lesson.progress.exercise(…) to give the class one.",
  notBegun: "They appear here when your instructor gives them.",

  sameFailure: "Same failure, most people first",
  noFailures: "No failures",
  inExercise: "in",
  numbered: (number: number) => `check ${format(number)}`,
  first: (ago: string) => (ago ? `first ${ago} ago` : "first just now"),
  sendHintTo: (people: number) => `Send a hint to these ${format(people)}`,
  sendHintToOne: "Send a hint",
  hintAgain: "Hint again",
  onlyThese: (people: number) =>
    people === 1 ? "Only this one person sees it." : `Only these ${format(people)} see it.`,
  sendTo: (people: number) => `Send to ${format(people)}`,
  hintText: "Hint",
  hintSent: (time: string) => `hint sent ${time}`,
  doneSince: (done: number, all: number) => `${format(done)} of ${format(all)} done since`,
  more: (groups: number) =>
    groups === 1
      ? "1 more failure of one person"
      : `${format(groups)} more failures, each of one person`,
  show: "Show",

  everyone: "Everyone, stuck longest first",
  name: "Name",
  sinceWhen: "since",
  /** How long something has lasted, in whole minutes or hours. */
  lasts: (ms: number) =>
    ms < 60_000
      ? ""
      : ms < 3_600_000
        ? minutes.format(Math.floor(ms / 60_000))
        : hours.format(Math.floor(ms / 3_600_000)),
  stuckFor: (time: string) => (time ? `stuck for ${time}` : "stuck just now"),
  idleFor: (time: string) => `no progress for ${time}`,
  notBegunCell: "not started",
  find: (people: number) => `Find one of ${format(people)}`,
  findOne: "Find a person",
  filters: { all: "All", stuck: "Stuck", idle: "No progress", working: "Working", done: "Done" },
  showOnly: "Show",
  nobody: "Nobody",

  hideNames: "Hide names",
  namesHidden: "Names, small groups and messages are hidden.",
  options: "Options",
  shareCounts: "Show the class how many have done it",
  notOffered: "This course has no exercises.",
};

/** The texts of one language; the English ones say which there are. */
export type ProgressCatalog = typeof en;
