// What is used of anywidget's model. A model is handed out as a new proxy each time, so proxies
// cannot be compared; the trait `_instance` tells models apart.

/** A model as anywidget hands it out. */
export interface Model {
  get(name: string): unknown;
  on(event: string, callback: (...args: unknown[]) => void): void;
  off(event: string, callback: (...args: unknown[]) => void): void;
  send(content: unknown, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
  /** Finds other models, as those of code. */
  widget_manager?: { get_model(id: string): Promise<Pick<Model, "get">> };
}

/** The display options of a widget. */
export interface Options {
  height: number;
  lang: string;
  /** Whether Python has said which language. */
  fixed: boolean;
  /** The one poll that is shown; empty: whatever there is. */
  poll: string;
}

const DEFAULT_HEIGHT = 420;

/** The display options of a model, with what is usual in place of what is missing. */
export function readOptions(model: Model): Options {
  const options = (model.get("options") ?? {}) as Record<string, unknown>;
  const { height, lang, poll } = options;
  return {
    height: Number(height) > 0 ? Number(height) : DEFAULT_HEIGHT,
    lang: String(lang ?? ""),
    fixed: Boolean(lang),
    poll: String(poll ?? ""),
  };
}
