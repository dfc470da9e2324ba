/** Put `text` on the clipboard; `near` is where a box may stand for a moment, and gets the focus back. */
export async function copyText(text: string, near: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyThroughSelection(text, near);
  }
}

import { focus } from "./focus";

/** Copies by a selection, where there is no clipboard (plain http, frames). */
function copyThroughSelection(text: string, near: HTMLElement): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr";
  near.parentElement?.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    focus(near);
  }
}
