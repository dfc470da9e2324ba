import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import type { BrowserCommand } from "vitest/node";
import { chromiumArgs, chromiumPath } from "./gallery/chromium.mjs";

const wanted = process.env.EDU_BROWSER || "chromium";
const browser = (["chromium", "firefox", "webkit"] as const).find((name) => name === wanted);
if (!browser) throw new Error(`EDU_BROWSER is ${wanted}; it may be chromium, firefox or webkit.`);
// Chromium is the machine's own; the others are those that `playwright install` brings.
const launchOptions =
  browser === "chromium" ? { executablePath: chromiumPath(), args: chromiumArgs } : {};

const reduceMotion: BrowserCommand<[reduce: boolean]> = ({ page }, reduce) =>
  page.emulateMedia({ reducedMotion: reduce ? "reduce" : "no-preference" });

// What fails is run once more where nobody looks on, and named if it passes then.
const retry = process.env.CI ? 1 : 0;

const jsxNames = {
  name: "jsx-names",
  enforce: "post" as const,
  transform: (code: string, id: string) =>
    /\/src\/.*\.tsx/.test(id)
      ? `${code}\nimport { h as jsx_h, Fragment as jsx_Fragment } from "/src/jsx";`
      : undefined,
};

export default defineConfig({
  plugins: [jsxNames],
  oxc: {
    jsx: { runtime: "classic", pragma: "jsx_h", pragmaFrag: "jsx_Fragment", development: false },
  },
  optimizeDeps: { include: ["axe-core", "preact", "preact/hooks"] },
  test: {
    reporters: ["default", "./tests/flaky.node.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "browser",
          include: ["src/**/*.test.{ts,tsx}", "tests/*.test.ts"],
          exclude: ["tests/*.node.test.ts"],
          globalSetup: ["tests/setup.node.ts"],
          // How long a page takes depends on who else computes; no test is about that.
          testTimeout: 180_000,
          hookTimeout: 180_000,
          retry,
          expect: { poll: { timeout: 60_000 } },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions }),
            instances: [{ browser, viewport: { width: 900, height: 900 } }],
            commands: { reduceMotion },
          },
        },
      },
      {
        test: {
          name: "node",
          include: ["tests/*.node.test.ts"],
          globalSetup: ["tests/setup.node.ts"],
          environment: "node",
          testTimeout: 180_000,
          hookTimeout: 180_000,
          retry,
        },
      },
    ],
  },
});
