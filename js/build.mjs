// Builds the browser's files under edu_widgets/static/, minified ESM: loader.js, which every
// widget's model carries; core.js, which all of them share; and two files a widget, <widget>.js
// and <widget>_texts.js. One imports what it needs of another from "edu:<name>", and the loader
// puts them together.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { minify } from "terser";

const here = dirname(fileURLToPath(import.meta.url));

/** Where Preact begins. */
const preact = createRequire(import.meta.url).resolve("preact");

/** Every widget: the name of its file, and where it starts. */
export const widgets = {
  chat: "src/chat/index.ts",
  polls: "src/polls/index.ts",
  presence: "src/presence/index.ts",
  notifications: "src/notifications/index.ts",
  panel: "src/panel/index.ts",
};

/** What of a widget goes into its second file: styles, words and tables. */
const TEXTS = /^(.*\.css|locale\/.*|emoji\.ts)$/;

const source = resolve(here, "src");

/** The shared file that a file of ours is built into; `undefined`: into those that import it. */
function homeOf(path) {
  if (path === preact) return "core";
  const [, folder, file] = /^(\w+)\/(.+)$/.exec(relative(source, path).replaceAll("\\", "/")) ?? [];
  if (folder === "core") return "core";
  return folder in widgets && TEXTS.test(file) ? `${folder}_texts` : undefined;
}

/** `import css from "./x.css?inline"` yields the minified text, as it does under Vite. */
const inlineCss = {
  name: "inline-css",
  setup(build) {
    build.onResolve({ filter: /\.css\?inline$/ }, ({ path, resolveDir }) => ({
      path: resolve(resolveDir, path.replace(/\?inline$/, "")),
      namespace: "inline-css",
    }));
    build.onLoad({ filter: /.*/, namespace: "inline-css" }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const { code } = await esbuild.transform(source, { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text", watchFiles: [path] };
    });
  },
};

/** What esbuild is asked for. */
export const options = {
  absWorkingDir: here,
  outdir: resolve(here, "../edu_widgets/static"),
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: ["chrome111", "firefox113", "safari16.4"],
  // Shorter than the automatic runtime, and without it.
  jsx: "transform",
  jsxFactory: "h",
  jsxFragment: "Fragment",
  inject: [resolve(here, "src/jsx.ts")],
  tsconfigRaw: {},
  charset: "utf8",
  legalComments: "none",
  plugins: [inlineCss],
  write: false,
};

/** The names that a file exports. */
async function exportsOf(path) {
  if (path.endsWith("?inline")) return ["default"];
  const { metafile } = await esbuild.build({ ...options, entryPoints: [path], metafile: true });
  return Object.values(metafile.outputs).flatMap(({ exports }) => exports);
}

/** What a shared file calls an export of one of its sources: `hooks_useState`. */
function sharedName(path, name) {
  const file = path === preact ? "preact" : relative(source, path).replace(/^\w+.|\.tsx?$/g, "");
  return `${file}_${name}`.replace(/\W/g, "_");
}

/**
 * Lets the file that is built import others of ours from "edu:<name>" where their home is another
 * than its own. What there is to import is noted in `found`, by the home's name.
 */
const importShared = (own, found) => ({
  name: "import-shared",
  setup(build) {
    build.onResolve({ filter: /./ }, async ({ path, resolveDir, kind, pluginData }) => {
      if (pluginData === "resolving" || kind === "entry-point") return undefined;
      if (path.startsWith("edu:")) return { path, external: true, sideEffects: false };
      const [file, query] = path.split("?");
      let full = preact;
      if (path !== "preact") {
        if (!file.startsWith(".")) return undefined;
        const found = await build.resolve(file, { resolveDir, kind, pluginData: "resolving" });
        if (found.errors.length) return { errors: found.errors };
        full = found.path;
      }
      const home = homeOf(full);
      if (!home || home === own) return undefined;
      const shared = full + (query ? `?${query}` : "");
      return { path: shared, namespace: "shared", sideEffects: false, pluginData: home };
    });
    build.onLoad({ filter: /./, namespace: "shared" }, async ({ path, pluginData: home }) => {
      const names = found[home] ?? new Map();
      found[home] = names;
      const lines = (await exportsOf(path)).map((name) => {
        const shared = sharedName(path, name);
        names.set(shared, `export { ${name} as ${shared} } from ${JSON.stringify(path)};`);
        return `export { ${shared} as ${name} } from "edu:${home}";`;
      });
      return { contents: lines.join("\n"), loader: "js", watchFiles: [path.split("?")[0]] };
    });
  },
});

const sharedImport = /import\{([^{}]*)\}from"edu:(\w+)";?/g;

/** A file as esbuild writes it, with one import a shared file instead of one a name. */
function importOnce({ path, text }) {
  const imports = {};
  for (const [, names, home] of text.matchAll(sharedImport)) {
    imports[home] = [...(imports[home] ?? []), ...names.split(",")];
  }
  const lines = Object.entries(imports).map(
    ([home, names]) => `import{${names.join(",")}}from"edu:${home}";`,
  );
  return { path, imports, text: lines.join("") + text.replace(sharedImport, "") };
}

/** Every file as `{path, text}`, before the second look. */
async function build() {
  const loader = await esbuild.build({
    ...{ ...options, entryPoints: { loader: "src/loader.ts" }, inject: [] },
  });
  const files = [];
  const found = {};
  const add = async (name, entry) => {
    const built = await esbuild.build({
      ...{ ...options, ...entry },
      ...{ outdir: undefined, outfile: resolve(options.outdir, `${name}.js`) },
      plugins: [importShared(name, found), ...options.plugins],
    });
    files.push(...built.outputFiles.map(importOnce));
  };
  // A shared file has what the files before it import from it, and nothing else.
  const share = async (name) => {
    const used = files.flatMap(({ imports }) => imports[name] ?? []);
    const names = new Set(used.map((item) => item.split(" as ")[0].trim()));
    const lines = [...names].sort().map((item) => found[name].get(item));
    await add(name, { stdin: { contents: lines.join("\n"), resolveDir: here, sourcefile: name } });
  };
  for (const [name, entry] of Object.entries(widgets)) {
    await add(name, { entryPoints: [entry] });
    await share(`${name}_texts`);
  }
  await share("core");
  return [...loader.outputFiles, ...files];
}

/** Every file as `{path, text}`, after a second look that saves some 3 % once compressed. */
export async function bundles() {
  const squeeze = async ({ path, text }) => {
    const { code } = await minify(text, {
      module: true,
      ecma: 2020,
      compress: {
        ...{ passes: 3, unsafe_arrows: true, pure_getters: true },
        // Shorter with them, but not once compressed.
        ...{ sequences: false, inline: false, if_return: false },
        ...{ comparisons: false, lhs_constants: false },
      },
    });
    return { path, text: code };
  };
  return Promise.all((await build()).map(squeeze));
}

async function write(files) {
  await mkdir(options.outdir, { recursive: true });
  for (const { path, text } of files) {
    await writeFile(path, text);
    console.log(`${basename(path)}  ${(Buffer.byteLength(text) / 1000).toFixed(1)} kB`);
  }
}

/** Writes all files anew whenever a source of one has changed. */
const rewrite = {
  name: "rewrite",
  setup({ onEnd }) {
    onEnd(async ({ errors }) => {
      if (!errors.length) await build().then(write).catch(console.error);
    });
  },
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--watch")) {
    const watched = { ...widgets, loader: "src/loader.ts" };
    const plugins = [...options.plugins, rewrite];
    const watch = { ...options, entryPoints: watched, plugins, logLevel: "info" };
    await (await esbuild.context(watch)).watch();
  } else {
    await write(await bundles());
  }
}
