/** What has the focus in `list`. */
export function focusIn(list: HTMLElement | null): HTMLElement | null {
  const found = (list?.getRootNode() as ShadowRoot | undefined)?.activeElement;
  return found && list?.contains(found) ? (found as HTMLElement) : null;
}
