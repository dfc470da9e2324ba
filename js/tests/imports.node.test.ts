import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

const IMPORT = /^(?:import|export)\b[^;]*?\bfrom "(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm;
const ENDINGS = ["", ".ts", ".tsx", ".mts", "/index.ts"];

/** What each file imports of the others, types too. */
function importsOf(files: readonly string[]): Map<string, string[]> {
  return new Map(
    files.map((file) => [
      file,
      [...readFileSync(file, "utf8").matchAll(IMPORT)].flatMap(([, named, loaded]) => {
        const path = normalize(join(dirname(file), named ?? loaded ?? ""));
        return ENDINGS.map((end) => path + end).filter((found) => files.includes(found));
      }),
    ]),
  );
}

/** The circles that one comes upon, each as the way round it. */
function circles(imports: Map<string, string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: string[]): void => {
    const start = way.indexOf(file);
    if (start >= 0) found.push([...way.slice(start), file].join(" → "));
    if (start >= 0 || done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}

test("nothing imports what imports it, not for its types either", () => {
  const files = ["src", "tests", "gallery"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => join(folder, name)),
  );
  const imports = importsOf(files);
  expect(imports.get(join("src", "core", "index.ts"))?.length).toBeGreaterThan(20);
  expect(circles(imports)).toEqual([]);
});

test("a circle is seen, however long", () => {
  const imports = new Map([
    ["a", ["b", "d"]],
    ["b", ["c"]],
    ["c", ["a"]],
    ["d", []],
  ]);
  expect(circles(imports)).toEqual(["a → b → c → a"]);
});
