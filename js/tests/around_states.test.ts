import axe from "axe-core";
import { afterEach, describe, expect, test } from "vitest";
import { around } from "../gallery/around";
import { closeAll, settled, stage } from "./stage";

afterEach(() => {
  closeAll();
  sessionStorage.clear();
  document.documentElement.removeAttribute("style");
});

const themes: Record<string, Record<string, string>> = {
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

describe.each(Object.entries(around))("%s", (_, { options, play, act }) => {
  test.each([
    ["light", 900],
    ["dark", 360],
  ])("is accessible in %s, %i px wide, and nothing is cut sideways", async (theme, width) => {
    for (const [name, value] of Object.entries(themes[theme] ?? {})) {
      document.documentElement.style.setProperty(name, value);
    }
    const shown = stage({ options });
    shown.el.style.width = `${width}px`;
    play(shown.model);
    await settled();
    await act?.(shown.root, shown.model);
    await settled();
    for (const animation of shown.root.getAnimations()) {
      if (animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
        animation.finish();
    }
    const { violations, passes } = await axe.run(shown.el, {
      // Measured below: what a menu stands over is not smaller for it.
      rules: { "target-size": { enabled: false } },
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    });
    const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    expect(grave.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
    expect(passes.map(({ id }) => id)).toContain("color-contrast");
    const view = shown.find(".edu");
    expect(view.scrollWidth).toBe(view.clientWidth);
    for (const button of shown.all("button")) {
      const { width: wide, height: high } = button.getBoundingClientRect();
      expect(Math.min(wide, high), button.outerHTML.slice(0, 120)).toBeGreaterThanOrEqual(24);
    }
  });
});
