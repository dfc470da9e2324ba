// The code that shows who looks comes in a file of its own (viewers/), and only to pages of a kernel
// that is shared. It is asked for as the loader asks for a widget's.

import { report } from "./errors";
import { asText, isFields } from "./messages";
import type { Model } from "./model";
import { Signal } from "./signal";

/** What the file exports: a component, see company.tsx. */
export const companyCode = new Signal<unknown>(null);

let held: string | undefined;

/** See that the code of this name and version is here. */
export function wantCompany(model: Model, code: string): void {
  if (code && code !== held) model.send({ op: "code", codes: [code] });
}

/** Whether a message is one with code: what shows who looks is imported, the rest is the loader's. */
export function takeCode(message: unknown): boolean {
  if (!isFields(message) || message.op !== "code") return false;
  const code = asText(message.code);
  if (/^viewers@/.test(code) && code !== held) {
    held = code;
    load(asText(message.text)).catch(report);
  }
  return true;
}

async function load(text: string): Promise<void> {
  const linked = text.replaceAll('"edu:core"', `"${import.meta.url}"`);
  const address = URL.createObjectURL(new Blob([linked], { type: "text/javascript" }));
  companyCode.value = (await import(/* @vite-ignore */ address)).default;
}
