// One picture: how it is fetched, when it stalls, and how it comes back.

import { Signal } from "../core/signal";
import { gapBefore } from "./backoff";
import type { Source } from "./documents";
import { type Engine, noQuality, type Open, type Quality } from "./engine";
import { type Fault, faultOf, onForbidden } from "./faults";

/** `idle`: nobody has pressed *play*; `stopped`: `fault` tells why. */
export type Phase = "idle" | "starting" | "playing" | "paused" | "interrupted" | "stopped";

/** What is known of a picture. */
export interface Status {
  phase: Phase;
  fault: Fault | null;
  /** The time at which the picture stopped, by this page's clock. */
  since: number;
  /** The time by which the picture is late, in ms; `null`: not known. */
  delay: number | null;
  /** The time by which it is behind live, in ms. */
  behind: number;
  muted: boolean;
  /** Whether the browser has refused the sound. */
  silenced: boolean;
  quality: Quality;
  captions: "none" | "off" | "on";
}

const atFirst: Status = {
  ...{ phase: "idle", fault: null, since: 0, delay: null, behind: 0 },
  ...{ muted: false, silenced: false, quality: noQuality, captions: "none" },
};

/** How often the picture is looked at, and after how long one that stands still is fetched anew, in ms. */
const LOOK_MS = 500;
const STALL_MS = 3_000;
const START_MS = 10_000;

/** Faults that pass by themselves. */
const passes = (fault: Fault): boolean => fault === "gone";

/** Plays one source in one video, and fetches it anew when it stops. */
export class Player {
  readonly status = new Signal<Status>(atFirst);
  #video: HTMLVideoElement;
  #still: HTMLCanvasElement;
  #source: Source;
  #open: Open;
  #engine: Engine | null = null;
  #attempt = 0;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #look: ReturnType<typeof setInterval> | undefined;
  #moved = { progress: -1, at: 0 };
  #ends: (() => void)[] = [];

  /** `still` keeps the last picture while there is no other. */
  constructor(video: HTMLVideoElement, still: HTMLCanvasElement, source: Source, open: Open) {
    this.#video = video;
    this.#still = still;
    this.#source = source;
    this.#open = open;
    const listen = (type: string, act: () => void): void => {
      video.addEventListener(type, act);
      this.#ends.push(() => video.removeEventListener(type, act));
    };
    listen("playing", this.#onPlaying);
    listen("pause", this.#onPause);
    listen("ended", () => this.#stop("over"));
    listen("volumechange", () => {
      const { muted } = video;
      this.#tell({ muted, silenced: muted && this.status.value.silenced });
    });
    this.#ends.push(onForbidden(source.url, () => this.#stop("forbidden")));
  }

  /** Whether the picture moves, or will again without anybody's doing. */
  get isOn(): boolean {
    return ["starting", "playing", "interrupted"].includes(this.status.value.phase);
  }

  /** Play; without a person's press only a picture without sound. */
  play(isPressed: boolean): void {
    if (this.status.value.phase === "paused" && this.#engine) {
      void this.#start();
      return;
    }
    if (this.isOn) return;
    if (!isPressed) {
      this.#video.muted = true;
      this.#tell({ silenced: true });
    }
    const fault = faultOf(this.#source, location.protocol);
    if (fault) this.#stop(fault);
    else {
      this.#tries = 0;
      this.#tell({ phase: "starting", fault: null });
      this.#look ??= setInterval(this.#onLook, LOOK_MS);
      void this.#try();
    }
  }

  pause(): void {
    this.#video.pause();
  }

  toggle(): void {
    if (this.status.value.phase === "playing") this.pause();
    else this.play(true);
  }

  mute(muted: boolean): void {
    this.#video.muted = muted;
    // What waits for a person's press has it now.
    if (!muted && this.status.value.phase === "playing") void this.#start();
  }

  seek(seconds: number): void {
    const { seekable } = this.#video;
    if (seekable.length === 0 || this.#source.kind === "whep") return;
    const wanted = this.#video.currentTime + seconds;
    const last = seekable.length - 1;
    this.#video.currentTime = Math.min(
      Math.max(wanted, seekable.start(0)),
      Math.max(seekable.start(0), seekable.end(last) - 1),
    );
  }

  goLive(): void {
    this.#engine?.goLive();
    if (this.#engine && this.#video.paused) void this.#start();
  }

  choose(index: number): void {
    this.#engine?.choose(index);
  }

  showCaptions(on: boolean): void {
    for (const track of this.#captions()) track.mode = on ? "showing" : "hidden";
    this.#onLook();
  }

  dispose(): void {
    this.#drop();
    clearInterval(this.#look);
    for (const end of this.#ends.splice(0)) end();
    this.#tell({ phase: "idle" });
  }

  async #try(): Promise<void> {
    this.#drop();
    const attempt = ++this.#attempt;
    this.#moved = { progress: -1, at: Date.now() };
    const failed = (fault: Fault): void => {
      if (attempt !== this.#attempt) return;
      if (passes(fault)) this.#interrupt();
      else this.#stop(fault);
    };
    const engine = await this.#open(this.#video, this.#source.url, failed);
    if (attempt !== this.#attempt) {
      engine.stop();
      return;
    }
    this.#engine = engine;
    await this.#start();
  }

  /** Have the video play: with sound if the browser lets it, else without, else on a press. */
  async #start(): Promise<void> {
    const attempt = this.#attempt;
    try {
      await this.#video.play();
    } catch (error) {
      const isRefused = error instanceof DOMException && error.name === "NotAllowedError";
      if (!isRefused || attempt !== this.#attempt) return; // another try is on its way
      if (this.#video.muted) this.#stop("press");
      else {
        this.#video.muted = true;
        this.#tell({ silenced: true });
        await this.#start();
      }
    }
  }

  #onPlaying = (): void => {
    if (!this.#engine) return;
    this.#tries = 0;
    this.#moved = { progress: this.#engine.progress(), at: Date.now() };
    this.#tell({ phase: "playing", fault: null });
    this.#onLook();
  };

  #onPause = (): void => {
    if (this.status.value.phase === "playing" && !this.#video.ended) {
      this.#tell({ phase: "paused" });
    }
  };

  #onLook = (): void => {
    const engine = this.#engine;
    const { phase } = this.status.value;
    if (!engine || (phase !== "playing" && phase !== "paused" && phase !== "starting")) return;
    const now = Date.now();
    const progress = engine.progress();
    if (progress !== this.#moved.progress || phase === "paused")
      this.#moved = { progress, at: now };
    const patience = phase === "starting" ? START_MS : STALL_MS;
    if (now - this.#moved.at > patience) {
      this.#interrupt();
      return;
    }
    const tracks = this.#captions();
    const isOn = tracks.some(({ mode }) => mode === "showing");
    this.#tell({
      ...{ delay: engine.delay(), behind: engine.behind(), quality: engine.quality() },
      captions: tracks.length === 0 ? "none" : isOn ? "on" : "off",
    });
  };

  #captions(): TextTrack[] {
    return [...this.#video.textTracks].filter(({ kind }) => kind !== "metadata");
  }

  /** The picture has stopped: keep the last one in sight, and fetch it anew. */
  #interrupt(): void {
    const { phase, since } = this.status.value;
    if (phase === "playing") this.#keep();
    this.#drop();
    const isNew = phase !== "interrupted";
    this.#tell({ phase: "interrupted", fault: "gone", since: isNew ? Date.now() : since });
    this.#timer = setTimeout(
      () => {
        void this.#try();
        this.#watchStart();
      },
      gapBefore(this.#tries++),
    );
  }

  /** A try that neither plays nor fails is given up. */
  #watchStart(): void {
    const attempt = this.#attempt;
    this.#timer = setTimeout(() => {
      if (attempt === this.#attempt && this.status.value.phase === "interrupted") this.#interrupt();
    }, START_MS);
  }

  #stop(fault: Fault): void {
    if (this.status.value.phase === "playing") this.#keep();
    this.#drop();
    this.#tell({ phase: "stopped", fault, since: Date.now() });
  }

  /** Draw the picture that is in sight. */
  #keep(): void {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (!width || !height) return;
    Object.assign(this.#still, { width, height });
    this.#still.getContext("2d")?.drawImage(this.#video, 0, 0);
  }

  #drop(): void {
    this.#attempt++;
    clearTimeout(this.#timer);
    this.#engine?.stop();
    this.#engine = null;
  }

  #tell(change: Partial<Status>): void {
    const next = { ...this.status.value, ...change };
    if (JSON.stringify(next) !== JSON.stringify(this.status.value)) this.status.value = next;
  }
}
