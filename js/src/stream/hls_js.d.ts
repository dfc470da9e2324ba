declare module "hls.js/dist/hls.light.min.mjs" {
  export { default } from "hls.js";
}
