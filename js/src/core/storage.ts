// sessionStorage that may be missing, full or forbidden: then nothing is kept, and nothing breaks.

export function load(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** Keep `value` under `key`; `null` forgets it. */
export function save(key: string, value: unknown): void {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // A draft that outlives the page is a courtesy.
  }
}
