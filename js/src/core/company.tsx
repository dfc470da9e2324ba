// Several people in one kernel: what shows that comes in a file of its own (viewers/), and only to
// pages of a kernel that is shared.

import { type ComponentType, createContext, type VNode } from "preact";
import { useContext } from "preact/hooks";
import type { Connection } from "./connection";
import type { Floats } from "./float";
import { useSignal, withHooks } from "./hooks";
import type { Model } from "./model";
import { Signal } from "./signal";

/** The view around. */
export interface ViewAround {
  connection: Connection;
  floats: Floats;
}

interface Part {
  /** `sign`: who one is, beside the light; `line`: what follows from it, under the banner. */
  part: "sign" | "line";
}

export const Around = createContext<ViewAround | null>(null);

const shown = new Signal<ComponentType<ViewAround & Part> | null>(null);
let loading: string | undefined;

/** Show who looks, by the code in the model that is referred to. */
export async function loadCompany(model: Model, reference: string): Promise<void> {
  if (loading === reference) return;
  loading = reference;
  const code = await model.widget_manager?.get_model(reference);
  const text = String(code?.get("text")).replaceAll('"edu:core"', `"${import.meta.url}"`);
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  shown.value = (await import(/* @vite-ignore */ address)).default;
}

export const Company = withHooks(function Company({ part }: Part): VNode | null {
  const View = useSignal(shown);
  const around = useContext(Around);
  return View && around && <View {...around} part={part} />;
});
