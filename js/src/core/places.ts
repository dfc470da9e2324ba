// Where a view can be led to from another one, in the same page: a message, a poll.

import { Signal } from "./signal";

export interface Target {
  id: string;
  born?: number;
}

type Go = (target: Target) => void;

/** What leads there, by course and feature; the last view that offered it is led to. */
const offers = new Map<string, Go[]>();

/** Counts what is offered and taken back. */
export const offered = new Signal(0);

const keyOf = (course: string, feature: string): string => `${feature} ${course}`;

/** Offer to be led in `view` to something of `feature`. Returns what takes the offer back. */
export function offer(course: string, feature: string, view: Element | null, show: Go): () => void {
  const key = keyOf(course, feature);
  const others = (): Go[] => (offers.get(key) ?? []).filter((other) => other !== go);
  const go: Go = (target) => {
    view?.scrollIntoView({ block: "nearest" });
    show(target);
  };
  offers.set(key, [...others(), go]);
  offered.value++;
  return () => {
    offers.set(key, others());
    offered.value++;
  };
}

/** Whether anything in the page can be led to something of `feature`. */
export const canLead = (course: string, feature: string): boolean =>
  (offers.get(keyOf(course, feature))?.length ?? 0) > 0;

/** Lead the reader to something of `feature`, if anything in the page shows it. */
export function lead(course: string, feature: string, target: Target): void {
  offers.get(keyOf(course, feature))?.at(-1)?.(target);
}
