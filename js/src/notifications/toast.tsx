import type { VNode } from "preact";
import { IconButton } from "../core/button";
import { ErrorBoundary } from "../core/error_boundary";
import { onEscape } from "../core/focus";
import { useEffect, useRef, useSignal, withHooks } from "../core/hooks";
import { Rich } from "../core/rich_text";
import type { Notice } from "./documents";
import type { Inbox } from "./inbox";
import { Sign, signOf } from "./row";
import { type Context, titleOf, type Words } from "./words";

interface Props {
  inbox: Inbox;
  /** It came, went, or has another size. */
  onMove?: () => void;
}

/**
 * What pops up, for whoever has a place for it. It takes no focus; who comes to it by key or
 * pointer keeps it there, and Escape sends it away.
 */
export const Toast = withHooks(function Toast({ inbox, onMove }: Props, { words }: Context): VNode {
  const { toasts } = inbox;
  const notice = useSignal(toasts.shown);
  const from = useRef<HTMLElement>();
  const over = useRef<boolean>();
  const within = useRef<boolean>();
  useEffect(() => {
    onMove?.();
    if (!notice) over.current = within.current = false;
    return undefined;
  }, [notice]);
  const look = (): void => toasts.hold(over.current === true || within.current === true);
  const onOver = (there: boolean) => (): void => {
    over.current = there;
    look();
  };
  const onFocusIn = ({ relatedTarget }: FocusEvent): void => {
    if (!within.current) from.current = relatedTarget as HTMLElement | null;
    within.current = true;
    look();
  };
  const onFocusOut = ({ currentTarget, relatedTarget }: FocusEvent): void => {
    if ((currentTarget as HTMLElement).contains(relatedTarget as Node | null)) return;
    within.current = false;
    look();
  };
  const dismiss = (): void => {
    const back = within.current ? from.current : null;
    toasts.dismiss();
    back?.focus?.({ preventScroll: true });
  };
  return (
    <div role="status" lang={words.lang}>
      {notice && (
        // biome-ignore lint/a11y/noStaticElementInteractions: what is in it has the roles
        <div
          key={notice.id}
          class={`toast ${notice.type}`}
          onMouseEnter={onOver(true)}
          onMouseLeave={onOver(false)}
          onFocusIn={onFocusIn}
          onFocusOut={onFocusOut}
          onKeyDown={onEscape(dismiss)}
        >
          <ErrorBoundary of={notice}>
            <What notice={notice} words={words} />
          </ErrorBoundary>
          <IconButton icon="close" label={words.dismiss} onClick={dismiss} />
        </div>
      )}
    </div>
  );
});

const What = ({ notice, words }: { notice: Notice; words: Words }): VNode => (
  <>
    <Sign name={signOf(notice)} />
    <div class="what">
      <p class="title" dir="auto">
        {titleOf(notice, words)}
      </p>
      <div class="text">
        {notice.text.length > 0 && <Rich body={notice.text} context={{ reachable: false }} />}
      </div>
    </div>
  </>
);
