// Code that not every page needs, or not at first, comes in files of its own (`extras` in build.mjs).
// The loader gets them as it gets a widget's.

import { report } from "./errors";
import type { Model } from "./model";

type Asking = Pick<Model, "get" | "on" | "off" | "send"> & { readonly over: boolean };
type Load = (model: Asking, codes: readonly string[]) => Promise<unknown>;

const KEY = Symbol.for("edu-widgets");

/** What the file `name` exports. For ever pending where it cannot be loaded, and after `over`. */
export function loadExtra(model: Model, name: string, over: AbortSignal): Promise<unknown> {
  const page = globalThis as unknown as { [KEY]: { get(name: string): Load } };
  const [core = ""] = model.get("_code") as string[];
  const code = (model.get("_extras") as string[]).find((one) => one.startsWith(`${name}@`));
  return new Promise((done) => {
    if (!code) return;
    // Nothing is thrown where nobody is there to ask, and once it is over.
    const failed = (error: unknown): void => {
      if (error) report(error);
    };
    const asking: Asking = {
      ...{ get: (trait) => model.get(trait), send: (message) => model.send(message) },
      ...{
        on: (event, take) => model.on(event, take),
        off: (event, take) => model.off(event, take),
      },
      get over(): boolean {
        return over.aborted;
      },
    };
    page[KEY].get("code")(asking, [core, code]).then(done, failed);
  });
}
