// The player of the page, alone in one, for tests/stream: `?url=…&kind=…` says what it plays.
import Hls from "hls.js/dist/hls.light.min.mjs";
import { openHls } from "../../js/src/stream/hls";
import { openNative } from "../../js/src/stream/native";
import { Player } from "../../js/src/stream/player";
import { Publisher } from "../../js/src/stream/publisher";
import { openWhep } from "../../js/src/stream/whep";

const video = document.createElement("video");
const still = document.createElement("canvas");
document.body.append(video, still);
const query = new URLSearchParams(location.search);
const kind = query.get("kind") === "whep" ? "whep" : "hls";
const url = new URL(query.get("url") ?? "/live.m3u8", location.href).href;
const engines = { hls: openHls(async () => Hls), whep: openWhep, native: openNative };
const engine = engines[(query.get("kind") ?? "hls") as keyof typeof engines];
const player = new Player(video, still, { url, kind }, engine);
/** When it was asked to play, and when the first picture was there. */
const times = { asked: 0, shown: 0 };
const begin = (): void => {
  times.asked = performance.now();
  video.requestVideoFrameCallback((at) => {
    times.shown = at;
  });
  player.play(true);
};
Object.assign(globalThis, { player, times, begin, publisher: new Publisher() });
if (!query.has("waits")) begin();
