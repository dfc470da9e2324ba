// What JSX becomes in the bundles; build.mjs puts it into every file that needs it.
export { Fragment, h } from "preact";
