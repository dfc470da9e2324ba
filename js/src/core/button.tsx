import type { ButtonHTMLAttributes, VNode } from "preact";
import { Icon, type IconName } from "./icons";

type Attributes = ButtonHTMLAttributes<HTMLButtonElement>;

interface Props extends Omit<Attributes, "class" | "label" | "ref"> {
  /** Its classes besides the one of every button. */
  look?: string;
  /** Whether it stands there and does nothing: it keeps the focus that a disabled one would lose. */
  off?: boolean;
  ref?: { current: HTMLButtonElement | null };
}

/** The attributes of a button that may be off. */
const plain = ({ off, onClick, ...rest }: Omit<Props, "look">): Attributes =>
  ({
    ...{ type: "button", ...rest },
    ...(off !== undefined && { "aria-disabled": off }),
    onClick: off ? undefined : onClick,
  }) as Attributes;

/** A button with words. */
export const Button = ({ look, ...rest }: Props): VNode => (
  <button class={look ? `btn ${look}` : "btn"} {...plain(rest)} />
);

interface IconProps extends Omit<Props, "look"> {
  icon: IconName;
  /** The name of what it does, which is also its tip unless `title` is another. */
  label: string;
  class?: string;
}

/** A button with a shape in place of words. */
export const IconButton = ({ icon, label, class: own, children, ...rest }: IconProps): VNode => (
  <button class={own ? `ib ${own}` : "ib"} aria-label={label} title={label} {...plain(rest)}>
    {children ?? <Icon name={icon} />}
  </button>
);
