import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumArgs, chromiumPath } from "./gallery/chromium.mjs";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  optimizeDeps: { include: ["preact", "preact/hooks", "preact/jsx-runtime", "axe-core"] },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "browser",
          include: ["src/**/*.test.{ts,tsx}", "tests/*.test.ts"],
          exclude: ["tests/*.node.test.ts"],
          globalSetup: ["tests/setup.node.ts"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: chromiumPath(), args: chromiumArgs },
            }),
            instances: [{ browser: "chromium", viewport: { width: 900, height: 900 } }],
          },
        },
      },
      { test: { name: "node", include: ["tests/*.node.test.ts"], environment: "node" } },
    ],
  },
});
