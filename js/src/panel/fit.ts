// In *Create New View for Cell Output* a panel fills the tab it is in, whatever height its cell has.

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
