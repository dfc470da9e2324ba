import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { expect, inject, test } from "vitest";
import { extras, types, widgets } from "../build.mjs";

/** What a widget weighs compressed, with all it imports: the first on a page, and a further one. */
const FIRST = 60_000;
const FURTHER = 36_000;
/** What every instance of a widget carries. */
const LOADER = 1_400;

const files: Record<string, Buffer> = Object.fromEntries(
  Object.entries(inject("built")).map(([name, text]) => [`${name}.js`, Buffer.from(text)]),
);

test("there is a loader, a core and a file for each widget", () => {
  const all = ["core", "loader", ...Object.keys({ ...widgets, ...extras })].map(
    (name) => `${name}.js`,
  );
  expect(Object.keys(files).sort()).toEqual(all.sort());
});

test.each(Object.keys(widgets))("%s keeps to its budget", (name) => {
  const weigh = (part: string): number => {
    const bytes = files[`${part}.js`] ?? Buffer.of();
    expect(bytes.length, part).toBeGreaterThan(1_000);
    return gzipSync(bytes, { level: 9, memLevel: 9 }).length;
  };
  const further = weigh("loader") + weigh(name);
  expect(further).toBeLessThanOrEqual(FURTHER);
  expect(further + weigh("core")).toBeLessThanOrEqual(FIRST);
});

test("the loader is small", () => {
  expect(files["loader.js"]?.length).toBeLessThanOrEqual(LOADER);
});

test("a page finds nothing but imports where it puts the core's address", () => {
  for (const [name, text] of Object.entries(inject("built"))) {
    const found = text.match(/"edu:\w+"/g) ?? [];
    expect(found.length, name).toBe(text.match(/\b(from|import) ?"edu:core"/g)?.length ?? 0);
  }
});

test("what is shared is in core and imported from there, each name once", () => {
  const imports = (name: string): string[] =>
    [...String(files[`${name}.js`]).matchAll(/\bimport ?\{([^}]*)\} ?from ?"([^"]*)"/g)].flatMap(
      ([, names = "", from = ""]) =>
        names.split(",").map((item) => `${from} ${item.split(" as ")[0]?.trim()}`),
    );
  for (const name of Object.keys(widgets)) {
    const found = imports(name);
    expect(found).toContain("edu:core feature");
    expect(found.filter((item) => !item.startsWith("edu:core "))).toEqual([]);
    expect(found.length).toBe(new Set(found).size);
  }
  expect(imports("core")).toEqual([]);
  const holding = (part: string) =>
    Object.keys(files).filter((name) => files[name]?.includes(part));
  expect(holding("createElementNS")).toEqual(["core.js"]); // Preact
  expect(holding("prefers-color-scheme")).toEqual(["core.js"]); // the theme
});

/** As a package of somebody else would write it, against what the wheel brings. */
const theirs = `
import { CORE_VERSION, feature, h, Signal, useSignal, type Connection, type ViewProps } from "edu:core";
class Room {
  readonly times = new Signal(0);
  constructor(readonly connection: Connection) {}
  dispose(): void { this.connection.dispose(); }
}
const View = ({ room }: ViewProps<Room>) =>
  h("button", { onClick: () => room.times.value++ }, \`Rung \${useSignal(room.times)} times\`);
export const core: number = CORE_VERSION;
export default feature((connection) => new Room(connection), View, ["button { color: red }"]);
`;

test("a widget of another package is checked by the types that stand beside core", async () => {
  const folder = await mkdtemp(resolve("node_modules", ".theirs-"));
  try {
    await types(resolve(folder, "core"));
    const options = {
      ...{ strict: true, noEmit: true, target: "ES2022", module: "ESNext", types: [] },
      ...{ moduleResolution: "bundler", paths: { "edu:core": ["./core/index.d.ts"] } },
    };
    const wrong = theirs.replace("useSignal(room.times)", "useSignal(room.time)");
    await writeFile(resolve(folder, "bell.ts"), theirs);
    await writeFile(resolve(folder, "wrong.ts"), wrong);
    const config = { compilerOptions: options, files: ["bell.ts", "wrong.ts"] };
    await writeFile(resolve(folder, "tsconfig.json"), JSON.stringify(config));
    const tsc = resolve("node_modules/typescript/bin/tsc");
    const said = await promisify(execFile)(process.execPath, [tsc, "-p", folder]).then(
      ({ stdout }) => stdout,
      ({ stdout }) => stdout as string,
    );
    // Both at once: each is a module of its own.
    expect(said).toMatch(/wrong\.ts.*'time'/);
    expect(said).not.toMatch("bell.ts");
  } finally {
    await rm(folder, { recursive: true });
  }
});
