// The switch in a header that keeps names off a screen which others see.

import type { VNode } from "preact";
import { Button } from "../core/button";
import { icons } from "../core/icons";
import { hide } from "./shapes";

const Sign = icons({ hide });

interface Props {
  label: string;
  hidden: boolean;
  onHide: (on: boolean) => void;
}

export const HideNames = ({ label, hidden, onHide }: Props): VNode => (
  <Button
    look="quiet hide"
    role="switch"
    aria-checked={hidden}
    title={label}
    onClick={() => onHide(!hidden)}
  >
    <Sign name="hide" />
    <span>{label}</span>
  </Button>
);
