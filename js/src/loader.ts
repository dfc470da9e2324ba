// All that a widget's own model carries, and all that is known here of how anywidget runs it. The
// code does not travel in models, which a notebook may be saved with: a page asks a widget for what
// it lacks, gets it as messages, and imports it once, however many widgets and kernels need it.
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

/** Milliseconds until another widget asks for what one has asked for, and has not got. */
const ANOTHER = 2_000;

/** Milliseconds until one asks again, each time twice as long as before; so often it looks meanwhile. */
const FIRST_GAP = 4_000;
const LOOKS = 80;

/** Thrown where there is no kernel, and where nobody waits any longer. */
const ALONE = 0;

/** Milliseconds that `initialize` waits: anywidget 0.11 gives up a model after 2 s. */
const START = 1_000;

/**
 * What this page holds, for all widgets: by a file's name and version its text; by all that a module
 * is made of, each with a blank behind it, its address; by `?` and a file when it may be asked for; by
 * `code` the function that gets it.
 */
const shared = globalThis as unknown as Record<symbol, Map<string, unknown> | undefined>;
const KEY = Symbol.for("edu-widgets");
shared[KEY] ??= new Map();
const held = shared[KEY];

const wait = (time: number): Promise<void> => new Promise((done) => setTimeout(done, time));

/** Have the texts of `codes` in this page, unless it is over before. */
async function fetchCode(
  model: Model,
  codes: readonly string[],
  over?: AbortSignal,
): Promise<void> {
  const take = (message: unknown): void => {
    const { op, code, text } = message as Record<string, string>;
    if (op === "code") held.set(code as string, text);
  };
  const end = (): void => model.off("msg:custom", take);
  model.on("msg:custom", take);
  over?.addEventListener("abort", end);
  for (let [gap, next] = [FIRST_GAP, 0]; !over?.aborted; await wait(gap / LOOKS)) {
    const missing = codes.filter((code) => !held.has(code));
    if (!missing[0]) break;
    const now = Date.now();
    const wanted = missing.filter((code) => !((held.get(`?${code}`) as number) > now));
    if (!wanted[0] || now < next) continue;
    for (const code of wanted) held.set(`?${code}`, now + ANOTHER);
    next = now + gap;
    gap *= 2;
    model.send({ op: "code", codes: wanted });
  }
  end();
}

/** Import a text; a page that forbids `blob:` may allow `data:`. Resolves to its address. */
async function place(text: string): Promise<string> {
  let address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    await import(/* @vite-ignore */ address);
  } catch {
    address = `data:text/javascript,${encodeURIComponent(text)}`;
    await import(/* @vite-ignore */ address);
  }
  return address;
}

/** Import `codes`, each of which may import those before it, and give what the last one is. */
async function load(
  model: Model,
  codes = model.get("_code") as string[],
  over?: AbortSignal,
): Promise<Widget> {
  // Without a comm it was saved, and is shown by whatever shows it: nobody is there to ask.
  if ((model.get("layout") as { comm_live?: boolean } | undefined)?.comm_live === false)
    throw ALONE;
  await fetchCode(model, codes, over);
  if (over?.aborted) throw ALONE;
  let key = "";
  let last = "";
  const imports: [string, string][] = [];
  for (const code of codes) {
    key += `${code} `;
    let address = held.get(key) as Promise<string> | undefined;
    if (!address) {
      let text = held.get(code) as string;
      for (const [from, to] of imports) text = text.replaceAll(`"edu:${from}"`, `"${to}"`);
      address = place(text);
      held.set(key, address);
    }
    last = await address;
    imports.push([code.replace(/@.*/, ""), last]);
  }
  return (await import(/* @vite-ignore */ last)).default;
}

held.set("code", load); // for what comes later, as core/extra_code.ts

/**
 * A model's widget, which waits for its code. Each proxy of the model waits for itself: anywidget cuts
 * one that was slow to start off from all messages.
 */
export default function widget(): Widget<Context & { el: HTMLElement }> {
  let settled: Promise<unknown> | undefined;
  return {
    async initialize(context) {
      const started = load(context.model).then((code) => code.initialize(context));
      settled = started.catch(() => undefined); // a view says what is wrong
      await Promise.race([settled, wait(START)]);
      return () =>
        (settled as Promise<unknown>).then((end) => (end as (() => void) | undefined)?.());
    },
    async render(context) {
      const { model, el } = context;
      const tell = (which: number): void => {
        const { lang } = model.get("options") as { lang: string };
        const { en, tr } = model.get("_says") as Record<string, string[]>;
        const said = /^tr/i.test(lang || document.documentElement.lang) ? tr : en;
        el.textContent = said?.[which] as string;
      };
      const late = setTimeout(tell, PATIENCE, 1);
      try {
        const code = await load(model);
        await settled; // what starts first is the model
        el.textContent = "";
        return code.render(context);
      } catch (error) {
        if (error) console.error(error);
        tell(error ? 1 : ALONE);
      } finally {
        clearTimeout(late);
      }
    },
  };
}
