// What is done to the text in the box, without any box.

import { focus } from "../core/focus";

const MOST_CHARACTERS = 8_000;

/** The length of a text that is too long, counted as the kernel does (an emoji is one). */
export function tooLong(text: string): { length: number; most: number } | null {
  const { length } = [...text];
  return length > MOST_CHARACTERS ? { length, most: MOST_CHARACTERS } : null;
}

/** Put the selection between code fences on lines of their own. */
export function insertCode(area: HTMLTextAreaElement): void {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const selected = value.slice(start, end);
  const before = start > 0 && value[start - 1] !== "\n" ? "\n" : "";
  const after = end < value.length && value[end] !== "\n" ? "\n" : "";
  const fence = fenceFor(selected);
  const opening = `${before}${fence}\n`;
  area.setRangeText(`${opening}${selected}\n${fence}${after}`, start, end, "end");
  const caret = start + opening.length;
  focus(area);
  area.setSelectionRange(caret, caret + selected.length);
}

/** A fence longer than any in `code`. */
function fenceFor(code: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length));
  return "`".repeat(longest + 1);
}

const codeLine =
  /^(\s{2,}|\t)\S|[{}();:,\\]$|^\s*(def|class|import|from|for|if|elif|else|while|return|print|with|try|const|let|var|function|async)\b|[\w\])]\s*[-+*/]?=\s*\S|\w\(|^\s*([@%!$#]|>>> )/;

/** Whether `text` is several lines of what looks like code rather than prose. */
export function looksLikeCode(text: string): boolean {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length < 2 || text.includes("```")) return false;
  const like = lines.filter((line) => codeLine.test(line.trimEnd())).length;
  return like * 3 >= lines.length * 2;
}

/** Whether the end of `text` is between fences. */
export const isInFence = (text: string): boolean =>
  (text.match(/^\s*`{3,}/gm) ?? []).length % 2 === 1;
