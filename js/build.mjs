// Builds the browser's files in edu_widgets/static/, minified ESM: loader.js, which every widget's
// model carries; core.js, which all widgets share and import as "edu:core", with its types for
// widgets of other packages; and one file a widget.
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import { minify } from "terser";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(here, "../edu_widgets/static");

/** Every widget: the name of its file, and where it starts. */
export const widgets = Object.fromEntries(
  Object.entries(JSON.parse(await readFile(resolve(here, "features.json"), "utf8"))).map(
    ([name, { entry }]) => [name, entry],
  ),
);

/** `import css from "./x.css?inline"` yields the minified text, as it does under Vite. */
const inlineCss = {
  name: "inline-css",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path, suffix }) => {
      if (suffix !== "?inline") return undefined;
      const options = { entryPoints: [path], minify: true, write: false, logLevel: "silent" };
      const { outputFiles } = await esbuild.build(options);
      return { contents: outputFiles[0].text.trim(), loader: "text", watchFiles: [path] };
    });
  },
};

/** What a widget imports of core/ and of Preact comes from "edu:core"; each name once a file. */
const linkCore = {
  name: "link-core",
  setup(build) {
    // Without side effects, so that what is not used is not imported.
    build.onResolve({ filter: /^preact$|^preact\/|\/core\// }, () => ({
      ...{ path: "core", namespace: "core", sideEffects: false },
    }));
    build.onResolve({ filter: /^edu:core$/ }, ({ path }) => ({
      ...{ path, external: true, sideEffects: false },
    }));
    build.onLoad({ filter: /./, namespace: "core" }, async () => {
      const { metafile } = await esbuild.build({ ...core, metafile: true, write: false });
      const [{ exports }] = Object.values(metafile.outputs);
      const watchFiles = Object.keys(metafile.inputs).map((path) => resolve(here, path));
      const lines = exports.map((name) => `export { ${name} } from "edu:core";`);
      return { contents: lines.join("\n"), watchFiles };
    });
  },
};

/** What esbuild is asked for, whatever it builds. */
export const options = {
  absWorkingDir: here,
  outdir: out,
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
};

const loader = { ...options, entryPoints: { loader: "src/loader.ts" }, inject: [] };
const core = { ...options, entryPoints: { core: "src/core/index.ts" } };
/** What comes to a page only where or when it is used: no widget, and linked to core as they are. */
export const extras = {
  viewers: "src/viewers/index.tsx",
  "chat.picker": "src/chat/picker.tsx",
  "chat.questions": "src/chat/questions.tsx",
  "polls.form": "src/polls/form.tsx",
  pictures: "src/pictures/index.tsx",
  "stream.hls": "src/stream/hls_light.ts",
};
const views = {
  ...options,
  entryPoints: { ...widgets, ...extras },
  plugins: [linkCore, inlineCss],
};

/** A second look, for what esbuild leaves to save; what comes minified has had it. */
async function shorten({ path, text }) {
  if (basename(path) === "stream.hls.js") return { path, text };
  const { code } = await minify(text, {
    module: true,
    ecma: 2020,
    compress: { passes: 3, unsafe_arrows: true },
  });
  return { path, text: code };
}

/** Every file as `{path, text}`. */
export async function bundles() {
  const all = [loader, core, views].map((part) => esbuild.build({ ...part, write: false }));
  const built = (await Promise.all(all)).flatMap(({ outputFiles }) => outputFiles);
  return Promise.all(built.map(shorten));
}

/** Writes what TypeScript says of core's entry, and of what it names, into `folder`. */
export async function types(folder) {
  await rm(folder, { recursive: true, force: true });
  const tsc = createRequire(import.meta.url).resolve("typescript/package.json");
  const bin = resolve(dirname(tsc), "bin/tsc");
  const config = resolve(here, "src/core/tsconfig.json");
  await promisify(execFile)(process.execPath, [bin, "-p", config, "--outDir", folder]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--watch")) {
    for (const part of [loader, core, views]) {
      await (await esbuild.context({ ...part, logLevel: "info" })).watch();
    }
  } else {
    await mkdir(out, { recursive: true });
    for (const { path, text } of await bundles()) {
      await writeFile(path, text);
      console.log(`${basename(path)}  ${(Buffer.byteLength(text) / 1000).toFixed(1)} kB`);
    }
    await types(resolve(out, "core"));
  }
}
