/** Listen to `target` for all of `types`, by spaces. Returns what ends it. */
export function on(
  target: EventTarget,
  types: string,
  run: (event: Event) => void,
  options?: boolean | AddEventListenerOptions,
): () => void {
  const each = types.split(" ");
  for (const type of each) target.addEventListener(type, run, options);
  return () => {
    for (const type of each) target.removeEventListener(type, run, options);
  };
}
