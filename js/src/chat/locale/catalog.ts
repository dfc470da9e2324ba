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
  tooLong(count: number, most: number): string;
  typing(names: readonly string[], people: number): string;
  pill(count: number): string;
  divider: string;
  reactions: string;
  reaction(emoji: string, count: number, own: boolean): string;
  inReplyTo: string;
  showAll: string;
  showLess: string;
  loading: string;
}
