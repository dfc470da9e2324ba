import type { VNode } from "preact";
import { shapes } from "../core/icons";
import * as more from "../shared/shapes";

/** Every shape that has a name. */
const named: Record<string, string> = { ...shapes, ...more };

/** A part's icon: one by its name, or the path of its own. */
export const Sign = ({ icon }: { icon: string }): VNode => (
  <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
    <path d={named[icon] ?? icon} />
  </svg>
);
