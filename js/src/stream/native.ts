import { type Engine, type Failed, noQuality } from "./engine";
import { isThere } from "./faults";

/** Have the browser itself play an address: a file, or HLS where there is nothing better. */
export async function openNative(
  video: HTMLVideoElement,
  url: string,
  failed: Failed,
): Promise<Engine> {
  const over = new AbortController();
  const onError = (): void => {
    const { code = 0 } = video.error ?? {};
    // A media element does not tell a server that is gone from a file that is no video.
    if (code !== 4) failed("gone");
    else {
      void isThere(url, over.signal).then((answers) => {
        if (!over.signal.aborted) failed(answers ? "type" : "gone");
      });
    }
  };
  video.addEventListener("error", onError, { signal: over.signal });
  video.src = url;
  const edge = (): number => (video.seekable.length > 0 ? video.seekable.end(0) : 0);
  const isLive = (): boolean => video.duration === Number.POSITIVE_INFINITY;
  return {
    delay: () => null,
    behind() {
      const gap = 1_000 * (edge() - video.currentTime);
      return isLive() && gap > 15_000 ? gap : 0;
    },
    progress: () => video.currentTime,
    goLive() {
      if (isLive()) video.currentTime = Math.max(0, edge() - 6);
    },
    quality: () => noQuality,
    choose: () => undefined,
    stop() {
      over.abort();
      video.removeAttribute("src");
      video.load();
    },
  };
}
