// Several people in one kernel: who looks, as viewers/ shows it.

import { type ComponentType, createContext, type VNode } from "preact";
import { useContext } from "preact/hooks";
import type { Connection } from "./connection";
import type { Floats } from "./float";
import { useEffect, useSignal, withHooks } from "./hooks";
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

type Look = ComponentType<ViewAround & Part>;

/** What viewers/ exports, which comes only to pages of a kernel that is shared. */
const look = new Signal<Look | null>(null);

const Shared = withHooks(function Shared(props: ViewAround & Part): VNode | null {
  const { connection } = props;
  const Look = useSignal(look);
  const isShared = Boolean(useSignal(connection.lesson).viewer);
  useEffect(() => {
    if (!isShared) return;
    void connection.extra("viewers").then((loaded) => {
      look.value = loaded as Look;
    });
  }, [isShared]);
  return Look && <Look {...props} />;
});

export const Company = ({ part }: Part): VNode | null => {
  const around = useContext(Around);
  return around && <Shared {...around} part={part} />;
};
