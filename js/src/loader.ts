// All that a widget's own model carries, and all that is known here of how anywidget runs it. The
// code does not travel in models, which a notebook may be saved with: a page asks a widget for what
// it lacks, gets it as messages, and imports it once, however many widgets and kernels need it.
//
// It is saved with each widget, so it is written to be short: see its limit in bundle.node.test.ts.
//
// From anywidget 0.9 on, `export default` may be a function: it is called without arguments once a
// model, and once more whenever `_esm` changes. So what belongs to a model is in its closure. A
// model reaches `initialize` and each `render` as another proxy of it, so proxies are not compared.
// What `initialize` and `render` return is called at their end (of a model's only from 0.11 on).
// `host` and `signal` reach only `render`, and only from 0.11 on: neither is used.

interface Model {
  get(name: string): unknown;
  on(event: string, take: (message: unknown) => void): void;
  off(event: string, take: (message: unknown) => void): void;
  send(message: unknown): void;
  /** True once nobody waits for what was asked for any longer; anywidget's models have none such. */
  readonly over?: boolean;
}

interface Context {
  model: Model;
}

type End = (() => void) | undefined;

interface Widget<C extends Context = Context> {
  initialize(context: Context): unknown;
  render(context: C): unknown;
}

/** Milliseconds that the code may take before a view says that it is missing. */
const PATIENCE = 8_000;

/** Milliseconds until another widget asks for what one has asked for, and has not got. */
const ANOTHER = 2_000;

/** Milliseconds until one asks again, each time twice as long as before; so often it looks meanwhile. */
const FIRST_GAP = 4_000;
const LOOKS = 80;

/**
 * What this page holds, for all widgets: by a file's name and version its text; by all that a module
 * is made of, each with a blank behind it, its address; by `?` and a file the time from which it may be
 * asked for again; by `code` the function that gets it.
 */
const shared = globalThis as unknown as Record<symbol, Map<string, unknown> | undefined>;
const KEY = Symbol.for("edu-widgets");
shared[KEY] ??= new Map();
const held = shared[KEY];

const wait = (time: number): Promise<void> => new Promise((done) => setTimeout(done, time));

/** Import a text; a page that forbids `blob:` may allow `data:`. Resolves to its address. */
function place(text: string): Promise<string> {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const spelled = (): string => `data:text/javascript,${encodeURIComponent(text)}`;
  return import(/* @vite-ignore */ address).then(
    () => address,
    () => import(/* @vite-ignore */ spelled()).then(spelled),
  );
}

/**
 * Have the texts of `codes` in this page, import them, each of which may import the first, and give
 * what the last one is. Throws nothing in particular where there is no kernel, and once it is over.
 */
async function load(model: Model, codes = model.get("_code") as string[]): Promise<Widget> {
  // Without a comm it was saved, and is shown by whatever shows it: nobody is there to ask.
  if ((model.get("layout") as { comm_live?: boolean } | undefined)?.comm_live === false) throw 0;
  const take = (message: unknown): void => {
    const { op, code, text } = message as Record<string, string>;
    if (op === "code") held.set(code as string, text);
  };
  model.on("msg:custom", take);
  let missing: string[];
  for (let [gap, next] = [FIRST_GAP, 0]; ; await wait(gap / LOOKS)) {
    missing = codes.filter((code) => !held.has(code));
    if (model.over || !missing[0]) break;
    const now = Date.now();
    const wanted = missing.filter((code) => !((held.get(`?${code}`) as number) > now));
    if (wanted[0] && now >= next) {
      for (const code of wanted) held.set(`?${code}`, now + ANOTHER);
      next = now + gap;
      gap *= 2;
      model.send({ op: "code", codes: wanted });
    }
  }
  model.off("msg:custom", take);
  if (missing[0]) throw 0;
  let key = "";
  let first = "";
  let last = "";
  for (const code of codes) {
    key += `${code} `;
    if (!held.has(key)) {
      const text = held.get(code) as string; // a file may have this loader in it, which stays as it is
      held.set(key, place(text.replaceAll(/"edu:\w+"/g, `"${first}"`)));
    }
    last = (await held.get(key)) as string;
    first ||= last;
  }
  return (await import(/* @vite-ignore */ last)).default;
}

held.set("code", load); // for what comes later, as core/extra_code.ts

/**
 * A model's widget, which waits for its code. Each proxy of the model waits for itself: anywidget cuts
 * one off from all messages when what it was made for ends.
 */
export default function widget(): Widget<Context & { el: HTMLElement }> {
  let settled: Promise<End>;
  return {
    initialize(context) {
      // Not waited for: Jupyter reads no message, and so no code, before a model has started.
      settled = load(context.model)
        .then((code) => code.initialize(context) as End)
        .catch(() => undefined); // a view says what is wrong
      return () => settled.then((end) => end?.());
    },
    async render(context) {
      const { model, el } = context;
      const tell = (): void => {
        const { lang } = model.get("options") as { lang: string };
        const [en, tr] = model.get("_says") as [string, string];
        el.textContent = /^tr/i.test(lang || document.documentElement.lang) ? tr : en;
      };
      const late = setTimeout(tell, PATIENCE);
      try {
        const code = await load(model);
        await settled; // what starts first is the model
        el.textContent = "";
        return code.render(context);
      } catch (error) {
        if (error) console.error(error);
        tell();
      } finally {
        clearTimeout(late);
      }
    },
  };
}
