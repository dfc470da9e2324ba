// The code that shows who looks comes in a file of its own (viewers/), and only to pages of a kernel
// that is shared. The loader gets it as it gets a widget's.

import type { Model } from "./model";
import { Signal } from "./signal";

type Load = (model: Model, codes: readonly string[]) => Promise<unknown>;

const page = globalThis as unknown as Record<symbol, Map<string, Load> | undefined>;
const KEY = Symbol.for("edu-widgets");

/** What the file exports: a component, see company.tsx. */
export const companyCode = new Signal<unknown>(null);

let loading: string | undefined;

/** Load the code of these names and versions, once. */
export async function loadCompany(model: Model, codes: readonly string[]): Promise<void> {
  const code = codes.at(-1);
  if (!code || code === loading) return;
  loading = code;
  companyCode.value = await page[KEY]?.get("load")?.(model, codes);
}
