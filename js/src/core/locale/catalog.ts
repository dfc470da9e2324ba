/** A banner's words: what is so, in bold, and what follows from it. */
export interface Notice {
  lead: string;
  rest: string;
  /** What changes each second, and so is not read out each time. */
  next?: string;
}

/** Every string of one language. */
export interface Catalog {
  lang: string;
  chat: string;
  here(people: number): string;
  others(people: number): string;
  you: string;
  unnamed: string;
  roles: Record<string, string>;
  edited: string;

  live: string;
  connecting: string;
  reconnecting: string;
  offline: string;
  notConnected: string;

  onReconnecting(kept: number): string;
  onOffline(kept: number): string;
  nextTry(seconds: number): string;
  kept(count: number): string;
  onBusy: Notice;
  onGone: Notice;
  onClosed: Notice;
  onStopped(reason: string): Notice;
  onForbidden(course: string, reason: string): Notice;
  askInstructor: string;
  retryNow: string;

  empty: string;
  emptyHint(course: string): string;
  composer: string;
  readonly: string;
  send: string;
  insertCode: string;
  copyCode: string;
  copied: string;
  code: string;

  pending: string;
  queued: string;
  slowed(seconds: number): string;
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

  today: string;
  yesterday: string;
}
