// Pictures of every state into a folder: node gallery/shoot.mjs [folder [states [widths]]]

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { chromium } from "playwright";
import { bundles, options } from "../build.mjs";
import { chromiumArgs, chromiumPath } from "./chromium.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const folder = resolve(process.argv[2] ?? "/tmp/gallery");
const only = process.argv[3]?.split(",").filter(Boolean);
const widths = process.argv[4]?.split(",").map(Number) ?? [360, 900];

const built = await bundles();
const gallery = await esbuild.build({
  ...{ ...options, entryPoints: [resolve(here, "gallery.ts")] },
  ...{ target: "es2022", write: false },
});

const files = {
  "/": ["text/html", await readFile(resolve(here, "index.html"), "utf8")],
  "/gallery.js": ["text/javascript", gallery.outputFiles[0].text],
};
for (const { path, text } of built) files[`/${basename(path)}`] = ["text/javascript", text];

const server = createServer((request, response) => {
  const [type, text] = files[new URL(request.url ?? "/", "http://x").pathname] ?? [];
  response.writeHead(text ? 200 : 404, { "content-type": `${type ?? "text/plain"};charset=utf-8` });
  response.end(text ?? "");
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));

const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs });
const address = `http://127.0.0.1:${server.address().port}/`;
const first = await browser.newPage();
await first.goto(address);
await first.waitForSelector("body[data-ready]");
const scenes = await first.evaluate(() => document.documentElement.dataset.states.split(" "));
await first.close();
for (const width of widths) {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  page.on("pageerror", (error) => console.error(error));
  page.on("console", (line) => line.type() === "error" && console.error(line.text()));
  for (const theme of ["light", "dark", "contrast"]) {
    for (const scene of scenes) {
      if (theme === "contrast" && !["live", "panel-keys"].includes(scene)) continue;
      if (only?.length && !only.includes(scene)) continue;
      await page.goto(`${address}?theme=${theme}&state=${scene}`);
      const ready = page.waitForSelector("body[data-ready]", { timeout: 8_000 });
      if (!(await ready.catch(() => console.error(`${scene} is not ready`)))) continue;
      await page.waitForTimeout(350);
      await page.locator("#cell").screenshot({ path: `${folder}/${scene}-${width}-${theme}.png` });
    }
  }
  await page.close();
}
await browser.close();
server.close();
