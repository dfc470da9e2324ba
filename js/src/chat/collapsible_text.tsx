// A message's text. What takes too many lines is folded; whether it does is measured where it
// stands, for a line holds twenty characters here and a hundred there.

import type { VNode } from "preact";
import { Button } from "../core/button";
import { useEffect, useMemo, useRef, useState, withHooks } from "../core/hooks";
import type { Body, Node } from "../core/messages";
import { plainText, Rich } from "../core/rich_text";
import type { Context } from "./words";

/** Lines a message may take before it is folded to twelve (`.folded`). */
const MOST = 14;
/** Characters a line has in a wide chat, for a first guess, and at the very least. */
const USUAL = 72;
const FEWEST = 3;

function textLines(text: string, a: number): number {
  let lines = 0;
  for (const line of text.split("\n")) lines += Math.ceil(line.length / a) || 1;
  return lines;
}

/** Lines a block will take, roughly: code does not wrap, rows of a table are higher than lines. */
function blockLines(node: Node, a: number): number {
  const text = plainText([node]);
  if (!Array.isArray(node)) return textLines(text, a);
  if (node[0] === "pre") return text.replace(/\n$/, "").split("\n").length + 1;
  if (node[0] === "table")
    return Math.max(text.split("\n").length * 1.4, a < USUAL ? textLines(text, a) : 0);
  return textLines(text, a);
}

/** Lines a message will take, with `a` characters in each. */
const lineCount = (body: Body, a: number): number =>
  typeof body === "string"
    ? textLines(body, a)
    : body.reduce<number>((lines, node) => lines + blockLines(node, a), 0);

/** Whether a text takes too many lines, folded or not; `null` while it is not laid out. */
function isTooLong(element: HTMLElement): boolean | null {
  const { clientHeight } = element;
  if (clientHeight === 0) return null;
  const { lineHeight, paddingTop, paddingBottom } = getComputedStyle(element);
  const isFolded = element.classList.contains("folded");
  const height = isFolded ? element.scrollHeight : clientHeight;
  const padding = Number.parseFloat(paddingTop) + Number.parseFloat(paddingBottom);
  return height - padding > MOST * Number.parseFloat(lineHeight) + 1;
}

const watched = new WeakMap<Element, () => void>();
const changed = new Set<Element>();

/** One for all rows; what it sees is looked at in the next frame, together. */
const sizes = new ResizeObserver((entries) => {
  if (changed.size === 0) {
    requestAnimationFrame(() => {
      const elements = [...changed];
      changed.clear();
      for (const element of elements) watched.get(element)?.();
    });
  }
  for (const { target } of entries) changed.add(target);
});

/** Call `look` whenever the size of `element` changes; returns what ends it. */
function watch(element: Element, look: () => void): () => void {
  watched.set(element, look);
  sizes.observe(element);
  return () => {
    watched.delete(element);
    sizes.unobserve(element);
  };
}

interface Props {
  body: Body;
  reachable: boolean;
}

export const CollapsibleText = withHooks(function CollapsibleText(
  { body, reachable }: Props,
  { words }: Context,
): VNode {
  const [open, setOpen] = useState(false);
  const [long, setLong] = useState(useMemo(() => lineCount(body, USUAL) > MOST, []));
  const text = useRef<HTMLDivElement>();
  useEffect(() => {
    const { current } = text;
    if (!current) return;
    const look = (): void => setLong(isTooLong(current) ?? long);
    // Before it is seen; only a text that may be long costs anything. Blocks are apart.
    if (lineCount(body, FEWEST) > MOST / 2) {
      look();
      return watch(current, look);
    }
    setLong(false);
    return;
  }, [body]);
  return (
    <>
      <div ref={text} class={`text${long && !open ? " folded" : ""}`}>
        <Rich body={body} context={{ reachable }} />
      </div>
      {long && (
        <Button
          look="fold"
          aria-expanded={open}
          tabIndex={reachable ? 0 : -1}
          onClick={() => setOpen(!open)}
        >
          {open ? words.showLess : words.showAll}
        </Button>
      )}
    </>
  );
});
