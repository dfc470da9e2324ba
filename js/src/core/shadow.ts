import code from "./code.css?inline";
import core from "./core.css?inline";
import empty from "./empty.css?inline";
import float from "./float.css?inline";
import { guardKeyboard } from "./keyboard";
import { followTheme } from "./theme";

/** What every widget of ours is styled by, before its own. */
const base = core + code + empty + float;

const sheets = new Map<string, CSSStyleSheet>();

function sheetOf(css: string): CSSStyleSheet {
  const known = sheets.get(css);
  if (known) return known;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  sheets.set(css, sheet);
  return sheet;
}

/** The shadow root of a view, and what ends it. */
export interface Stage {
  root: ShadowRoot;
  dispose(): void;
}

/** Every shadow root of ours that is in the page. */
export const stages = new Set<ShadowRoot>();

/** A shadow root of our own in `el`: styled like all, then by `styles`, themed, and closed to the notebook's shortcuts. */
export function openStage(el: HTMLElement, styles: readonly string[]): Stage {
  const host = document.createElement("div");
  // A panel's: it has the frame, the light and the banner.
  if (el.dataset.inPanel !== undefined) host.dataset.inPanel = "";
  el.append(host);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [base, ...styles].map(sheetOf);
  const endGuard = guardKeyboard(host);
  const endTheme = followTheme(root);
  stages.add(root);
  return {
    root,
    dispose() {
      stages.delete(root);
      endGuard();
      endTheme();
      host.remove();
    },
  };
}
