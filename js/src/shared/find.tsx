import type { InputHTMLAttributes, VNode } from "preact";
import { Icon } from "../core/icons";

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, "label" | "onInput" | "ref"> {
  label: string;
  value: string;
  onInput: (value: string) => void;
  ref?: { current: HTMLInputElement | null };
}

/** The box in which somebody types what they look for. */
export const FindInput = ({ label, onInput, ...rest }: Props): VNode => (
  <input
    type="text"
    enterkeyhint="search"
    autocomplete="off"
    dir="auto"
    aria-label={label}
    placeholder={label}
    onInput={(event) => onInput(event.currentTarget.value)}
    {...(rest as object)}
  />
);

/** The same with its sign, in a frame of its own. */
export const FindBox = (props: Props): VNode => (
  // biome-ignore lint/a11y/noLabelWithoutControl: the input is in it
  <label class="find framed">
    <Icon name="search" />
    <FindInput {...props} />
  </label>
);
