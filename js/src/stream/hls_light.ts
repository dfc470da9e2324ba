// hls.js comes with the package and through the kernel, on the first *play*: no script ever comes from
// a service or a media server.
export { default } from "hls.js/dist/hls.light.min.mjs";
