// What every view has around its own content.

import type { ComponentChildren, VNode } from "preact";
import { useContext } from "preact/hooks";
import { Around, type ViewAround } from "./around";
import { Banner, isForbidden } from "./banner";
import { IconButton } from "./button";
import type { Connection } from "./connection";
import { FloatLayer, type Floats } from "./float";
import { useSignal, withHooks } from "./hooks";
import type { Context } from "./i18n";
import { Speak } from "./i18n";
import { Icon } from "./icons";
import type { Catalog } from "./locale/en";
import { hasEnded } from "./messages";
import type { Options } from "./model";
import type { Projected } from "./projector";
import type { Signal } from "./signal";

interface Props {
  connection: Connection;
  floats: Floats;
  words: Catalog;
  /** The class of the view, and its name for those who do not see it. */
  name: string;
  label: string;
  /** The height of its list, in px. */
  height: number;
  header: ComponentChildren;
  children: ComponentChildren;
  view?: { current: HTMLElement | null };
  options?: Signal<Options>;
  /** Whether it is what a class is shown: without its header, and with the way back. */
  projected?: boolean;
  projector?: Signal<Projected>;
  onKeyDown?: (event: KeyboardEvent) => void;
}

/** A view: its header, the banner, its content, and the layer for popups, all in one language. */
export const Frame = withHooks(function Frame(props: Props): VNode {
  const { connection, words, height, view, projected, projector } = props;
  return (
    <Speak words={words}>
      <Around.Provider value={props}>
        <section
          ref={view as { current: HTMLElement }}
          class={`edu ${props.name}${projected ? " proj" : ""}`}
          lang={words.lang}
          aria-label={props.label}
          style={{ "--log-h": `${height}px` }}
          onKeyDown={props.onKeyDown}
        >
          {!projected && props.header}
          <Banner
            lesson={useSignal(connection.lesson)}
            kernel={useSignal(connection.kernel)}
            onRetry={() => connection.retry()}
          />
          {props.children}
          {projected && projector && (
            <IconButton
              icon="close"
              class="leave"
              label={words.leaveProjector}
              onClick={() => {
                projector.value = null;
              }}
            />
          )}
          <FloatLayer floats={props.floats} />
        </section>
      </Around.Provider>
    </Speak>
  );
});

/** Shows and reads out why something was refused. */
export const Refusal = withHooks(function Refusal({ text }: { text: Signal<string> }): VNode {
  const shown = useSignal(text);
  return (
    <div role="alert" class="refusals">
      {shown && (
        <p class="refusal">
          <Icon name="alert" />
          <bdi>{shown}</bdi>
        </p>
      )}
    </div>
  );
});

/** Grey shapes in place of rows that have not come: by row the CSS width of each line. */
export const Skeleton = ({ rows }: { rows: readonly (readonly string[])[] }): VNode => (
  <div class="skels" aria-hidden="true">
    {rows.map((lines, row) => (
      <div class="skel" key={row}>
        <i />
        {lines.map((width) => (
          <b key={width} style={{ width }} />
        ))}
      </div>
    ))}
  </div>
);

interface EmptyProps {
  /** The placeholder until something has come, or by row the width of each of its lines. */
  skeleton?: VNode | readonly (readonly string[])[];
  children: ComponentChildren;
}

/** The content of an empty view: a placeholder while it loads, then why there is nothing. */
export const Empty = withHooks(function Empty(
  { skeleton, children }: EmptyProps,
  { words }: Context,
): VNode | null {
  const { connection } = useContext(Around) as ViewAround;
  const lesson = useSignal(connection.lesson);
  const filled = useSignal(connection.filled);
  if (hasEnded(lesson.state)) {
    return <div class="empty short">{isForbidden(lesson) && <p>{words.askInstructor}</p>}</div>;
  }
  const waiting = lesson.state === "connecting" || lesson.state === "idle";
  if (filled && !waiting) return <div class="empty">{children}</div>;
  return Array.isArray(skeleton) ? <Skeleton rows={skeleton} /> : ((skeleton as VNode) ?? null);
});
