import type { ButtonHTMLAttributes, VNode } from "preact";
import { Icon, type IconName } from "./icons";

interface Props extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "class" | "label"> {
  icon: IconName;
  /** What it does: read out, and its tip unless that is another. */
  label: string;
  class?: string;
}

/** A button with a shape in place of words. */
export const IconButton = ({ icon, label, class: own, ...rest }: Props): VNode => (
  <button type="button" class={own ? `ib ${own}` : "ib"} aria-label={label} title={label} {...rest}>
    <Icon name={icon} />
  </button>
);
