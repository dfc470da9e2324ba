// What every view has around its own content.

import type { ComponentChildren, VNode } from "preact";
import { Banner, isForbidden } from "./banner";
import { Around } from "./company";
import type { Connection } from "./connection";
import { FloatLayer, type Floats } from "./float";
import { useSignal, withHooks } from "./hooks";
import type { Context } from "./i18n";
import { Speak } from "./i18n";
import { Icon } from "./icons";
import type { Catalog } from "./locale/en";
import { hasEnded } from "./messages";
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
  onKeyDown?: (event: KeyboardEvent) => void;
}

/** A view: its header, the banner, its content, and the layer for popups, all in one language. */
export const Frame = withHooks(function Frame(props: Props): VNode {
  const { connection, words, height, view } = props;
  return (
    <Speak words={words}>
      <Around.Provider value={props}>
        <section
          ref={view as { current: HTMLElement }}
          class={`edu ${props.name}`}
          lang={words.lang}
          aria-label={props.label}
          style={{ "--log-h": `${height}px` }}
          onKeyDown={props.onKeyDown}
        >
          {props.header}
          <Banner
            lesson={useSignal(connection.lesson)}
            kernel={useSignal(connection.kernel)}
            onRetry={() => connection.retry()}
          />
          {props.children}
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
  connection: Connection;
  /** The placeholder until something has come. */
  skeleton: VNode;
  children: ComponentChildren;
}

/** The content of an empty view: a placeholder while it loads, then why there is nothing. */
export const Empty = withHooks(function Empty(
  { connection, skeleton, children }: EmptyProps,
  { words }: Context,
): VNode {
  const lesson = useSignal(connection.lesson);
  const filled = useSignal(connection.filled);
  if (hasEnded(lesson.state)) {
    return <div class="empty short">{isForbidden(lesson) && <p>{words.askInstructor}</p>}</div>;
  }
  const waiting = lesson.state === "connecting" || lesson.state === "idle";
  return filled && !waiting ? <div class="empty">{children}</div> : skeleton;
});
