// The way back from what a class is shown: what stands in leave.css, as a button.

import type { VNode } from "preact";
import { IconButton } from "../core/button";
import type { Projected } from "../core/projector";
import type { Signal } from "../core/signal";

interface LeaveProps {
  projected: Signal<Projected>;
  label: string;
}

export const LeaveProjector = ({ projected, label }: LeaveProps): VNode => (
  <IconButton
    icon="close"
    class="leave"
    label={label}
    onClick={() => {
      projected.value = null;
    }}
  />
);
