import { createContext } from "preact";
import type { Connection } from "./connection";
import type { Floats } from "./float";
import type { Options } from "./model";
import type { Signal } from "./signal";

/** The view around, as far as its parts need it. */
export interface ViewAround {
  connection: Connection;
  floats: Floats;
  /** The options of the view, and what it is called; in a view with a header. */
  options?: Signal<Options>;
  label?: string;
}

/** What the parts of a view find around them; `null` outside of one. */
export const Around = createContext<ViewAround | null>(null);
