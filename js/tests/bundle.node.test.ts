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

test("there is a loader, a core and two files for each widget", () => {
  const own = Object.keys(widgets).flatMap((name) => [`${name}.js`, `${name}_texts.js`]);
  expect(Object.keys(files).sort()).toEqual(["core.js", "loader.js", ...own].sort());
});

test.each(["core", ...Object.keys(widgets).flatMap((name) => [name, `${name}_texts`])])(
  "%s.js keeps to its budget",
  (name) => {
    const bytes = files[`${name}.js`] ?? Buffer.of();
    expect(bytes.length).toBeGreaterThan(1_000);
    const sizes = {
      raw: bytes.length,
      compressed: gzipSync(bytes, { level: 9, memLevel: 9 }).length,
    };
    expect(sizes.raw, JSON.stringify(sizes)).toBeLessThanOrEqual(RAW);
    expect(sizes.compressed, JSON.stringify(sizes)).toBeLessThanOrEqual(COMPRESSED);
  },
);

test("the loader is small", () => {
  expect(files["loader.js"]?.length).toBeLessThanOrEqual(LOADER);
});

test("what is shared is in its own file and imported from there", () => {
  const imports = (name: string) => String(files[`${name}.js`]).match(/\bfrom ?"[^"]*"/g) ?? [];
  for (const name of Object.keys(widgets)) {
    expect(imports(name).sort()).toEqual([`from"edu:${name}_texts"`, 'from"edu:core"'].sort());
    expect(imports(`${name}_texts`).filter((from) => from !== 'from"edu:core"')).toEqual([]);
  }
  expect(imports("core")).toEqual([]);
  const holding = (part: string) =>
    Object.keys(files).filter((name) => files[name]?.includes(part));
  expect(holding("createElementNS")).toEqual(["core.js"]); // Preact
  expect(holding("prefers-color-scheme")).toEqual(["core.js"]); // the theme
});
