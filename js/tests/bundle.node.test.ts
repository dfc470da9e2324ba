import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { bundles, widgets } from "../build.mjs";

const RAW = 60_000;
const COMPRESSED = 22_000;
/** What every instance of a widget carries. */
const LOADER = 2_000;

let files: Record<string, Buffer>;

beforeAll(async () => {
  const built = (await bundles()).map(({ path, text }) => [basename(path), Buffer.from(text)]);
  files = Object.fromEntries(built);
}, 60_000);

test("there is a loader, a core and a file for each widget", () => {
  const own = Object.keys(widgets).map((name) => `${name}.js`);
  expect(Object.keys(files).sort()).toEqual(["core.js", "loader.js", ...own].sort());
});

test.each(["core", ...Object.keys(widgets)])("%s.js keeps to its budget", (name) => {
  const bytes = files[`${name}.js`] ?? Buffer.of();
  expect(bytes.length).toBeGreaterThan(1_000);
  const sizes = {
    raw: bytes.length,
    compressed: gzipSync(bytes, { level: 9, memLevel: 9 }).length,
  };
  expect(sizes.raw, JSON.stringify(sizes)).toBeLessThanOrEqual(RAW);
  expect(sizes.compressed, JSON.stringify(sizes)).toBeLessThanOrEqual(COMPRESSED);
});

test("the loader is small", () => {
  expect(files["loader.js"]?.length).toBeLessThanOrEqual(LOADER);
});

test("a widget's file has nothing of the core in it", () => {
  for (const name of Object.keys(widgets)) {
    const text = String(files[`${name}.js`]);
    expect(text.match(/\bfrom"[^"]*"/g)).toEqual(['from"edu:core"']);
    expect(text).not.toContain("--edu-bg:"); // its colours
    expect(text).not.toContain("createElementNS"); // Preact
  }
  expect(String(files["core.js"])).toContain("createElementNS");
});
