// Hooks, as far as the widgets use them, in a fifth of the size of the library's. A component
// that uses them is made by `withHooks`; every effect runs once the page stands, before it is seen.

import { Component, type VNode } from "preact";
import type { Context, Speak } from "./i18n";
import type { Catalog } from "./locale/catalog";
import type { Signal } from "./signal";

type Inputs = readonly unknown[] | undefined;
type Effect = () => (() => void) | undefined;

interface Slot {
  value?: unknown;
  inputs?: Inputs;
  run?: Effect | undefined;
  end?: (() => void) | undefined;
}

/** Of the component that is rendering: its slots, and how to render it again. */
let slots: Slot[];
let at: number;
let again: () => void;

export function withHooks<P, W extends Catalog = Catalog>(
  view: (props: P, context: Context<W>) => VNode | null,
): new (
  props: P,
) => Component<P> {
  return class extends Component<P> {
    slots: Slot[] = [];
    again = (): void => this.setState({});

    override render(): VNode | null {
      ({ slots, again } = this);
      at = 0;
      return view(this.props, (this.context as { speak?: Speak }).speak?.props as never);
    }

    override componentDidMount(): void {
      for (const slot of this.slots) {
        const { run } = slot;
        if (!run) continue;
        slot.run = undefined;
        slot.end?.();
        slot.end = run();
      }
    }

    override componentDidUpdate(): void {
      this.componentDidMount();
    }

    override componentWillUnmount(): void {
      for (const slot of this.slots) slot.end?.();
    }
  };
}

const nextSlot = (): Slot => {
  slots[at] ??= {};
  return slots[at++] as Slot;
};

/** Whether a slot's inputs are not those of last time; without any they never are. */
function renew(slot: Slot, inputs: Inputs): boolean {
  const held = slot.inputs;
  slot.inputs = inputs;
  return !inputs || !held || inputs.some((input, index) => input !== held[index]);
}

export function useMemo<T>(make: () => T, inputs: Inputs): T {
  const slot = nextSlot();
  if (renew(slot, inputs)) slot.value = make();
  return slot.value as T;
}

export const useRef = <T>(): { current: T | null } => useMemo(() => ({ current: null }), []);

export function useState<T>(initial: T): [T, (value: T) => void] {
  const render = again;
  const held = useMemo(() => ({ value: initial }), []);
  const set = (value: T): void => {
    if (held.value === value) return;
    held.value = value;
    render();
  };
  return [held.value, set];
}

export function useEffect(run: Effect, inputs?: Inputs): void {
  const slot = nextSlot();
  if (renew(slot, inputs)) slot.run = run;
}

/** The value of `signal`, and a new rendering whenever it changes. */
export function useSignal<T>(signal: Signal<T>): T {
  const render = again;
  const { value } = signal;
  useEffect(() => {
    if (value !== signal.value) render();
    return signal.subscribe(render);
  }, [signal]);
  return value;
}

/** What is true for `delay` ms once set. */
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
  const render = again;
  useEffect(() => {
    if (until === null) return;
    const timer = setInterval(() => {
      render();
      if (Date.now() >= until) clearInterval(timer);
    }, 1000);
    return () => clearInterval(timer);
  }, [until]);
  return until === null ? null : Math.max(0, Math.ceil((until - Date.now()) / 1000));
}
