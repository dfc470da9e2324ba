// The inks of a page: stored by name, and mixed against the page's ground.

import type { Ink } from "./documents";

/** The colours of the inks on one ground, and the font. */
export interface Inks extends Record<Ink, string> {
  ground: string;
  dots: string;
  /** The ink of texts on notes. */
  text: string;
  font: string;
}

/** The inks of white paper, as edu_widgets/board/svg.py has them. */
export const paper: Inks = {
  ...{ ink: "#1a1a1a", blue: "#1763b0", green: "#17723c" },
  ...{ amber: "#b56a00", red: "#b92b24", violet: "#6a00a8" },
  ...{ ground: "#fff", dots: "#e2e2e2", text: "#1a1a1a", font: "sans-serif" },
};

const tokens: Record<Exclude<keyof Inks, "font">, string> = {
  ...{ ink: "fg", blue: "link", green: "ok", amber: "mark", red: "bad", violet: "code-o" },
  ...{ ground: "bg", dots: "line", text: "fg" },
};

/** The inks of the theme that an element stands in. */
export function inksOf(element: Element): Inks {
  const style = getComputedStyle(element);
  const found = Object.entries(tokens).map(([name, token]) => [
    name,
    style.getPropertyValue(`--edu-${token}`).trim() || paper[name as Ink],
  ]);
  return { ...Object.fromEntries(found), font: style.fontFamily || "sans-serif" } as Inks;
}
