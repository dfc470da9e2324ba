// Popups: one at a time, inside the view's own box, so that nothing of the host can cover or cut
// them.

import type { VNode } from "preact";
import { ErrorBoundary } from "./error_boundary";
import { on } from "./events";
import { focus, onEscape } from "./focus";
import { useEffect, useRef, useSignal, withHooks } from "./hooks";
import { Signal } from "./signal";

/** Between what is open and the edges of the view, in px. */
const MARGIN = 6;
const GAP = 4;

/** Something that floats over a view: where it opens, and what is in it. */
export interface Float {
  /** The element it opens at, which gets the focus back. */
  at: HTMLElement;
  content: () => VNode;
  /** The element that gets the focus instead, if `at` is gone. */
  home?: () => HTMLElement | null | undefined;
  /** Run when it opens; what it returns, when it closes. */
  during?: () => () => void;
}

/** The popup of one view: one is open at most. */
export class Floats {
  readonly open = new Signal<Float | null>(null);
  #end: (() => void) | undefined;

  show(float: Float): void {
    this.close(false);
    this.open.value = float;
    this.#end = float.during?.();
  }

  /** Open `float`, or close it if its button has it open. */
  toggle(float: Float): void {
    if (this.open.value?.at === float.at) this.close();
    else this.show(float);
  }

  /** Close what is open; unless told not to, the focus goes back to where it came from. */
  close(refocus = true): void {
    const float = this.open.value;
    if (!float) return;
    this.open.value = null;
    this.#end?.();
    this.#end = undefined;
    if (refocus) focus(float.at.isConnected ? float.at : float.home?.());
  }
}

/** Below `at` if there is room, else above, else where it is whole; never outside of `box`. */
function place(element: HTMLElement, at: HTMLElement, box: HTMLElement): void {
  const view = box.getBoundingClientRect();
  const anchor = at.getBoundingClientRect();
  const most = box.clientHeight - 2 * MARGIN;
  element.style.maxHeight = `${most}px`;
  element.style.maxWidth = `${box.clientWidth - 2 * MARGIN}px`;
  const { offsetHeight: height, offsetWidth: width } = element;
  const under = anchor.bottom - view.top + GAP;
  const over = anchor.top - view.top - GAP - height;
  const lowest = box.clientHeight - MARGIN - height;
  const top = under <= lowest ? under : over >= MARGIN ? over : lowest;
  const right = anchor.left + anchor.width / 2 > view.left + view.width / 2;
  const left = right ? anchor.right - view.left - width : anchor.left - view.left;
  element.style.top = `${Math.max(MARGIN, top)}px`;
  element.style.left = `${Math.max(MARGIN, Math.min(left, box.clientWidth - MARGIN - width))}px`;
}

interface Props {
  floats: Floats;
}

const Content = ({ of }: { of: Float }): VNode => of.content();

/** The layer at the end of a view that holds its popup. */
export const FloatLayer = withHooks(function FloatLayer({ floats }: Props): VNode | null {
  const float = useSignal(floats.open);
  const element = useRef<HTMLDivElement>();
  useEffect(() => {
    const { current } = element;
    const box = current?.parentElement;
    if (!float || !current || !box) return;
    const observer = new ResizeObserver(() => place(current, float.at, box));
    observer.observe(box);
    place(current, float.at, box);
    current.style.visibility = "";
    focus(current.querySelector<HTMLElement>("[data-first]"));
    const endPointer = on(
      document,
      "pointerdown",
      (event) => {
        const path = event.composedPath();
        if (!path.includes(current) && !path.includes(float.at)) floats.close(false);
      },
      true,
    );
    return () => {
      observer.disconnect();
      endPointer();
    };
  }, [float]);
  if (!float) return null;
  const onFocusOut = ({ relatedTarget: next }: FocusEvent): void => {
    if (next && floats.open.value === float && !element.current?.contains(next as Node)) {
      floats.close(false);
    }
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is in it has the roles
    <div
      ref={element}
      class="float"
      style={{ visibility: "hidden" }}
      onKeyDown={onEscape(() => floats.close())}
      onFocusOut={onFocusOut}
    >
      <ErrorBoundary of={float}>
        <Content of={float} />
      </ErrorBoundary>
    </div>
  );
});
