import type { ComponentChildren, VNode } from "preact";
import { isForbidden } from "./banner";
import type { Connection } from "./connection";
import { useSignal, withHooks } from "./hooks";
import type { Context } from "./i18n";
import { hasEnded } from "./messages";

interface Props {
  connection: Connection;
  /** What stands there until something has come. */
  skeleton: VNode;
  children: ComponentChildren;
}

/** In place of what there is to see: that it has ended, that it comes, or why there is nothing. */
export const Empty = withHooks(function Empty(
  { connection, skeleton, children }: Props,
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
