import { on } from "./events";

const stop = (event: Event): void => event.stopPropagation();

/** Keep what is typed inside `host` from the notebook, which would act on it. */
export function guardKeyboard(host: HTMLElement): () => void {
  host.dataset.lmSuppressShortcuts = "true";
  return on(host, "keydown keypress keyup cut copy paste", stop);
}

/** Whether a key belongs to an input method that is still composing (Safari says 229). */
export const isComposing = (event: KeyboardEvent): boolean =>
  event.isComposing || event.keyCode === 229;
