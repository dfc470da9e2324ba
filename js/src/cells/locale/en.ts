const { format } = new Intl.NumberFormat("en");

const many = (number: number, thing: string): string =>
  `${format(number)} ${thing}${number === 1 ? "" : "s"}`;

export const en = {
  cells: "Cells",
  count: (number: number) => many(number, "cell"),
  follow: "Follow",
  following: "Following",
  newCells: (number: number) => many(number, "new cell"),
  empty: "No cells yet",
  emptyHint: (name: string) =>
    name
      ? `They appear here as ${name} runs them.`
      : "They appear here as an instructor runs them.",
  notOffered: "Not offered here",
  notOfferedHint: "This service does not offer cells.",
  emptyStaff: "Share this notebook, and the class sees each cell that you run.",
  pausedAt: (name: string, time: string) => `${name} has paused at ${time}`,
  older: "Older cells",

  cellBy: (number: number, name: string) => `Cell ${number} of ${name}`,
  runningFor: (seconds: number) => `Running for ${format(seconds)}\u00a0s`,
  sameAs: (number: number) => `Same as your [${number}]`,
  differs: (number: number, lines: number) => `Your [${number}] differs in ${many(lines, "line")}`,
  compare: "Compare",
  compareMine: "Compare with mine",
  insert: "Insert into a new cell",
  again: "Run again",
  times: (times: number, lines: number) =>
    `${format(times)}${["th", "st", "nd", "rd"][times % 100 > 10 && times % 100 < 14 ? 0 : times % 10] ?? "th"} time, ${lines ? `${many(lines, "line")} changed` : "not changed"}`,
  showChanges: "Show changes",
  hideChanges: "Hide changes",
  againAs: (number: number) => `Run again as [${number}]`,
  traceback: (lines: number) => `Traceback, ${many(lines, "line")}`,
  output: "Output",
  source: "Source",
  errors: "Error output",

  cut: (shown: number, total: number, unit: string) =>
    ({
      lines: `${format(shown)} of ${format(total)} lines`,
      rows: `First ${format(shown)} of ${format(total)} rows`,
      columns: `First ${format(shown)} of ${format(total)} columns`,
      outputs: `${format(shown)} of ${format(total)} outputs`,
    })[unit] ?? `First ${format(shown)} of ${format(total)} characters`,
  notes: {
    picture: "A picture, not shared",
    large_picture: "A picture of more than 1 MiB, not shared",
    broken_picture: "A picture that cannot be read, not shared",
    widget: "A widget, not shared",
    outputs: "More outputs, not shared",
    large: "Too large to be shared",
  } as Record<string, string>,
  note: (type: string) => `${type}, not shared`,

  sideBySide: "Side by side",
  oneColumn: "One column",
  layout: "How the comparison is shown",
  linesDiffer: (lines: number) =>
    lines === 0
      ? "No line differs"
      : `${many(lines, "line")} ${lines === 1 ? "differs" : "differ"}`,
  you: "You",
  before: "Before",
  yourCell: "Your cell",
  insertTheirs: (name: string) => `Insert ${name}'s below mine`,
  yoursStays: "Yours stays as it is. Nobody else sees this comparison.",
  close: "Close",
  theirs: "theirs",
  mine: "mine",

  missed: (number: number) => `You missed ${many(number, "cell")}`,
  between: (from: string, to: string) => (from === to ? `, ${from}.` : `, ${from} to ${to}.`),
  catchUp: "Catch up",
  startNewest: "Start at the newest",
  notInYours: "Not in yours",
  yoursDiffers: (number: number) => `Your [${number}] differs`,
  insertMany: (number: number) => `Insert ${format(number)} below the active cell`,
  copyMany: (number: number) => `Copy ${format(number)}`,
  nothingChanged: "Nothing of yours is changed or run.",

  sharing: "Sharing this notebook",
  withYou: (number: number) => `${format(number)} with you`,
  share: "Share this notebook",
  pause: "Pause",
  paused: "Paused",
  notShared: (number: number) =>
    `${many(number, "cell")} ${number === 1 ? "is" : "are"} not shared`,
  resume: "Resume",
  resumeAll: (number: number) => `Resume and share the ${format(number)}`,
  stop: "Stop sharing",
  private: "Not shared",
  privateCell: "private cell",
  tooMany: "too many at once",
  takeBack: "Take back",
  sharingMenu: "More about sharing",
};
