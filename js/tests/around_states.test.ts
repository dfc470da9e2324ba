import axe, { type RunOptions } from "axe-core";
import { afterEach, describe, expect, test } from "vitest";
import { around } from "../gallery/around";
import { dress, finishAnimations, isGrave, OTHER_DRESS, RULES, themes, told } from "./accessible";
import { closeAll, settled, stage } from "./stage";

afterEach(() => {
  closeAll();
  sessionStorage.clear();
  document.documentElement.removeAttribute("style");
});

/** What a state is asked in light and wide; in dark and narrow what may be different there. */
const asked = [
  // Measured below: what a menu stands over is not smaller for it.
  { rules: { "target-size": { enabled: false } }, runOnly: [...RULES, "wcag22aa"] },
  { runOnly: OTHER_DRESS },
];

describe.each(Object.entries(around))("%s", (_, { options, play, act }) => {
  test.each([
    ["light", 900, asked[0]],
    ["dark", 360, asked[1]],
  ] as const)(
    "is accessible in %s, %i px wide, and nothing is cut sideways",
    async (theme, width, ask) => {
      dress(themes[theme]);
      const shown = stage({ options });
      shown.el.style.width = `${width}px`;
      play(shown.model);
      await settled();
      await act?.(shown.root, shown.model);
      await settled();
      finishAnimations(shown.root);
      const { violations, passes } = await axe.run(shown.el, ask as RunOptions);
      expect(told(violations.filter(isGrave))).toEqual([]);
      expect(passes.map(({ id }) => id)).toContain("color-contrast");
      const view = shown.find(".edu");
      expect(view.scrollWidth).toBe(view.clientWidth);
      for (const button of shown.all("button")) {
        const { width: wide, height: high } = button.getBoundingClientRect();
        expect(Math.min(wide, high), button.outerHTML.slice(0, 120)).toBeGreaterThanOrEqual(24);
      }
    },
  );
});
