import type { ButtonHTMLAttributes, Ref, VNode } from "preact";
import { Icon, type IconName } from "./icons";

interface Props extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "class" | "label" | "ref"> {
  /** Its classes besides the one of every button. */
  look?: string;
  ref?: Ref<HTMLButtonElement> | { current: HTMLButtonElement | null };
}

/** A button with words. */
export const Button = ({ look, ...rest }: Props): VNode => (
  <button type="button" class={look ? `btn ${look}` : "btn"} {...(rest as object)} />
);

interface IconProps extends Omit<Props, "look"> {
  icon: IconName;
  /** What it does: read out, and its tip unless that is another. */
  label: string;
  class?: string;
}

/** A button with a shape in place of words. */
export const IconButton = ({ icon, label, class: own, ...rest }: IconProps): VNode => (
  <button
    type="button"
    class={own ? `ib ${own}` : "ib"}
    aria-label={label}
    title={label}
    {...(rest as object)}
  >
    <Icon name={icon} />
  </button>
);
