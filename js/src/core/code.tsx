import type { VNode } from "preact";
import { IconButton } from "./button";
import { copyText } from "./clipboard";
import { useBrief, withHooks } from "./hooks";
import type { Context } from "./i18n";
import { canInsertCell, insertCell } from "./jupyter";
import { asText } from "./messages";

const COPIED_FOR = 1_600;

/** A letter of the runs, `.` for plain, and its text. */
type Piece = readonly [kind: string, text: string];

/** `code` cut at its runs (docs/widget-protocol.md); in one plain piece if they do not fit it. */
export function cut(code: string, given: unknown): Piece[] {
  const runs = asText(given);
  const pieces: Piece[] = [];
  let read = 0;
  let at = 0;
  for (const [run, length, kind = ""] of runs.matchAll(/([1-9]\d*)?([ksmocn.])/gy)) {
    const from = at;
    at += Number(length ?? 1);
    read += run.length;
    pieces.push([kind, code.slice(from, at)]);
  }
  const fits = read === runs.length && at <= code.length;
  return fits ? [...pieces, [".", code.slice(at)]] : [[".", code]];
}

/** Code in the colours of its runs. */
export const Coloured = ({ code, runs }: { code: string; runs: unknown }): VNode => (
  <>
    {cut(code, runs).map(([kind, text], index) =>
      kind === "." ? (
        text
      ) : (
        <span key={index} class={kind}>
          {text}
        </span>
      ),
    )}
  </>
);

/** A block of highlighted code that scrolls sideways and can be copied. */
export const CodeBlock = withHooks(function CodeBlock(
  { code, runs, reachable }: { code: string; runs: unknown; reachable: boolean },
  { words }: Context,
): VNode {
  const [copied, setCopied] = useBrief(COPIED_FOR);
  const [inserted, setInserted] = useBrief(COPIED_FOR);
  // What was done last is what is said.
  const onCopy = async ({ currentTarget }: { currentTarget: HTMLElement }): Promise<void> => {
    setInserted(false);
    setCopied(await copyText(code, currentTarget));
  };
  const onInsert = async (): Promise<void> => {
    setCopied(false);
    setInserted(await insertCell(code));
  };
  const insertable = canInsertCell();
  const tabIndex = reachable ? 0 : -1;
  return (
    <div class={insertable ? "code two" : "code"}>
      {/* biome-ignore lint/a11y/useSemanticElements: what scrolls is the code itself */}
      <pre tabIndex={tabIndex} dir="ltr" role="region" aria-label={words.code}>
        <Coloured code={code} runs={runs} />
      </pre>
      {insertable && (
        <IconButton
          icon={inserted ? "check" : "cell"}
          class="insert"
          label={words.insertCell}
          tabIndex={tabIndex}
          onClick={onInsert}
        />
      )}
      <IconButton
        icon={copied ? "check" : "copy"}
        label={words.copyCode}
        tabIndex={tabIndex}
        onClick={onCopy}
      />
      <span class="copied" role="status">
        {copied ? words.copied : inserted ? words.inserted : ""}
      </span>
    </div>
  );
});
