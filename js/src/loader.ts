// All that a widget's own model carries, and all that is known here of how anywidget runs it. The
// code comes once a kernel, in models of its own that this one refers to, and is imported once a
// page, however many widgets and kernels need it.
//
// From anywidget 0.9 on, `export default` may be a function: it is called without arguments once a
// model, and once more whenever `_esm` changes. So what belongs to a model is in its closure. A
// model reaches `initialize` and each `render` as another proxy of it, so proxies are not compared.
// What `initialize` and `render` return is called at their end (of a model's only from 0.11 on).
// `host` and `signal` reach only `render`, and only from 0.11 on: neither is used. Another model,
// of code or of a widget within a widget, is found by `model.widget_manager.get_model`.

interface Code {
  get(trait: "name" | "version" | "text"): string;
}

/** A model that can find others. */
export interface Finding<M> {
  widget_manager: { get_model(id: string): Promise<M> };
}

interface Model extends Finding<Code> {
  get(name: string): unknown;
}

interface Context {
  model: Model;
}

interface Widget<C extends Context = Context> {
  initialize(context: Context): unknown;
  render(context: C): unknown;
}

/** Milliseconds that the code may take before a view says that it is missing. */
const PATIENCE = 8_000;

/** Milliseconds between two looks for a model that is not there yet. */
const AGAIN = 100;

/** Milliseconds that `initialize` waits: anywidget 0.11 gives up a model after 2 s. */
const START = 1_000;

const shared = globalThis as unknown as Record<symbol, Map<string, string> | undefined>;
const KEY = Symbol.for("edu-widgets");
shared[KEY] ??= new Map();

/** Addresses of modules by the names and versions of all that they are made of. */
const addresses = shared[KEY];

const wait = (time: number): Promise<void> => new Promise((done) => setTimeout(done, time));

/** The model that a trait refers to. */
export async function find<M = Code>(model: Finding<M>, reference: string): Promise<M> {
  for (let left = PATIENCE; ; left -= AGAIN) {
    try {
      return await model.widget_manager.get_model(reference.replace("IPY_MODEL_", ""));
    } catch (error) {
      if (left <= 0) throw error;
      await wait(AGAIN);
    }
  }
}

async function load(model: Model): Promise<Widget> {
  const references = model.get("_code") as string[];
  const late = wait(PATIENCE).then(() => Promise.reject(new Error("The code did not arrive.")));
  const codes = await Promise.race([Promise.all(references.map((id) => find(model, id))), late]);
  let key = "";
  const imports: [string, string][] = [];
  const modules: Promise<{ default: Widget }>[] = [];
  for (const code of codes) {
    const name = code.get("name");
    key += `${name}@${code.get("version")} `;
    let address = addresses.get(key);
    if (!address) {
      let text = code.get("text");
      for (const [from, to] of imports) text = text.replaceAll(`"edu:${from}"`, `"${to}"`);
      address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
      addresses.set(key, address);
    }
    imports.push([name, address]);
    modules.push(import(address)); // each at once, not when the next one asks for it
  }
  const last = (await Promise.all(modules)).at(-1);
  if (!last) throw new Error("There is no code.");
  return last.default;
}

/** A model's widget, which waits for its code; one that failed to come is asked for again. */
export default function widget(): Widget<Context & { el: HTMLElement }> {
  let loaded: Promise<Widget> | undefined;
  const loading = ({ model }: Context): Promise<Widget> => {
    loaded ??= load(model).catch((error) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
  return {
    async initialize(context) {
      const started = loading(context).then((code) => code.initialize(context));
      const settled = started.catch(() => undefined); // a view says what is wrong
      await Promise.race([settled, wait(START)]);
      return () => {
        settled.then((end) => (end as (() => void) | undefined)?.());
      };
    },
    async render(context) {
      try {
        return (await loading(context)).render(context);
      } catch (error) {
        console.error(error);
        const { lang } = context.model.get("options") as { lang: string };
        context.el.textContent = /^tr/i.test(lang || document.documentElement.lang)
          ? "Bu bileşenin kodu yüklenemedi. Açmak için hücreyi yeniden çalıştırın."
          : "The code of this widget could not be loaded. Run the cell again to open it.";
      }
    },
  };
}
