// What axe is asked, in which themes, and how its answer is read.

import type { Result } from "axe-core";

/** JupyterLab's own colours, as CSS says them in several ways. */
export const themes: Record<string, Record<string, string>> = {
  light: {
    "--jp-layout-color1": "white",
    "--jp-ui-font-color0": "rgb(0 0 0)",
    "--jp-brand-color1": "#1976d2",
  },
  dark: {
    "--jp-layout-color1": "#212121",
    "--jp-ui-font-color0": "hsl(0 0% 100%)",
    "--jp-brand-color1": "#2196f3",
  },
};

export function dress(theme: Record<string, string> = {}): void {
  for (const [name, value] of Object.entries(theme)) {
    document.documentElement.style.setProperty(name, value);
  }
}

export const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];

/** What may be another in another theme and width: colours, and the names of what has no room. */
export const OTHER_DRESS = {
  type: "rule" as const,
  values: ["color-contrast", "button-name", "link-name", "input-button-name", "label"],
};

/** What axe is asked of a state: all that there is in light, and in another dress what may differ. */
export const inDress = (theme: string, rules: string[] = RULES) =>
  theme === "light" ? rules : OTHER_DRESS;

/** What is still coming into sight has no colour of its own yet; what never ends goes on. */
export function finishAnimations(root: ShadowRoot): void {
  for (const animation of root.getAnimations()) {
    if (animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
      animation.finish();
  }
}

export const isGrave = ({ impact }: Result): boolean =>
  impact === "serious" || impact === "critical";

/** Each rule that is broken, and by what. */
export const told = (violations: readonly Result[]): [string, string[]][] =>
  violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
