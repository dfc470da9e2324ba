// Moving the focus by keys.

/** The elements in `root` that match `selector`, in order. */
export const findAll = (root: ParentNode | null | undefined, selector: string): HTMLElement[] => [
  ...(root?.querySelectorAll<HTMLElement>(selector) ?? []),
];

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

/** Whether a key is pressed once, by itself, where no text is written and no popup has its own. */
export const isShortcut = (event: KeyboardEvent): boolean =>
  !(isModified(event) || event.repeat) &&
  !(event.composedPath()[0] as Element | undefined)?.closest?.(
    "textarea, input:not([type=radio], [type=checkbox]), .float, [role=dialog]",
  );

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
