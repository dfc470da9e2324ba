import type { ButtonHTMLAttributes, VNode } from "preact";
import { Icon, type IconName } from "./icons";

type Attributes = ButtonHTMLAttributes<HTMLButtonElement>;

interface Props extends Omit<Attributes, "class" | "label" | "ref"> {
  /** Its class: `btn`, or `ib` of one with a shape alone. */
  kind?: string;
  /** Its further classes. */
  look?: string | undefined;
  /** Whether it stands there and does nothing: it keeps the focus that a disabled one would lose. */
  off?: boolean;
  ref?: { current: HTMLButtonElement | null };
}

/** A button; with words, unless it is of another `kind`. */
export const Button = ({ kind = "btn", look, off, onClick, ...rest }: Props): VNode => (
  <button
    type="button"
    class={look ? `${kind} ${look}` : kind}
    aria-disabled={off}
    onClick={off ? undefined : onClick}
    {...(rest as object)}
  />
);

interface IconProps extends Omit<Props, "look" | "kind"> {
  icon: IconName;
  /** The name of what it does, which is also its tip unless `title` is another. */
  label: string;
  class?: string;
}

/** A button with a shape in place of words. */
export const IconButton = ({ icon, label, class: look, children, ...rest }: IconProps): VNode => (
  <Button kind="ib" look={look} aria-label={label} title={label} {...rest}>
    {children ?? <Icon name={icon} />}
  </Button>
);
