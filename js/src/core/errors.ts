// What goes wrong in one place is told once, and costs the others nothing.

/** How many different errors a page tells of. */
const MOST_TOLD = 50;

const told = new Set<string>();

/** Write `error` to the console, once. */
export function report(error: unknown): void {
  const text = String((error as Error | null)?.stack ?? error);
  if (told.has(text) || told.size === MOST_TOLD) return;
  told.add(text);
  console.error("[edu-widgets]", error);
}

/** Run `act`; what it throws is reported, and goes no further. */
export function attempt(act: () => void): void {
  try {
    act();
  } catch (error) {
    report(error);
  }
}
