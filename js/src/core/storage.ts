// sessionStorage that may be missing, full or forbidden: then nothing is kept, and nothing breaks.

/** What is kept under `key` in this tab; `null` if nothing is. */
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

/** As `load`, of what this browser keeps for all its pages. */
export function loadLasting(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** As `save`, for all pages of this browser. */
export function saveLasting(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // It holds for this page.
  }
}
