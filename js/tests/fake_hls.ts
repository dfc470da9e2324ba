/** How the next picture is: `behind` and `latency` in seconds. */
export interface Picture {
  behind: number;
  latency: number;
  make(): MediaStream;
}

type Listener = (event: string, data: unknown) => void;

/**
 * In place of hls.js: it shows a canvas that is drawn all the time. It needs nothing beside it, so that
 * its text is a file of code.
 */
export class FakeHls {
  static Events = { ERROR: "error" };
  static ErrorTypes = { MEDIA_ERROR: "mediaError" };
  static isSupported(): boolean {
    return true;
  }
  levels = [{ height: 360 }, { height: 720 }];
  autoLevelEnabled = true;
  currentLevel = 0;
  nextLevel = -1;
  playingDate: Date | null = null;
  url = "";
  video: HTMLVideoElement | undefined;
  failed: Listener | undefined;

  constructor() {
    const page = globalThis as unknown as { hlsMade?: FakeHls[] };
    page.hlsMade = [...(page.hlsMade ?? []), this];
  }

  get picture(): Picture {
    return (globalThis as unknown as { hlsPicture: Picture }).hlsPicture;
  }

  get latency(): number {
    return this.picture.latency;
  }

  get liveSyncPosition(): number {
    return (this.video?.currentTime ?? 0) + this.picture.behind;
  }

  on(_: string, failed: Listener): void {
    this.failed = failed;
  }

  loadSource(url: string): void {
    this.url = url;
  }

  attachMedia(video: HTMLVideoElement): void {
    this.video = video;
    if (!this.url.includes("nothing")) video.srcObject = this.picture.make();
  }

  recoverMediaError(): void {}

  destroy(): void {
    if (this.video) this.video.srcObject = null;
    this.video = undefined;
  }
}
