// The view of a course that is projected to a class: one of this page's at most.

import type { Connection } from "./connection";
import { on } from "./events";
import { useEffect, useSignal, useState } from "./hooks";
import { keep } from "./persistent";
import { stages } from "./shadow";
import type { Signal } from "./signal";

/**
 * `null`: none. An element: the view in it, and what is shown within. `"all"`: whatever there is,
 * as the kernel says it who knows of no view. Another text: the next view of that kind, as one that
 * was projected before its cell was run again or the page was loaded again.
 */
export type Projected = Element | string | null;

/** The number of views in the page by kind and `Connection.scope`. */
const views = new Map<string, number>();

const kinds = new WeakMap<Element, string>();

/** The view of a channel that is projected in this page, for all of its widgets. */
export function projectorOf(connection: Connection): Signal<Projected> {
  const projected = keep<Projected>(
    "projected",
    connection,
    (stored) => (typeof stored === "string" ? stored : null),
    { write: (value) => (value instanceof Element ? kinds.get(value) : value) },
  );
  const end = on(
    window,
    "keydown",
    (event) => {
      const { key: pressed, isComposing } = event as KeyboardEvent;
      if (pressed !== "Escape" || isComposing || projected.value === null) return;
      if (hostsOf(event.composedPath()[0]).some((host) => host === projected.value))
        event.stopPropagation();
      projected.value = null;
    },
    true,
  );
  connection.atEnd(end);
  return projected;
}

/** The elements that hold the views that something is in, the outermost last. */
function hostsOf(inside: EventTarget | null | undefined): Element[] {
  const hosts: Element[] = [];
  let root = inside instanceof Node ? inside.getRootNode() : null;
  while (root instanceof ShadowRoot) {
    if (stages.has(root)) hosts.push(root.host);
    root = root.host.getRootNode();
  }
  return hosts;
}

/** Project the view that `inside` is in, as a whole, or `alone` where it is a part of another. */
export function project(projected: Signal<Projected>, inside: Element, alone = false): void {
  projected.value = hostsOf(inside).at(alone ? 0 : -1) ?? "all";
}

/** Whether this view is what is projected, or, unless it is so `alone` only, in it. */
export function useProjected(
  projected: Signal<Projected>,
  view: { current: Element | null },
  scope: string,
  kind: string,
  alone = false,
): boolean {
  const value = useSignal(projected);
  const [hosts, setHosts] = useState<readonly Element[]>([]);
  useEffect(() => {
    const found = hostsOf(view.current);
    const [host] = found;
    if (!host) return;
    const key = `${kind} ${scope}`;
    views.set(key, (views.get(key) ?? 0) + 1);
    kinds.set(host, kind);
    setHosts(found);
    if (projected.value === kind) projected.value = host;
    return () => {
      const left = (views.get(key) ?? 1) - 1;
      views.set(key, left);
      // It may come again, as when its cell is run again: then nothing is to show for a moment.
      if (projected.value === host) projected.value = left > 0 ? null : kind;
    };
  }, [projected, scope]);
  if (alone) return value !== null && value === hosts[0];
  return value === "all" || (value instanceof Element && hosts.includes(value));
}
