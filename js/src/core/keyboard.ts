// Which keys stay with a widget that has the focus, and which go on to the notebook around it.

import { endAll, on } from "./events";

/** With Ctrl or Cmd about what has the focus: all of it, copy, paste, cut. */
const SELECTION = "acvx";
/** With Ctrl or Cmd, and Shift too, about a text that is being written. */
const WRITING = "vyz";
/** With Ctrl and Shift JupyterLab merges and splits cells by them. */
const CELLS = "m-_";

const BOXES = "textarea, select, input:not([type=checkbox], [type=radio]), [contenteditable]";

/** Whether a key belongs to an input method that is still composing (Safari says 229). */
const isComposing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;

/**
 * Whether the notebook must not see a key that is pressed inside a widget.
 *
 * It would delete, run or merge cells for whatever has the focus here, so only accelerators of one
 * character go through, as Ctrl+S; from where text is written also none that edits.
 */
export function staysInside(event: KeyboardEvent): boolean {
  const { ctrlKey, metaKey, altKey, shiftKey } = event;
  // What fills in a form tells of keys without any.
  const key = (event.key ?? "").toLowerCase();
  if (!(ctrlKey || metaKey || altKey) || key.length !== 1 || CELLS.includes(key)) return true;
  if (!shiftKey && SELECTION.includes(key)) return true;
  const target = event.composedPath()[0];
  if (!(target instanceof Element && target.closest(BOXES))) return false;
  // Alt, and Ctrl+Alt as AltGr, write letters.
  return altKey || WRITING.includes(key);
}

/**
 * Keep the keys that stay inside `host` from the notebook, and those of an input method that is
 * composing from everybody: no handler of a box has to tell them apart.
 */
export function guardKeyboard(host: HTMLElement): () => void {
  // JupyterLab looks at a key on its way down, before anything in here, and asks for this mark.
  const suppress = (event: Event): void => {
    if (!event.composedPath().includes(host)) return;
    if (isComposing(event as KeyboardEvent)) event.stopPropagation();
    if (staysInside(event as KeyboardEvent)) host.dataset.lmSuppressShortcuts = "true";
    else delete host.dataset.lmSuppressShortcuts;
  };
  const keep = (event: Event): void => {
    if (!(event instanceof KeyboardEvent) || staysInside(event)) event.stopPropagation();
  };
  host.dataset.lmSuppressShortcuts = "true";
  const ends = [
    on(window, "keydown keypress keyup", suppress, true),
    on(host, "keydown keypress keyup cut copy paste", keep),
  ];
  return endAll(ends);
}
