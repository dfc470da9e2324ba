// Builds every widget into one minified ESM file under edu_widgets/static/.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { minify } from "terser";
import { leanPreact } from "./lean.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** Every widget: the name of its bundle, and where it starts. */
export const widgets = {
  chat: "src/chat/index.ts",
};

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

/**
 * Property names of ours that nothing outside shares: no API, no message, no document. They are
 * shortened in the bundle. Whoever adds a name makes sure it is never looked up by a string.
 */
const ours = [
  ..."onReconnecting onOffline onBusy onGone onClosed onStopped onForbidden onSent onLeave".split(
    " ",
  ),
  ..."onRetry onOwn onData askInstructor retryNow emptyHint insertCode copyCode unnamed".split(" "),
  ..."notConnected inReplyTo showAll showLess composer divider yesterday copied discard".split(" "),
  ..."slots again unseen away toEnd afterRender placeOf placeAfter lastBorn putOlder".split(" "),
  ..."generation touch intend filled reachable connection draft fleeting connectNow".split(" "),
  ..."dropFleeting grouped isNew isOwn unsent paged refused words heard loadingOlder".split(" "),
  ..."kernel room scroller mirror subscribe notice typing reaction slowed roles lead".split(" "),
  ..."older dispose offline reconnecting connecting others snapshot people word pill".split(" "),
  ..."inputs icon today confirm version collection active rest next signal loading retry".split(
    " ",
  ),
  ..."tooLong speak hold failed listen show attach stop live read window first root reset options empty".split(
    " ",
  ),
];

/** What Preact and our components call each other by: both are in the bundle, so these as well. */
const between = [
  ..."componentWillMount componentWillReceiveProps componentWillUpdate forceUpdate".split(" "),
  ..."componentDidMount componentDidUpdate componentWillUnmount componentDidCatch".split(" "),
  ..."getDerivedStateFromProps getDerivedStateFromError getSnapshotBeforeUpdate".split(" "),
  ..."shouldComponentUpdate getChildContext setState contextType context props __html".split(" "),
  ..."debounceRendering diffed unmount vnode current".split(" "),
];

/** What esbuild is asked for. */
export const options = {
  absWorkingDir: here,
  entryPoints: widgets,
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
  mangleProps: new RegExp(`^(_[a-z]\\w+|${[...ours, ...between].join("|")})$`),
};

/** Every bundle as `{path, text}`, after a second look that saves some 3 % once compressed. */
export async function bundles() {
  const { outputFiles } = await esbuild.build({ ...options, write: false });
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
  return Promise.all(outputFiles.map(squeeze));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--watch")) {
    const context = await esbuild.context({ ...options, logLevel: "info" });
    await context.watch();
  } else {
    await mkdir(options.outdir, { recursive: true });
    for (const { path, text } of await bundles()) {
      await writeFile(path, text);
      console.log(`${basename(path)}  ${(Buffer.byteLength(text) / 1000).toFixed(1)} kB`);
    }
  }
}
