import type Hls from "hls.js";
import type { ErrorData, HlsConfig, LoadPolicy } from "hls.js";
import type { Engine, Failed } from "./engine";
import { faultOfSilence, faultOfStatus } from "./faults";
import { openNative } from "./native";

type HlsClass = typeof Hls;

/** Later than this behind the edge a picture counts as behind, and is not only late as all are. */
const SLACK_MS = 4_000;
/** A clock in a playlist that says more than this is no clock. */
const MOST_DELAY_MS = 120_000;

/** One quick retry is left to hls.js; whatever takes longer is the player's own backoff. */
const policy = (patience: number): LoadPolicy => {
  const again = { maxNumRetry: 1, retryDelayMs: 300, maxRetryDelayMs: 300 };
  return {
    default: {
      ...{ maxTimeToFirstByteMs: patience, maxLoadTimeMs: 2 * patience },
      ...{ timeoutRetry: again, errorRetry: again },
    },
  };
};

const CONFIG: Partial<HlsConfig> = {
  // Its worker would need a script of an address of its own.
  enableWorker: false,
  lowLatencyMode: true,
  backBufferLength: 120,
  startFragPrefetch: true,
  liveDurationInfinity: true,
  manifestLoadPolicy: policy(4_000),
  playlistLoadPolicy: policy(4_000),
  fragLoadPolicy: policy(8_000),
};

/** Play HLS: by Media Source Extensions, and where there are none as the browser itself does. */
export const openHls =
  (load: () => Promise<unknown>) =>
  async (video: HTMLVideoElement, url: string, failed: Failed): Promise<Engine> => {
    const Player = (await load()) as HlsClass;
    if (!Player.isSupported()) return openNative(video, url, failed);
    const hls = new Player(CONFIG);
    const over = new AbortController();
    let isMended = false;
    hls.on(Player.Events.ERROR, (_, data) => {
      if (!data.fatal || over.signal.aborted) return;
      const isBroken = data.type === Player.ErrorTypes.MEDIA_ERROR && !isOfCodec(data);
      if (isBroken && !isMended) {
        isMended = true;
        hls.recoverMediaError();
        return;
      }
      void faultIn(data, url, over.signal).then((fault) => {
        if (!over.signal.aborted) failed(fault);
      });
    });
    hls.loadSource(url);
    hls.attachMedia(video);
    return {
      delay() {
        const told = hls.playingDate ? Date.now() - hls.playingDate.getTime() : -1;
        if (told >= 0 && told <= MOST_DELAY_MS) return told;
        return hls.latency > 0 ? 1_000 * hls.latency : null;
      },
      behind() {
        const edge = hls.liveSyncPosition;
        const gap = edge === null ? 0 : 1_000 * (edge - video.currentTime);
        return gap > SLACK_MS ? gap : 0;
      },
      progress: () => video.currentTime,
      goLive() {
        if (hls.liveSyncPosition !== null) video.currentTime = hls.liveSyncPosition;
      },
      quality: () => ({
        lines: hls.levels.length > 1 ? hls.levels.map(({ height }) => height) : [],
        chosen: hls.autoLevelEnabled ? -1 : hls.currentLevel,
      }),
      choose(index) {
        hls.nextLevel = index;
      },
      stop() {
        over.abort();
        hls.destroy();
      },
    };
  };

const isOfCodec = ({ details }: ErrorData): boolean =>
  /codec|incompatible/i.test(details) || details === "keySystemNoKeys";

async function faultIn(data: ErrorData, url: string, over: AbortSignal) {
  if (isOfCodec(data)) return "codec";
  if (data.details === "manifestParsingError") return "type";
  if (data.details !== "manifestLoadError") return "gone";
  const status = data.response?.code ?? 0;
  return status === 0 ? faultOfSilence(url, over) : faultOfStatus(status);
}
