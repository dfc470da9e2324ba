import type { VNode } from "preact";
import { Button } from "./button";
import { focus, onEscape } from "./focus";
import { useEffect, useRef, useState, withHooks } from "./hooks";
import type { Context } from "./i18n";

interface Props {
  question: string;
  /** The label of the button that confirms. */
  yes: string;
  onYes: () => void;
  onNo: () => void;
}

/**
 * Asks, in the place of what was pressed, whether something is to be done that cannot be taken
 * back. The focus comes to the answer that does nothing; so is Escape. Who asked takes it back.
 */
export const Confirm = withHooks(function Confirm(
  { question, yes, onYes, onNo }: Props,
  { words }: Context,
): VNode {
  const no = useRef<HTMLButtonElement>();
  useEffect(() => {
    const { current } = no;
    current?.parentElement?.scrollIntoView({ block: "nearest" });
    focus(current);
  }, []);
  return (
    <div class="confirm" role="alertdialog" aria-label={question} onKeyDown={onEscape(onNo)}>
      <span>{question}</span>
      <Button look="danger" onClick={onYes}>
        {yes}
      </Button>
      <Button ref={no} look="quiet" onClick={onNo}>
        {words.cancel}
      </Button>
    </div>
  );
});

interface AskingProps extends Omit<Props, "onNo"> {
  label: string;
}

/** A button with a confirmation in its place, which has the focus again after a no. */
export const AskingButton = withHooks(function AskingButton({
  label,
  onYes,
  ...asked
}: AskingProps): VNode {
  const [asking, ask] = useState(false);
  const button = useRef<HTMLButtonElement>();
  const before = useRef<boolean>();
  useEffect(() => {
    if (before.current) focus(button.current);
    before.current = asking;
  }, [asking]);
  const done = (): void => {
    ask(false);
    onYes();
  };
  return asking ? (
    <Confirm {...asked} onYes={done} onNo={() => ask(false)} />
  ) : (
    <Button ref={button} look="quiet" onClick={() => ask(true)}>
      {label}
    </Button>
  );
});
