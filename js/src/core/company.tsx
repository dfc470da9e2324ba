// Several people in one kernel: who looks, as viewers/ shows it.

import type { VNode } from "preact";
import { useContext } from "preact/hooks";
import { Around, type ViewAround } from "./around";
import { useSignal, withHooks } from "./hooks";
import { late } from "./late";

interface Part {
  /** `sign`: who one is, beside the light; `line`: what follows from it, under the banner. */
  part: "sign" | "line";
}

/** What viewers/ exports, which comes only to pages of a kernel that is shared. */
const Viewers = late<Part>("viewers");

const Shared = withHooks(({ connection, part }: ViewAround & Part): VNode | null =>
  useSignal(connection.lesson).viewer ? <Viewers part={part} /> : null,
);

/** A part of what shows who looks, where several people share the kernel. */
export const Company = ({ part }: Part): VNode | null => {
  const around = useContext(Around);
  return around && <Shared {...around} part={part} />;
};
