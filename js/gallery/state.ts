import type { Fields } from "../src/core/messages";
import type { MockModel } from "../tests/mock";

/** A state of a view: what the kernel has said, and what a person did then. */
export interface State {
  /** Which widget; without it the chat. */
  kind?: string;
  options?: Fields;
  play(model: MockModel): void;
  /** What a person does then. */
  act?(root: ShadowRoot, model: MockModel): void | Promise<void>;
}
