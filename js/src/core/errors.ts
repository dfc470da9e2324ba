// Errors are reported once, and do not spread.

/** The most different errors that a page reports. */
const MOST_TOLD = 50;

const told = new Set<string>();

/** Write `error` to the console, once. */
export function report(error: unknown): void {
  const text = String((error as Error | null)?.stack ?? error);
  if (told.has(text) || told.size === MOST_TOLD) return;
  told.add(text);
  console.error("[edu-widgets]", error);
}

/** Run `act` and give its result; what it throws is reported, and goes no further. */
export function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    report(error);
    return undefined;
  }
}
