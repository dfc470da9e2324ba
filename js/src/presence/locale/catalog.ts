import type { Standing, Status } from "../documents";

/** The strings of presence in one language. */
export interface PresenceCatalog {
  people: string;
  you(name: string): string;
  unnamed: string;
  roles: Record<string, string>;

  standing: Record<Standing, string>;
  /** The same after a number. */
  counted: Record<Standing, string>;
  handsCounted(count: number): string;
  /** How long something has lasted, in whole minutes or hours. */
  lasts(ms: number): string;
  figures(counts: readonly [Standing, number][], hands: number): string;

  myStatus: string;
  /** One's own status, as one says it. */
  own: Record<Status, string>;
  statusKept: string;
  raise: string;
  handUp: string;
  change: string;
  lower: string;
  helping(name: string): string;
  youHelp: string;
  solvedBy(name: string): string;
  solved: string;
  take: string;
  giveBack: string;
  hands(count: number): string;
  noHands: string;
  takeHand(name: string): string;
  solveHand(name: string): string;
  giveBackHand(name: string): string;
  errorOf(name: string): string;

  raiseTitle: string;
  note: string;
  noteHint: string;
  sendError: string;
  errorPreview: string;
  tooLong(over: number): string;

  everyone: string;
  newExercise: string;
  clearAll: string;
  takeBack: string;
  clear: string;
  hideNames: string;
  namesHidden: string;

  admission: string;
  newInvite: string;
  newInviteAsk: string;
  inviteIs: string;
  copyInvite: string;
  closeDoor: string;
  openDoor: string;
  doorClosed: string;
  removedPeople: string;
  nobodyRemoved: string;
  readmit(name: string): string;
  moreOf(name: string): string;
  removePerson: string;
  removeAll: string;
  removeAsk(name: string): string;
  removeAllAsk(name: string): string;
  removeOpen: string;
  remove: string;

  find(people: number): string;
  findOne: string;
  show: string;
  all: string;
  filters: Record<Standing | "hands", string>;
  range(from: number, to: number, total: number): string;
  previous: string;
  next: string;
  nobody: string;
  looking: string;
  manyHere: string;

  notOffered: string;
  unknown: string;
}
