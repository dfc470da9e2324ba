import type { TestProject } from "vitest/node";
import { bundles } from "../build.mjs";

declare module "vitest" {
  interface ProvidedContext {
    bundle: string;
  }
}

/** Builds the chat once, so that a test can load what people will load. */
export default async function setup(project: TestProject): Promise<void> {
  const chat = (await bundles()).find(({ path }) => path.endsWith("chat.js"));
  project.provide("bundle", chat?.text ?? "");
}
