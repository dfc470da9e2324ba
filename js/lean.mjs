// Preact without what no widget uses: hydration, Suspense, portals, error boundaries, MathML, raw
// HTML, function refs, the older lifecycle and the hooks of its add-ons. It is cut out of Preact's
// source as the bundle is made; a cut that no longer fits a new version of it fails the build.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, relative, resolve } from "node:path";

const root = resolve(dirname(createRequire(import.meta.url).resolve("preact/package.json")), "src");

const never = "false";

/** By file: what is found (each at least once), and what stands there instead. */
const cuts = {
  "component.js": [
    [/\t+oldVNode\._flags & MODE_HYDRATE( \? \[oldDom\] : NULL)?,\n/g, ""],
    [/\w+\.props\._parentDom/g, never],
    [/\tif \(options\.vnode\).*\n/, ""],
    [/ \|\|\s+prevDebounce != options\.debounceRendering/, ""],
    [/\t+prevDebounce = options\.debounceRendering;\n/, ""],
    [/\(prevDebounce \|\| queueMicrotask\)/g, "queueMicrotask"],
    [/typeof update == 'function'/, never],
    [/BaseComponent\.prototype\.forceUpdate[\s\S]*?\n};\n/, ""],
  ],
  "create-element.js": [[/\tif \(!original && options\.vnode\).*\n/, ""]],
  "render.js": [
    [/\tif \(options\._root\).*\n/, ""],
    [/parentDom\.nodeType == 9/, never],
    [/vnode && vnode\._flags & MODE_HYDRATE/, never],
    [/\t+oldVNode\s+\? NULL\s+: parentDom\.firstChild[\s\S]*?: NULL,\n/, ""],
    [/\t+\/\/ @ts-expect-error we are[\s\S]*?isHydrating,\n/, ""],
  ],
  "diff/children.js": [
    [/\t+(excessDomChildren|isHydrating),\n/g, ""],
    [/oldVNode\._flags & REF_DETACHED/, never],
    [/\w+\.props\._parentDom/g, never],
    [/while \(next && next\.nodeType == 8\).*/, ""],
    [
      /while \(\s+\(oldDom = oldDom && oldDom\.nextSibling\)[\s\S]*?\);/,
      "oldDom = oldDom && oldDom.nextSibling;",
    ],
  ],
  "diff/props.js": [
    [/name = name\.replace\(\/xlink.*/, ""],
    [/name != '(list|form|download|rowSpan|colSpan|popover)' &&/g, ""],
    [/name == 'popover' && value == true/, never],
    [/options\.event \? options\.event\(e\) : e/, "e"],
  ],
  "diff/index.js": [
    [/BaseComponent, getDomSibling/, "BaseComponent, getDomSibling, resetRenderCount"],
    [/\(isHydrating = oldVNode\._flags & MODE_HYDRATE\),/, ""],
    [/oldVNode\._flags & MODE_SUSPENDED/, never],
    [/isHydrating = excessDomChildren = NULL;/, ""],
    [/resumed = excessDomChildren = \[\]/, "resumed = []"],
    [/if \(resumed\)/, "if (false)"],
    [/excessDomChildren =\s+nodeType[^;]*;/, ""],
    [/\bexcessDomChildren = NULL;/g, ""],
    [/isHydrating = false;/, ""],
    [/\t+(excessDomChildren|isHydrating),\n/g, ""],
    [/\bexcessDomChildren\b/g, "null"],
    [/\bisHydrating\b/g, never],
    [/\tif \(\(tmp = options\.\w+\)\) tmp\(newVNode\);/g, ""],
    [/\tif \(options\.(_commit|unmount)\).*/g, ""],
    [/renderHook = options\._render,/, ""],
    [/if \(renderHook\).*/, ""],
    [/options\._catchError\(e[^)]*\);/g, "resetRenderCount(); throw e;"],
    [/c\._bits & COMPONENT_(PENDING_ERROR|PROCESSING_EXCEPTION)/g, never],
    [/newType\.getDerivedStateFromProps\b(?!\()/g, never],
    [/c\.(componentWillMount|componentWillReceiveProps|componentWillUpdate)\b(?!\()/g, never],
    [/c\.getSnapshotBeforeUpdate\b(?!\()/g, never],
    [
      /tmp = newType\.contextType;[\s\S]*?: globalContext;/,
      "const componentContext = globalContext;",
    ],
    [/if \(provider\).*/, ""],
    [/newProps\._parentDom(?!;)/g, never],
    [/!vnode\.props\._parentDom/, "true"],
    [/i == 'dangerouslySetInnerHTML'/g, never],
    [/if \((newHtml|oldHtml)\)/g, "if (false)"],
    [/nodeType == 'progress'/g, never],
    [/else if \(nodeType == 'math'\).*/, ""],
    [/nodeType == 'foreignObject' \|\|\s+\([^)]*\)\)/, never],
    [/\(nodeType == 'template' && dom\.content\) \|\| dom/, "dom"],
    [/parentDom\.ownerDocument \|\| document/, "document"],
    [/nodeType,\s+newProps\.is \? newProps : parentDom/, "nodeType"],
    [/typeof ref == 'function'/, never],
    [/!skipRemove &&\s+\(r = vnode\._component\)/, never],
  ],
};

/** Where Preact's source begins. */
export const preact = resolve(root, "index.js");

/** A file of Preact's source without what is cut out of it. */
export async function lean(path) {
  const name = relative(root, path).replaceAll("\\", "/");
  let source = await readFile(path, "utf8");
  for (const [found, instead] of cuts[name] ?? []) {
    if (source.search(found) < 0) throw new Error(`preact/src/${name} has no ${found}`);
    source = source.replace(found, instead);
  }
  return source;
}

/** Files of Preact's source, by their path. */
export const isPreact = /[\\/]preact[\\/]src[\\/].*\.js$/;

/** For esbuild. */
export const leanPreact = {
  name: "lean-preact",
  setup(build) {
    build.onResolve({ filter: /^preact$/ }, () => ({ path: preact, sideEffects: false }));
    build.onLoad({ filter: isPreact }, async ({ path }) => ({
      contents: await lean(path),
      loader: "js",
    }));
  },
};
