// Several people in one kernel: who looks, as viewers/ shows it.

import { type ComponentType, createContext, type VNode } from "preact";
import { useContext } from "preact/hooks";
import { companyCode } from "./company_code";
import type { Connection } from "./connection";
import type { Floats } from "./float";
import { useSignal, withHooks } from "./hooks";

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

export const Company = withHooks(function Company({ part }: Part): VNode | null {
  const View = useSignal(companyCode) as ComponentType<ViewAround & Part> | null;
  const around = useContext(Around);
  return View && around && <View {...around} part={part} />;
});
