import type { Missed } from "../search";

/** What the chat says about writing, about what is new, and about searching. */
export interface WritingCatalog {
  /** New messages below, and how many of them name the reader. */
  pillFor(count: number, forMe: number): string;
  /** New messages above, of which not all are loaded. */
  pillMore(count: number): string;
  readAll: string;
  mentionsYou: string;

  replyingTo(name: string): string;
  cancelReply: string;
  editing: string;
  editingOf(name: string): string;
  gettingText: string;
  save: string;
  cancelEdit: string;
  editBox: string;
  notSaved: string;
  ask: string;
  askBox: string;
  sendIn(seconds: number): string;
  asCode: string;
  mentionable(count: number): string;

  search: string;
  searchBox: string;
  closeSearch: string;
  found(count: number, more: boolean): string;
  nothingFound: string;
  searching: string;
  /** Why the service did not look, and whether what is loaded was looked through instead. */
  missed(why: Missed["why"], local: boolean, reason: string): string;
  moreFound: string;

  /** Why something was refused: a number of the table of codes, and the service's sentence. */
  refusal(code: number, sentence: string): string;
}
