const { format } = new Intl.NumberFormat("en");

export const en = {
  notes: "Notes",
  mine: "Mine",
  class: "Class",
  shown: (tab: string, count: number) => `${tab}, ${format(count)}`,

  private: "Private",
  shared: "Shared with the class",
  edited: (time: string) => `edited ${time}`,
  updated: (time: string) => `updated ${time}`,
  states: {
    pending: "Saving",
    queued: "Kept until connected",
    slowed: "Kept, sent in a moment",
    held: "Kept from before",
    failed: "Not saved",
  } as Record<string, string>,
  cell: (number: number) => `Cell [${number}]`,

  write: "Write a note",
  writeHint: "Ctrl+Enter keeps it",
  keep: "Keep the note",
  edit: "Edit",
  editBox: "Edit the note",
  done: "Done",
  discard: "Discard the changes",
  tieTo: (what: string) => `Tie to ${what}`,
  untie: (what: string) => `Not about ${what}`,

  share: "Share",
  askShare: (course: string) => `Share with everybody in ${course}?`,
  shareHint: "Your name stands with it; you can take it back.",
  takeBack: "Take back",
  more: "More for this note",
  delete: "Delete",
  askDelete: "Delete this note for good?",
  askDeleteShared: "Delete this note for good, for the class too?",
  tryAgain: "Edit again",

  lessonNotes: "Lesson notes",
  fromClass: "From the class, in the order of the lesson",
  you: "You",
  via: (name: string) => `via ${name}`,
  instructor: "Instructor",
  admin: "Administrator",
  like: "Like",
  liked: (count: number) => (count === 1 ? "1 person likes it" : `${format(count)} people like it`),
  copyToMine: "Copy to mine",
  copied: "Copied",
  remove: "Take from the class",
  askRemove: "Take this note from the class? Its author keeps it.",
  showAll: "Show all",
  showLess: "Show less",
  earlier: "Show earlier notes",

  export: "Export",
  exportTitle: "Export as notebook",
  exportMine: "Your own notes are in it.",
  withClass: "With the notes of the class",
  withNames: "With names",
  save: "Save the file",

  nothingMine: "No notes yet",
  nothingMineHint: "What you write here only you can see, until you share it.",
  nothingShared: "Nobody has shared a note yet",
  nothingSharedHint: "Lesson notes of your instructor come first, then the others.",
  notOffered: "This course has no notes.",
};

/** The texts of one language; the English ones say which there are. */
export type NotesCatalog = typeof en;
