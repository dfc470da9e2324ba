import type { VNode } from "preact";
import { Button } from "../core/button";
import { useState, withHooks } from "../core/hooks";
import { Picture } from "../core/pictures";
import { Rich } from "../core/rich_text";
import type { Output } from "./documents";
import { Icon } from "./icons";
import { Coloured } from "./runs";
import type { Context } from "./words";

/** The room that a picture takes at most, in px. */
const MOST = { width: 640, height: 480 };

interface Props {
  output: Output;
  /** Whether what scrolls in it is a tab stop. */
  reachable: boolean;
}

/** Text that was printed or shown; what is long scrolls, by keys too. */
const Text = withHooks(function Text({ output, reachable }: Props, { words }: Context): VNode {
  return (
    // biome-ignore lint/a11y/useSemanticElements: what scrolls is the text itself
    <pre
      class={output.name === "stderr" ? "txt warn" : "txt"}
      tabIndex={reachable ? 0 : -1}
      dir="ltr"
      role="group"
      aria-label={output.name === "stderr" ? words.errors : words.output}
    >
      <Coloured text={output.text} runs={output.runs} prefix="a-" />
    </pre>
  );
});

/** An exception: its last line, and the traceback on demand. */
const Failure = withHooks(function Failure(
  { output, reachable }: Props,
  { words }: Context,
): VNode {
  const [open, setOpen] = useState(false);
  const lines = output.text.split("\n").length;
  return (
    <>
      <p class="err">
        <Icon name="alert" />
        <span>
          <b>{output.name}</b>
          {output.value && `: ${output.value}`}
        </span>
        {output.text && (
          <Button look="tiny" aria-expanded={open} onClick={() => setOpen(!open)}>
            {words.traceback(lines)}
          </Button>
        )}
      </p>
      {open && <Text output={output} reachable={reachable} />}
    </>
  );
});

/** One output of a cell. */
export const Shown = withHooks(function Shown(
  { output, reachable }: Props,
  { words }: Context,
): VNode {
  const { cut, type } = output;
  return (
    <>
      {type === "text" && <Text output={output} reachable={reachable} />}
      {type === "error" && <Failure output={output} reachable={reachable} />}
      {type === "body" && (
        <div class="rich">
          <Rich body={output.body} context={{ reachable }} />
        </div>
      )}
      {type === "picture" && output.picture && (
        <Picture blob={output.picture} max={MOST} reachable={reachable} />
      )}
      {type === "note" && (
        <p class="state note">
          <Icon name="hidden" />
          {words.notes[output.name] ?? words.note(output.name)}
          {output.text && <code>{output.text}</code>}
        </p>
      )}
      {cut && <p class="state">{words.cut(cut.shown, cut.total, cut.unit)}</p>}
    </>
  );
});
