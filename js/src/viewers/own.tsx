import type { VNode } from "preact";
import { Button } from "../core/button";
import { copyText } from "../core/clipboard";
import { useState, withHooks } from "../core/hooks";
import type { Viewer } from "./documents";
import type { Context } from "./words";

/** Opens how to join from a notebook of one's own: the lines to run there, to be copied. */
export const OwnNotebook = withHooks(function OwnNotebook(
  { viewer: { invite, name } }: { viewer: Viewer },
  { words }: Context,
): VNode {
  const [open, setOpen] = useState(false);
  const [copied, setCopied] = useState(false);
  const [address, who] = [invite || "…", name || "…"].map((text) => JSON.stringify(text));
  const lines = `import edu_widgets as edu\nedu.join(${address}, name=${who}).panel()`;
  return (
    <div class="own">
      <Button look="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
        {words.openOwn}
      </Button>
      {open && (
        <>
          <p class="mut">{invite ? words.runThere : words.runThereWith}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: keys have to reach what scrolls */}
          <pre tabIndex={0}>{lines}</pre>
          <Button
            onClick={({ currentTarget }) => void copyText(lines, currentTarget).then(setCopied)}
          >
            <span role="status">{copied ? words.copied : words.copy}</span>
          </Button>
        </>
      )}
    </div>
  );
});
