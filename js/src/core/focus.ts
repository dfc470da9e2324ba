// Where the focus goes: by keys in a list, by Escape, and when its element is removed.

import { on } from "./events";
import { useEffect } from "./hooks";

/** The element in `list` that has the focus. */
export function focusIn(list: HTMLElement | null): HTMLElement | null {
  const found = (list?.getRootNode() as ShadowRoot | undefined)?.activeElement;
  return found && list?.contains(found) ? (found as HTMLElement) : null;
}

/** The focus to an element, without scrolling. */
export const focus = (element: HTMLElement | null | undefined): void =>
  element?.focus({ preventScroll: true });

/** Whether a key is pressed together with Ctrl, Cmd or Alt. */
export const isModified = ({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean =>
  ctrlKey || metaKey || altKey;

const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 };

interface Roving {
  /** Whether the list goes round: from its last item to its first. */
  wrap?: boolean;
  /** Whether the left and right arrows move too. */
  sideways?: boolean;
}

/**
 * The place that Home, End or an arrow leads to from `at`, of `count`; `undefined` for other keys.
 * Without `wrap` the place before the first is -1, and none is after the last.
 */
export function placeAfter(
  event: KeyboardEvent,
  at: number,
  count: number,
  { wrap = false, sideways = false }: Roving = {},
): number | undefined {
  const { key } = event;
  if (isModified(event)) return undefined;
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = steps[key];
  if (!step || (!sideways && /[LR]/.test(key))) return undefined;
  if (!wrap) return Math.min(at + step, count - 1);
  return at < 0 && step < 0 ? count - 1 : (at + step + count) % count;
}

/** Move the focus by a key among `items`, of which one is a tab stop; the place it went to. */
export function moveFocus(
  event: KeyboardEvent,
  items: readonly HTMLElement[],
  roving?: Roving,
): number | undefined {
  const at = items.findIndex((item) => item.contains(event.target as Node));
  const place = placeAfter(event, at, items.length, roving);
  const item = place === undefined ? undefined : items[Math.max(place, 0)];
  if (!item) return undefined;
  event.preventDefault();
  item.focus();
  return place;
}

/** A handler that runs `act` on Escape, which then nobody else sees. */
export const onEscape =
  (act: () => void) =>
  (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

/**
 * Keep the focus in a view when the button that has it is removed, as *Close* is once a poll is
 * closed: the next key would act on the notebook. It goes to the first of `heirs` that is there,
 * which are selectors of what surrounds the button: a second Enter does nothing.
 */
export function useKeptFocus(
  view: { current: HTMLElement | null },
  heirs: (removed: Element) => readonly string[],
): void {
  useEffect(() => {
    const el = view.current as HTMLElement;
    const root = el.getRootNode() as ShadowRoot;
    let held: Element | null = null;
    let next: readonly string[] = [];
    const onFocus = ({ target }: Event): void => {
      held = target as Element;
      next = heirs(held);
    };
    const onBlur = ({ target }: Event): void => {
      // An element that is removed blurs before it is gone.
      queueMicrotask(() => {
        if (held === target && held?.isConnected) held = null;
      });
    };
    const watch = new MutationObserver(() => {
      if (!held || held.isConnected) return;
      held = null;
      if (root.activeElement || document.activeElement !== document.body) return;
      const heir = next.map((one) => el.querySelector<HTMLElement>(one)).find((one) => one);
      if (!heir) return;
      if (heir.tabIndex < 0) heir.tabIndex = -1;
      focus(heir);
    });
    const ends = [on(el, "focusin", onFocus), on(el, "focusout", onBlur)];
    watch.observe(el, { childList: true, subtree: true });
    return () => {
      for (const end of ends) end();
      watch.disconnect();
    };
  }, []);
}
