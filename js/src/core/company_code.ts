// The code that shows who looks comes in a file of its own (viewers/), and only to pages of a kernel
// that is shared. The loader gets it as it gets a widget's.

import type { Model } from "./model";
import { Signal } from "./signal";

type Load = (model: Model, codes: unknown) => Promise<unknown>;

const KEY = Symbol.for("edu-widgets");

/** What the file exports: a component, see company.tsx. */
export const companyCode = new Signal<unknown>(null);

let loading: string | undefined;

/** Load the code of these names and versions, once. */
export async function loadCompany(model: Model, codes: unknown): Promise<void> {
  const code = (codes as string[] | undefined)?.at(-1);
  if (!code || code === loading) return;
  loading = code;
  const page = globalThis as unknown as { [KEY]: { get(name: string): Load } };
  companyCode.value = await page[KEY].get("code")(model, codes);
}
