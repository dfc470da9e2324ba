// Builds the browser's files under edu_widgets/static/, minified ESM: loader.js, which every
// widget's model carries; core.js, which all of them share; and one file a widget, which imports
// what it needs of src/core and Preact from "edu:core". The loader puts them together.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { minify } from "terser";
import { leanPreact, preact } from "./lean.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** Every widget: the name of its file, and where it starts. */
export const widgets = {
  chat: "src/chat/index.ts",
};

/** What a widget's file imports the core as. */
const CORE = "edu:core";

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
  plugins: [inlineCss, leanPreact],
  // Preact marks what is its own with an underscore.
  mangleProps: /^_[a-z]\w+$/,
  write: false,
};

const coreFolder = resolve(here, "src/core") + sep;

/** The names that a file exports. */
async function exportsOf(path) {
  if (path.endsWith("?inline")) return ["default"];
  const { metafile } = await esbuild.build({ ...options, entryPoints: [path], metafile: true });
  return Object.values(metafile.outputs).flatMap(({ exports }) => exports);
}

/** What the core calls an export of one of its files: `hooks_useState`. */
function sharedName(path, name) {
  const file = path === preact ? "preact" : relative(coreFolder, path).replace(/\.tsx?$/, "");
  return `${file}_${name}`.replace(/\W/g, "_");
}

/** Lets widgets import files of the core and Preact from CORE, noting in `found` what there is. */
const importCore = (found) => ({
  name: "import-core",
  setup(build) {
    build.onResolve({ filter: /./ }, async ({ path, resolveDir, kind, pluginData }) => {
      if (pluginData === "resolving") return undefined;
      if (path === CORE) return { path, external: true, sideEffects: false };
      if (kind === "entry-point") return undefined;
      if (path === "preact") return { path: preact, namespace: "core", sideEffects: false };
      if (!path.startsWith(".") || !resolve(resolveDir, path).startsWith(coreFolder)) return;
      const [file, query = ""] = path.split("?");
      const { path: full, errors } = await build.resolve(file, {
        ...{ resolveDir, kind, pluginData: "resolving" },
      });
      if (errors.length) return { errors };
      return {
        path: full + (query && `?${query}`),
        namespace: "core",
        sideEffects: false,
      };
    });
    build.onLoad({ filter: /./, namespace: "core" }, async ({ path }) => {
      const lines = (await exportsOf(path)).map((name) => {
        const shared = sharedName(path, name);
        found.set(shared, `export { ${name} as ${shared} } from ${JSON.stringify(path)};`);
        return `export { ${shared} as ${name} } from "${CORE}";`;
      });
      return { contents: lines.join("\n"), loader: "js", watchFiles: [path.split("?")[0]] };
    });
  },
});

const importsOfCore = new RegExp(`import\\{([^{}]*)\\}from"${CORE}";?`, "g");

/** A widget's file as esbuild writes it, with one import of CORE instead of one a name. */
function importOnce({ path, text }) {
  const names = [...text.matchAll(importsOfCore)].map(([, name]) => name);
  const rest = text.replace(importsOfCore, "");
  return { path, names, text: `import{${names.join(",")}}from"${CORE}";${rest}` };
}

/** Every file as `{path, text}`, before the second look. */
async function build() {
  const found = new Map();
  const loader = await esbuild.build({
    ...{ ...options, entryPoints: { loader: "src/loader.ts" }, inject: [] },
  });
  const features = await esbuild.build({
    ...{ ...options, entryPoints: widgets, mangleCache: {} },
    plugins: [importCore(found), ...options.plugins],
  });
  const files = features.outputFiles.map(importOnce);
  const used = new Set(files.flatMap(({ names }) => names.map((name) => name.split(" as ")[0])));
  const contents = [...used].sort().map((name) => found.get(name));
  const core = await esbuild.build({
    // What is shortened in one file has the same short name in the other.
    ...{ ...options, mangleCache: features.mangleCache },
    ...{ outdir: undefined, outfile: resolve(options.outdir, "core.js") },
    stdin: { contents: contents.join("\n"), resolveDir: here, sourcefile: "core" },
  });
  return [...loader.outputFiles, ...core.outputFiles, ...files];
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
