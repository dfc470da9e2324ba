// Preact's hooks as the widgets use them. A component that is made by `withHooks` gets its words;
// every effect runs once the page stands, before it is seen.

import type { VNode } from "preact";
import {
  useContext,
  useLayoutEffect as useEffect,
  useMemo,
  useRef as usePreactRef,
  useReducer,
  useState,
} from "preact/hooks";
import { type Context, Words } from "./i18n";
import type { Catalog } from "./locale/en";
import type { Signal } from "./signal";

export { useEffect, useMemo, useState };

/** A component with the words of its widget. */
export const withHooks =
  <P, W extends Catalog = Catalog>(
    view: (props: P, context: Context<W>) => VNode | null,
  ): ((props: P) => VNode | null) =>
  (props) =>
    view(props, { words: useContext(Words) as W });

/** A reference to an element; `null` until it is there. */
export const useRef = <T>(): { current: T | null } => usePreactRef<T>(null);

const useAgain = (): (() => void) => useReducer((times: number) => times + 1, 0)[1] as () => void;

/** The value of `signal`, and a new rendering whenever it changes. */
export function useSignal<T>(signal: Signal<T>): T {
  const again = useAgain();
  const { value } = signal;
  useEffect(() => {
    if (value !== signal.value) again();
    return signal.subscribe(again);
  }, [signal]);
  return value;
}

/** A flag that falls back to false `delay` ms after it was set. */
export function useBrief(delay: number): [boolean, (value: boolean) => void] {
  const [value, set] = useState(false);
  useEffect(() => {
    if (!value) return;
    const timer = setTimeout(() => set(false), delay);
    return () => clearTimeout(timer);
  }, [value]);
  return [value, set];
}

/** Whole seconds until `until`, counting down while shown; `null` without a time. */
export function useCountdown(until: number | null): number | null {
  const again = useAgain();
  useEffect(() => {
    if (until === null) return;
    const timer = setInterval(() => {
      again();
      if (Date.now() >= until) clearInterval(timer);
    }, 1000);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? null : Math.max(0, Math.ceil((until - Date.now()) / 1000));
}

/** The time after which a view that shows ages is rendered again, in ms. */
const REFRESH = 20_000;

/** The present time in ms since 1970; the view is rendered again from time to time. */
export function useNow(): number {
  const again = useAgain();
  useEffect(() => {
    const timer = setInterval(again, REFRESH);
    return () => clearInterval(timer);
  }, []);
  return Date.now();
}
