const many = (count: number, one: string, more: string): string =>
  `${new Intl.NumberFormat("en").format(count)} ${count === 1 ? one : more}`;

function kept(messages: number, changes: number): string {
  const counted = [changes && many(changes, "stroke", "strokes")];
  counted.push(messages && many(messages, "message", "messages"));
  return `${counted.filter(Boolean).join(" and ")} ${messages + changes === 1 ? "is" : "are"}`;
}

export const en = {
  board: "Board",
  tools: "Tools",
  hands: {
    select: "Select",
    pen: "Pen",
    marker: "Marker",
    eraser: "Eraser",
    line: "Line",
    arrow: "Arrow",
    rectangle: "Rectangle",
    ellipse: "Ellipse",
    text: "Text",
    sticky: "Sticky note",
    laser: "Laser",
  } as Record<string, string>,
  keyOf: (name: string, key: string) => `${name} (${key})`,
  colours: "Ink",
  inks: {
    ink: "Black",
    blue: "Blue",
    green: "Green",
    amber: "Amber",
    red: "Red",
    violet: "Violet",
  } as Record<string, string>,
  widths: "Width",
  widthNames: ["Thin", "Medium", "Thick"],
  undo: "Undo",
  redo: "Redo",
  onlyStaff: "Only staff draws",
  classFollows: "Class follows my view",
  followingOf: (name: string) => `Following ${name}’s view`,
  follow: (name: string) => `Follow ${name}’s view`,
  locked: "Only staff draws.",
  lockedHint: "You can look around.",
  raiseHand: "Raise hand",
  handRaised: "Your hand is up.",
  wantsPen: "The board’s pen, please",
  pen: "Pen",
  penOf: (count: number) =>
    `Pen: ${count === 0 ? "nobody has it" : `${many(count, "person has", "people have")} it`}`,
  nobody: "Nobody is here yet",
  figurePage: "Figure as page",
  addFigure: "Add as a page",
  noFigure: "The figure is not here yet, so the page was not exported. Try again.",
  pageOf: (page: number, pages: number) => `Page ${page} of ${pages}`,
  nextPage: "Next page",
  previousPage: "Previous page",
  addPage: "Page",
  fit: "Fit",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  zoom: (percent: number) => `${percent}%`,
  more: "More for this page",
  clear: "Clear the page",
  askClear: "Erase everything on this page, for everybody?",
  removePage: "Remove the page",
  askRemove: "Remove this page, with everything on it?",
  export: "Export",
  exportSvg: "As SVG",
  exportPng: "As PNG",
  list: "List",
  listHint: "Arrow keys choose; with Shift they move; Delete erases; Enter edits a text.",
  sheet: (page: string, count: number) => `${page}: ${many(count, "thing", "things")} on it`,
  sheetHint:
    "Press L for a line, T for a text, and Enter to put one in the middle. Tab leads to the list of what is here.",
  item: (tool: string, name: string, text: string, x: number, y: number) =>
    `${tool} by ${name}${text && `: ${text}`}, at ${x}, ${y}`,
  you: "you",
  others: (count: number) => `and ${many(count, "more", "more")}`,
  writing: "Text on the board",
  empty: "Nothing on this page",
  /** Of what is kept, `messages` of the chat, and `changes`: what was drawn. */
  onOffline: (messages: number, changes: number) =>
    messages + changes
      ? `You can draw; ${kept(messages, changes)} kept.`
      : "What you draw is kept and will be sent.",
  notOffered: "There is no board in this course.",
  project: "Project the board",
};

export type BoardCatalog = typeof en;
