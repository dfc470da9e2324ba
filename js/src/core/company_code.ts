// The code that shows who looks comes in a file of its own (viewers/), and only to pages of a kernel
// that is shared.

import type { Model } from "./model";
import { Signal } from "./signal";

/** What the file exports: a component, see company.tsx. */
export const companyCode = new Signal<unknown>(null);

let loading: string | undefined;

/** Load the code in the model that is referred to, once. */
export async function loadCompany(model: Model, reference: string): Promise<void> {
  if (loading === reference) return;
  loading = reference;
  const code = await model.widget_manager?.get_model(reference);
  const text = String(code?.get("text")).replaceAll('"edu:core"', `"${import.meta.url}"`);
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  companyCode.value = (await import(/* @vite-ignore */ address)).default;
}
