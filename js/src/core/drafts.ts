import { Signal } from "./signal";
import { load, save } from "./storage";

const drafts = new Map<string, Signal<string>>();

/** The unsent text of a course: shared by its views, kept over re-runs and reloads. */
export function draftOf(course: string): Signal<string> {
  const key = `edu-widgets:draft:${course}`;
  const known = drafts.get(key);
  if (known) return known;
  const stored = load(key);
  const draft = new Signal(typeof stored === "string" ? stored : "");
  draft.subscribe(() => save(key, draft.value || null));
  drafts.set(key, draft);
  return draft;
}
