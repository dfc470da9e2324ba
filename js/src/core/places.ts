// Where a view can be led to from another one, in the same page: a message, a poll.

import { Signal } from "./signal";

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

/** What leads there, by course and feature; the last view that offered it is led to. */
const offers = new Map<string, Offer[]>();

/** Counts what is offered and taken back. */
export const offered = new Signal(0);

const keyOf = (course: string, feature: string): string => `${feature} ${course}`;

/** Offer to be led in `view` to something of `feature`. Returns what takes the offer back. */
export function offer(course: string, feature: string, view: Element | null, show: Go): () => void {
  const key = keyOf(course, feature);
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

/** Whether anything in the page can be led to something of `feature`. */
export const canLead = (course: string, feature: string): boolean =>
  (offers.get(keyOf(course, feature))?.length ?? 0) > 0;

/** Lead the reader to something of `feature`, if anything in the page shows it. */
export function lead(course: string, feature: string, target: Target): void {
  const found = offers.get(keyOf(course, feature))?.at(-1);
  found?.view?.dispatchEvent(new Event(LEAD, { bubbles: true, composed: true }));
  found?.view?.scrollIntoView({ block: "nearest" });
  found?.show(target);
}

/** Whether a view of `feature` is in sight, if only in part. */
export function isInSight(course: string, feature: string): boolean {
  if (document.hidden) return false;
  return (offers.get(keyOf(course, feature)) ?? []).some(({ view }) => {
    const box = view?.getBoundingClientRect();
    if (!box || box.height === 0 || box.width === 0) return false;
    return box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  });
}
