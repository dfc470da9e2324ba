/** A banner's words: what is so, in bold, and what follows from it. */
export interface Notice {
  lead: string;
  rest: string;
  /** What changes each second, and so is not read out each time. */
  next?: string;
}

/** The strings of one language that every widget may need. */
export interface Catalog {
  lang: string;
  here(people: number): string;
  others(people: number): string;

  live: string;
  connecting: string;
  reconnecting: string;
  offline: string;
  notConnected: string;

  /** Of what is kept, `messages`, and `changes` that are none. */
  onReconnecting(messages: number, changes: number): string;
  onOffline(messages: number, changes: number): string;
  nextTry(seconds: number): string;
  kept(messages: number, changes: number): string;
  onBusy: Notice;
  onRehearsal: Notice;
  onGone: Notice;
  onClosed: Notice;
  onServiceEnded: Notice;
  startAgain: string;
  codeCopied: string;
  onStopped(reason: string): Notice;
  onForbidden(course: string, reason: string): Notice;
  onRemoved(course: string): Notice;
  askInstructor: string;
  retryNow: string;
  language: string;
  asBrowser: string;
  cancel: string;

  copyCode: string;
  copied: string;
  insertCell: string;
  inserted: string;
  code: string;
  wideTable: string;

  /** Of what somebody did that the kernel has not answered. */
  notDone: string;
  /** Of what somebody wrote that no kernel has taken for 12 hours. */
  notSent: string;

  /** In place of what cannot be drawn: a view, or one thing in it. */
  viewNotShown: string;
  notShown: string;

  today: string;
  yesterday: string;
}
