import { afterEach, expect, test } from "vitest";
import { commands } from "vitest/browser";
import { message } from "./mock";
import { closeAll, live, settled } from "./stage";

declare module "vitest/browser" {
  interface BrowserCommands {
    reduceMotion(reduce: boolean): Promise<void>;
  }
}

const page = document.documentElement;

afterEach(async () => {
  closeAll();
  page.removeAttribute("style");
  document.querySelector("#theme")?.remove();
  document.adoptedStyleSheets = [];
  await commands.reduceMotion(false);
});

const dark = "--jp-layout-color1:#212121;--jp-ui-font-color0:#e0e0e0";

test("a theme that changes is followed where people want no motion", async () => {
  await commands.reduceMotion(true);
  const shown = await live([message(1)]);
  const host = shown.el.firstElementChild as HTMLElement;
  expect(matchMedia("(prefers-reduced-motion: reduce)").matches).toBe(true);
  expect(host.dataset.scheme).toBe("light");
  // By a rule that names what stood there before: no attribute tells.
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [sheet];
  sheet.replaceSync(`:root{${dark}}`);
  await expect.poll(() => host.dataset.scheme).toBe("dark");
  document.adoptedStyleSheets = [];
  await expect.poll(() => host.dataset.scheme).toBe("light");
});

test.each([
  ["the page's style", () => page.setAttribute("style", dark)],
  [
    "a style sheet in its head",
    () => {
      const style = document.createElement("style");
      style.id = "theme";
      style.textContent = `:root{${dark}}`;
      document.head.append(style);
    },
  ],
  [
    "a style sheet that is loaded into its body",
    () => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.id = "theme";
      link.href = URL.createObjectURL(new Blob([`:root{${dark}}`], { type: "text/css" }));
      document.body.append(link);
    },
  ],
])("and where there are no transitions at all: %s", async (_, change) => {
  const shown = await live([message(1)]);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(".probes i { transition: none !important; }");
  shown.root.adoptedStyleSheets = [...shown.root.adoptedStyleSheets, sheet];
  await settled();
  const host = shown.el.firstElementChild as HTMLElement;
  expect(host.dataset.scheme).toBe("light");
  change();
  await expect.poll(() => host.dataset.scheme).toBe("dark");
  document.querySelector("#theme")?.remove();
});

test.each([
  ["marimo's colours", "--background:#181c1a;--foreground:#eceeed;color-scheme:dark", "dark"],
  ["marimo's light ones", "--background:#fff;--foreground:#0f172a;color-scheme:light", "light"],
  ["colour parts that are no colour", "--background:0 0% 4%;color:#000", "light"],
  ["a page that only says so", "color-scheme:dark", "dark"],
  ["a page that leaves it to its reader", "color-scheme:dark light", "light"],
])("other hosts' themes are followed: %s", async (_, style, scheme) => {
  page.setAttribute("style", style);
  const shown = await live([message(1)]);
  const host = shown.el.firstElementChild as HTMLElement;
  await expect.poll(() => host.dataset.scheme).toBe(scheme);
});
