import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import { expect, test } from "vitest";
import { options, widgets } from "../build.mjs";

const RAW = 60_000;
const COMPRESSED = 22_000;

test.each(Object.keys(widgets))("the bundle of %s keeps to its budget", async (name) => {
  const { outputFiles } = await esbuild.build({
    ...(options as esbuild.BuildOptions),
    write: false,
  });
  const bundle = outputFiles?.find(({ path }) => path.endsWith(`${name}.js`))?.contents;
  expect(bundle?.length).toBeGreaterThan(1_000);
  expect(bundle?.length).toBeLessThanOrEqual(RAW);
  expect(gzipSync(bundle ?? "", { level: 9 }).length).toBeLessThanOrEqual(COMPRESSED);
});
