import { on } from "../core/events";
import { focus } from "../core/focus";
import { useEffect } from "../core/hooks";

const DESK = ".desk, .choosing, .confirm, .leave, [role=menu]";

/** What gets the focus when an element that had it is removed: the first of these that is there. */
const heirs = (removed: Element): readonly string[] =>
  removed.closest(DESK) ? [".leave", ".desk", ".poll", ".stage"] : [".leave", ".poll", ".stage"];

/**
 * Keep the focus in a view when the button that has it is removed, as *Close* is once a poll is
 * closed: the next key would act on the notebook. It goes to what surrounds the button, never to
 * another one: a second Enter does nothing.
 */
export function useKeptFocus(view: { current: HTMLElement | null }): void {
  useEffect(() => {
    const el = view.current as HTMLElement;
    const root = el.getRootNode() as ShadowRoot;
    let held: Element | null = null;
    let next: readonly string[] = [];
    const onFocus = ({ target }: Event): void => {
      held = target as Element;
      next = heirs(held);
    };
    const onBlur = ({ target }: Event): void => {
      // An element that is removed blurs before it is gone.
      queueMicrotask(() => {
        if (held === target && held?.isConnected) held = null;
      });
    };
    const watch = new MutationObserver(() => {
      if (!held || held.isConnected) return;
      held = null;
      if (root.activeElement || document.activeElement !== document.body) return;
      const heir = next.map((one) => el.querySelector<HTMLElement>(one)).find((one) => one);
      if (!heir) return;
      if (heir.tabIndex < 0) heir.tabIndex = -1;
      focus(heir);
    });
    const ends = [on(el, "focusin", onFocus), on(el, "focusout", onBlur)];
    watch.observe(el, { childList: true, subtree: true });
    return () => {
      for (const end of ends) end();
      watch.disconnect();
    };
  }, []);
}
