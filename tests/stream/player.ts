// The player of the page, alone in one, for tests/stream/test_real_pictures.py.
import Hls from "hls.js/dist/hls.light.min.mjs";
import { openHls } from "../../js/src/stream/hls";
import { Player } from "../../js/src/stream/player";

const video = document.createElement("video");
const still = document.createElement("canvas");
document.body.append(video, still);
const url = new URL("live.m3u8", location.href).href;
const player = new Player(
  video,
  still,
  { url, kind: "hls" },
  openHls(async () => Hls),
);
Object.assign(globalThis, { player });
player.play(true);
