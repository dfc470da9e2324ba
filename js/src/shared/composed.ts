// Another of the lesson's widgets within a view.

import type { Model } from "../core/model";
import widget from "../loader";

interface Finding<M> {
  widget_manager: { get_model(id: string): Promise<M> };
}

/** A model that can find others. */
export type Composing = Model &
  Finding<Parameters<ReturnType<typeof widget>["render"]>[0]["model"]>;

/** Milliseconds that a part's model may take, and between two looks for it. */
const PATIENCE = 8_000;
const AGAIN = 50;

/** The model that a trait refers to. */
async function find<M>(model: Finding<M>, reference: string): Promise<M> {
  for (let left = PATIENCE; ; left -= AGAIN) {
    try {
      return await model.widget_manager.get_model(reference.replace("IPY_MODEL_", ""));
    } catch (error) {
      if (left <= 0) throw error;
      await new Promise((done) => setTimeout(done, AGAIN));
    }
  }
}

/** Show what `reference` stands for in `el`, or say that it is `missing`; returns what ends that. */
export function composed(
  own: Composing,
  reference: string,
  el: HTMLElement,
  missing: string,
): () => void {
  let over = false;
  let close = (): void => {};
  const show = async (): Promise<void> => {
    const model = await find(own, reference);
    const end = over ? undefined : await widget().render({ model, el });
    if (typeof end === "function") close = end as () => void;
    if (over) close();
  };
  show().catch((error) => {
    console.error(error);
    if (!over) el.textContent = missing;
  });
  return () => {
    over = true;
    close();
  };
}
