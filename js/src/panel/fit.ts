// How high the panel is: in *Create New View for Cell Output* it fills the tab it is in, whatever height its
// cell has; and what is in its own tabs is as high as they are, so that nothing jumps from one to another.

import { LINKED_OUTPUT } from "../core/jupyter";

/** Below this there is nothing to read; the tab scrolls. */
const LEAST = 160;

/** What is smaller is rounding, or the same again. */
const ENOUGH = 2;

/**
 * Keep the tabs' contents as high as there is room, and say how high by `onHeight`; elsewhere do
 * nothing. `height` is what they have by then. Returns what ends it.
 */
export function fill(
  view: HTMLElement,
  height: () => number,
  onHeight: (height: number) => void,
): () => void {
  let around: Element | null = null;
  const observer = new ResizeObserver(() => {
    if (!around) {
      around = (view.getRootNode() as ShadowRoot).host?.closest(LINKED_OUTPUT) ?? null;
      if (around) observer.observe(around);
    }
    const { height: has } = view.getBoundingClientRect();
    if (!around || has === 0) return;
    const place = around.getBoundingClientRect();
    // As far below as above: what the output has around it.
    const above = view.getBoundingClientRect().top - place.top + around.scrollTop;
    const room = place.height - above - Math.min(above, 16);
    const next = Math.max(LEAST, Math.round(height() + room - has));
    if (Math.abs(next - height()) >= ENOUGH) onHeight(next);
  });
  observer.observe(view);
  return () => observer.disconnect();
}

/**
 * Keep the content of a tab no higher than the tab: what scrolls in it has what its header and its box
 * to write in leave. Returns what ends it.
 */
export function keepTo(content: HTMLElement, height: number): () => void {
  let inner = height;
  let frame = 0;
  const look = (): void => {
    const { height: has } = content.getBoundingClientRect();
    const next = Math.min(height, Math.max(LEAST, Math.round(inner + height - has)));
    if (has === 0 || Math.abs(next - inner) < ENOUGH) return;
    inner = next;
    content.style.setProperty("--panel-h", `${inner}px`);
  };
  const observer = new ResizeObserver(() => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(look);
  });
  observer.observe(content);
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
    content.style.removeProperty("--panel-h");
  };
}
