// Code that not every page needs, or not at first, comes in files of its own (`extras` in build.mjs).
// The loader gets them as it gets a widget's.

import { report } from "./errors";
import type { Model } from "./model";

type Load = (model: Model, codes: readonly string[], over: AbortSignal) => Promise<unknown>;

const KEY = Symbol.for("edu-widgets");

/** What the file `name` exports. For ever pending where it cannot be loaded, and after `over`. */
export function loadExtra(model: Model, name: string, over: AbortSignal): Promise<unknown> {
  const page = globalThis as unknown as { [KEY]: { get(name: string): Load } };
  const [core = ""] = model.get("_code") as string[];
  const { [name]: code } = model.get("_extras") as Record<string, string>;
  return new Promise((done) => {
    if (!code) return;
    // Nothing is thrown where nobody is there to ask, and once it is over.
    const failed = (error: unknown): void => {
      if (error) report(error);
    };
    page[KEY].get("code")(model, [core, code], over).then(done, failed);
  });
}
