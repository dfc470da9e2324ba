import { basename } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, expect, test } from "vitest";
import { bundles, widgets } from "../build.mjs";

/** What a widget weighs compressed, with all it imports: the first on a page, and a further one. */
const FIRST = 60_000;
const FURTHER = 36_000;
/** What every instance of a widget carries. */
const LOADER = 2_000;

let files: Record<string, Buffer>;

beforeAll(async () => {
  const built = (await bundles()).map(({ path, text }) => [basename(path), Buffer.from(text)]);
  files = Object.fromEntries(built);
}, 180_000);

test("there is a loader, a core and two files for each widget", () => {
  const own = Object.keys(widgets).flatMap((name) => [`${name}.js`, `${name}_texts.js`]);
  expect(Object.keys(files).sort()).toEqual(["core.js", "loader.js", ...own].sort());
});

test.each(Object.keys(widgets))("%s keeps to its budget", (name) => {
  const weigh = (...parts: string[]): number =>
    parts.reduce((sum, part) => {
      const bytes = files[`${part}.js`] ?? Buffer.of();
      expect(bytes.length, part).toBeGreaterThan(1_000);
      return sum + gzipSync(bytes, { level: 9, memLevel: 9 }).length;
    }, 0);
  const further = weigh("loader", name, `${name}_texts`);
  expect(further).toBeLessThanOrEqual(FURTHER);
  expect(further + weigh("core")).toBeLessThanOrEqual(FIRST);
});

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
