import { useEffect } from "../core/hooks";

/** Where the focus goes if what had it is no more, by where that was: its first that is there. */
const desk = ".desk, .choosing, .confirm, .leave, [role=menu]";
const heirs = (was: Element): readonly string[] =>
  was.closest(desk) ? [".leave", ".desk", ".poll", ".stage"] : [".leave", ".poll", ".stage"];

/**
 * Keep the focus in a view when the button that has it goes, as *Close* does once a poll is closed
 * and an option when the instructor closes it: the next key would act on the notebook.
 *
 * It goes to what surrounds the button, never to another one: a second Enter does nothing.
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
      // Taken away is not left: what is taken away blurs before it is gone.
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
      heir.focus({ preventScroll: true });
    });
    el.addEventListener("focusin", onFocus);
    el.addEventListener("focusout", onBlur);
    watch.observe(el, { childList: true, subtree: true });
    return () => {
      el.removeEventListener("focusin", onFocus);
      el.removeEventListener("focusout", onBlur);
      watch.disconnect();
    };
  }, []);
}
