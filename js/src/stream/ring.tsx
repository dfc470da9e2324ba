import type { VNode } from "preact";

/** The dashed ring of what is on its way. */
export const Ring = (): VNode => (
  <svg class="dr" viewBox="0 0 10 10" aria-hidden="true">
    <circle cx="5" cy="5" r="3.8" />
  </svg>
);
