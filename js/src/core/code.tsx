import type { VNode } from "preact";
import { useEffect, useRef, useState, withHooks } from "./hooks";
import type { Context } from "./i18n";
import { Icon } from "./icons";

const COPIED_FOR = 1_600;

interface Part {
  kind: string;
  text: string;
}

async function copy(text: string, button: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyThroughSelection(text, button);
  }
}

/** Where the clipboard is not to be had (plain http, frames): the old way. */
function copyThroughSelection(text: string, button: HTMLElement): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.cssText = "position:absolute;opacity:0";
  button.parentElement?.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
    button.focus({ preventScroll: true });
  }
}

/** A block of highlighted code that scrolls sideways and can be copied. */
export const CodeBlock = withHooks(function CodeBlock(
  { parts, reachable }: { parts: Part[]; reachable: boolean },
  { words }: Context,
): VNode {
  const [copied, setCopied] = useState(false);
  const button = useRef<HTMLButtonElement>();
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_FOR);
    return () => clearTimeout(timer);
  }, [copied]);
  const onCopy = async (): Promise<void> => {
    const text = parts.map((part) => part.text).join("");
    if (button.current) setCopied(await copy(text, button.current));
  };
  const tabIndex = reachable ? 0 : -1;
  return (
    <div class="code">
      <pre tabIndex={tabIndex} dir="ltr">
        {parts.map(({ kind, text }, index) =>
          kind ? (
            <span key={index} class={kind}>
              {text}
            </span>
          ) : (
            text
          ),
        )}
      </pre>
      <button
        ref={button}
        type="button"
        class="ib"
        tabIndex={tabIndex}
        aria-label={words.copyCode}
        title={words.copyCode}
        onClick={onCopy}
      >
        <Icon name={copied ? "check" : "copy"} />
      </button>
      <span class="copied" role="status">
        {copied ? words.copied : ""}
      </span>
    </div>
  );
});
