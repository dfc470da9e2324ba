import type { VNode } from "preact";
import { type IconName, shapes } from "../core/icons";

/** A part's icon: one of the core's by its name, or the path of its own. */
export const Sign = ({ icon }: { icon: string }): VNode => (
  <svg class="i" viewBox="0 0 16 16" aria-hidden="true">
    <path d={shapes[icon as IconName] ?? icon} />
  </svg>
);
