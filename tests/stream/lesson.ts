// The whole view of a stream, on a model without a kernel, for tests/stream/test_real_pictures.py:
// `?url=…&kind=…` is the stream of the lesson. It notes when the picture turns white, and when a
// card with a poll is there.
import Hls from "hls.js/dist/hls.light.min.mjs";
import { stage } from "../../js/gallery/stream";
import widget from "../../js/src/stream/index";
import { MockModel } from "../../js/tests/mock";

const query = new URLSearchParams(location.search);
const source = query.get("kind") ?? "hls";
const url = new URL(query.get("url") ?? "/live.m3u8", location.href).href;
const model = new MockModel({ kind: "stream", options: { height: 420, lang: "en" } });
// In place of the loader, which asks a kernel for the file: what is in this page already.
Object.assign(globalThis, { [Symbol.for("edu-widgets")]: new Map([["code", async () => Hls]]) });
model.set("_asks", "IPY_MODEL_polls");
const el = document.body.appendChild(document.createElement("div"));
widget.initialize({ model: model.proxy() });
widget.render({ model: model.proxy(), el });
const told = stage({ stream: { id: "s1", state: "live", url, source, title: "", by: "Mira" } });
model.snapshot([], { features: ["stream"] }, {}, { stage: [told] });

const lesson = {
  white: 0,
  card: 0,
  held: false,
  watch: () => root()?.querySelector<HTMLElement>(".cen .btn")?.click(),
  playing: () => (root()?.querySelector("video")?.currentTime ?? 0) > 0,
  /** The delay that the service is told, in ms; -1 before. */
  delay: () => Number(model.asked("intent", "stream.watching").at(-1)?.args.delay ?? -1),
  /** The kernel tells of a poll that was asked at a time, in ms since 1970. */
  ask: (at: number) => {
    const asked = { id: "p1", round: 1, since: Date.now() - at };
    model.say({ op: "batch", n: 1, set: { stage: [{ ...told, rev: 2, asked }] } });
  },
};
const root = (): ShadowRoot | null | undefined => el.firstElementChild?.shadowRoot;
const canvas = document.createElement("canvas");
Object.assign(canvas, { width: 8, height: 8 });
const context = canvas.getContext("2d", { willReadFrequently: true });
const look = (): void => {
  const video = root()?.querySelector("video");
  if (video && video.videoWidth > 0 && context) {
    context.drawImage(video, 0, 0, 8, 8);
    const [red = 0] = context.getImageData(4, 4, 1, 1).data;
    if (red > 128) lesson.white ||= Date.now();
  }
  if (root()?.querySelector(".held")) lesson.held = true;
  if (root()?.querySelector(".pcard")) lesson.card ||= Date.now();
  requestAnimationFrame(look);
};
look();
Object.assign(globalThis, { lesson });
