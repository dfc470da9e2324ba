// Reads the host's theme through probes: hidden elements coloured by the host's variables. A
// probe has a transition, so the browser itself tells when a variable has changed, whoever did it.
// Where there are no transitions, what themes are made of is watched: attributes and style sheets.

import { type Color, readColor, writeColor } from "./color";
import { on } from "./events";
import { type HostColors, paletteOf } from "./palette";

const NOTHING = "transparent";

/** The time after the last change of a variable until all have settled, in ms. */
const SETTLED = 60;

const sources: Record<keyof HostColors, string> = {
  // Jupyter's, VS Code's, marimo's.
  bg: `var(--jp-layout-color1,var(--vscode-editor-background,var(--background,${NOTHING})))`,
  ink: `var(--jp-ui-font-color0,var(--vscode-foreground,var(--foreground,${NOTHING})))`,
  accent: `var(--jp-brand-color1,var(--vscode-focusBorder,${NOTHING}))`,
  muted: `var(--vscode-descriptionForeground,${NOTHING})`,
  k: `var(--jp-mirror-editor-keyword-color,${NOTHING})`,
  s: `var(--jp-mirror-editor-string-color,${NOTHING})`,
  m: `var(--jp-mirror-editor-number-color,${NOTHING})`,
  o: `var(--jp-mirror-editor-operator-color,${NOTHING})`,
};

/** The colour of an element as sRGB, whatever notation the theme used; `null` if see-through. */
function colorOf(value: string): Color | null {
  const read = readColor(value);
  return read && read.alpha > 0.5 ? read.color : null;
}

function makeProbes(): [HTMLElement, Map<keyof HostColors, HTMLElement>] {
  const box = document.createElement("div");
  box.className = "probes";
  const probes = new Map<keyof HostColors, HTMLElement>();
  for (const [name, source] of Object.entries(sources)) {
    const probe = document.createElement("i");
    // What is no colour leaves a background see-through; a `color` would be the text's around.
    probe.style.backgroundColor = `color-mix(in srgb, ${source} 100%, transparent 0%)`;
    probes.set(name as keyof HostColors, probe);
    box.append(probe);
  }
  return [box, probes];
}

/** Call `run` when what a theme is made of has changed. Returns what ends it. */
function watchThemes(run: () => void): () => void {
  const watch = new MutationObserver(run);
  const { documentElement: page, body, head } = document;
  for (const element of [page, body]) watch.observe(element, { attributes: true });
  watch.observe(head, { childList: true, subtree: true, characterData: true, attributes: true });
  // A style sheet, wherever in the page it stands.
  const endLoad = on(document, "load", run, true);
  return () => {
    watch.disconnect();
    endLoad();
  };
}

/** Keep the tokens of `root`'s host as the page's theme wants them. Returns what ends it. */
export function followTheme(root: ShadowRoot): () => void {
  const host = root.host as HTMLElement;
  const [box, probes] = makeProbes();
  root.append(box);
  const dark = matchMedia("(prefers-color-scheme: dark)");

  /** What the page says by `color-scheme`; where it says nothing or both, what its reader prefers. */
  const isDark = (): boolean => {
    const { colorScheme } = getComputedStyle(host.parentElement as Element);
    return colorScheme === "dark" || (colorScheme !== "light" && dark.matches);
  };

  const apply = (): void => {
    const colors = {} as Record<keyof HostColors, Color | null>;
    for (const [name, probe] of probes)
      colors[name] = colorOf(getComputedStyle(probe).backgroundColor);
    const [scheme, tokens] = paletteOf(colors, isDark());
    for (const [name, color] of Object.entries(tokens)) {
      host.style.setProperty(`--edu-${name}`, writeColor(color));
    }
    host.dataset.scheme = scheme;
    host.style.colorScheme = scheme === "light" ? "light" : "dark";
  };

  const observer = new ResizeObserver(apply);
  observer.observe(host);
  // A theme comes in several steps: one cuts another's transition short, and what is read then is
  // on its way from one to the other. So it is read once more after the last of them.
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(apply, SETTLED);
  };
  const ends = [
    on(box, "transitionrun transitionend transitioncancel", ({ type }) => {
      if (type === "transitionend") apply();
      soon();
    }),
    on(dark, "change", apply),
    watchThemes(soon),
  ];
  apply();
  return () => {
    observer.disconnect();
    clearTimeout(timer);
    for (const end of ends) end();
    box.remove();
  };
}
