// Navigation from one view to an item of another in the same page: a message, a poll.

import { Signal } from "./signal";

/** A document that a view can be led to. */
export interface Target {
  id: string;
  born?: number;
}

/** Told by a view, before it is led to, to whatever hides it. */
export const LEAD = "edu-lead";

type Go = (target: Target) => void;

interface Offer {
  view: Element | null;
  show: Go;
}

/** The offers by `Connection.scope` and feature; the last one is used. */
const offers = new Map<string, Offer[]>();

/** Counts what is offered and taken back. */
export const offered = new Signal(0);

const keyOf = (scope: string, feature: string): string => `${feature} ${scope}`;

/** Offer `view` as the place that shows items of `feature`; returns the withdrawal. */
export function offer(scope: string, feature: string, view: Element | null, show: Go): () => void {
  const key = keyOf(scope, feature);
  const mine = { view, show };
  offers.set(key, [...(offers.get(key) ?? []), mine]);
  offered.value++;
  return () => {
    offers.set(
      key,
      (offers.get(key) ?? []).filter((other) => other !== mine),
    );
    offered.value++;
  };
}

/** Whether a view in the page can show items of `feature`. */
export const canLead = (scope: string, feature: string): boolean =>
  (offers.get(keyOf(scope, feature))?.length ?? 0) > 0;

/** Show an item of `feature` in the view that offered it last. */
export function lead(scope: string, feature: string, target: Target): void {
  const found = offers.get(keyOf(scope, feature))?.at(-1);
  found?.view?.dispatchEvent(new Event(LEAD, { bubbles: true, composed: true }));
  found?.view?.scrollIntoView({ block: "nearest" });
  found?.show(target);
}

/** Whether a view of `feature` is in sight, if only in part. */
export function isInSight(scope: string, feature: string): boolean {
  if (document.hidden) return false;
  return (offers.get(keyOf(scope, feature)) ?? []).some(({ view }) => {
    const box = view?.getBoundingClientRect();
    if (!box || box.height === 0 || box.width === 0) return false;
    return box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  });
}
