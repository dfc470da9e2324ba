import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { bundles, widgets } from "../build.mjs";

const RAW = 60_000;
const COMPRESSED = 22_000;

test.each(Object.keys(widgets))(
  "the bundle of %s keeps to its budget",
  async (name) => {
    const found = (await bundles()).find(({ path }) => path.endsWith(`${name}.js`));
    const bytes = Buffer.from(found?.text ?? "");
    expect(bytes.length).toBeGreaterThan(1_000);
    const sizes = {
      raw: bytes.length,
      compressed: gzipSync(bytes, { level: 9, memLevel: 9 }).length,
    };
    expect(sizes.raw, JSON.stringify(sizes)).toBeLessThanOrEqual(RAW);
    expect(sizes.compressed, JSON.stringify(sizes)).toBeLessThanOrEqual(COMPRESSED);
  },
  60_000,
);
