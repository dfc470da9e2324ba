// Who looks, where several people share a kernel: a sign beside the light, and a line under the banner.

import type { VNode } from "preact";
import type { ViewAround } from "../core/around";
import { Button } from "../core/button";
import { useSignal, withHooks } from "../core/hooks";
import { type Context as CoreContext, Speak } from "../core/i18n";
import { initialOf } from "../core/text";
import { readViewer } from "./documents";
import { Line } from "./line";
import css from "./viewers.css?inline";
import { Who } from "./who";
import { wordsOf } from "./words";

interface Props extends ViewAround {
  part: "sign" | "line";
}

const Viewers = withHooks(function Viewers(
  { part, connection, floats }: Props,
  { words: { lang } }: CoreContext,
): VNode | null {
  const { viewer: told } = useSignal(connection.lesson);
  const open = useSignal(floats.open);
  const viewer = readViewer(told);
  if (!viewer) return null;
  const words = wordsOf(lang);
  if (part === "line") {
    return (
      <Speak words={words}>
        <Line viewer={viewer} connection={connection} />
      </Speak>
    );
  }
  const content = (): VNode => (
    <Speak words={words}>
      <Who connection={connection} close={() => floats.close()} />
    </Speak>
  );
  const isOpen = Boolean(open?.at.classList.contains("sign"));
  const others = viewer.people.length;
  return (
    <>
      <style>{css}</style>
      <Button
        look={isOpen ? "sign on" : "sign"}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        onClick={({ currentTarget: at }) => floats.toggle({ at, content })}
      >
        <span class="av" aria-hidden="true">
          {viewer.name ? initialOf(viewer.name, lang) : "?"}
        </span>
        {viewer.name ? (
          <span>
            <span class="y">{words.youAre}</span>
            <bdi>{viewer.name}</bdi>
          </span>
        ) : (
          <span>{words.unknown}</span>
        )}
        {others > 0 && <b class="n">+{others}</b>}
      </Button>
    </>
  );
});

export default Viewers;
