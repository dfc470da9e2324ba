import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { TestProject } from "vitest/node";
import { bundles } from "../build.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** The text of every built file, by its name without `.js`. */
    built: Record<string, string>;
    /** The script of a widget of another package, as somebody has written it. */
    bell: string;
  }
}

type Files = ReturnType<typeof bundles>;
const made = Symbol.for("edu-widgets bundles");
const shared = globalThis as { [made]?: Files };

/** Builds all once, for the tests in the browser and beside it: they load what people will load. */
export default async function setup(project: TestProject): Promise<void> {
  // Each project loads this file anew, in one process.
  shared[made] ??= bundles();
  const files = (await shared[made]).map(({ path, text }) => [basename(path, ".js"), text]);
  project.provide("built", Object.fromEntries(files));
  const bell = new URL("../../tests/bell/package/course_bell/bell.js", import.meta.url);
  project.provide("bell", await readFile(bell, "utf8"));
}
