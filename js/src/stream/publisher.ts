// An instructor's own camera or screen, given to a media server by WHIP. Nothing of it goes elsewhere.

import { Signal } from "../core/signal";
import { gapBefore } from "./backoff";
import { type Fault, faultOf, faultOfSilence } from "./faults";
import { begin, faultThrown, type Session } from "./handshake";

/** Where one's own picture comes from. */
export type Shot = "camera" | "screen";

/** `ready`: only this page sees it; `live`: the media server gets it. */
export type Publishing = "off" | "asking" | "ready" | "starting" | "live" | "interrupted";

/** What is known of one's own picture. */
export interface Published {
  phase: Publishing;
  /** Why it did not work; `denied`: the browser, or its person, gives no picture. */
  fault: Fault | "denied" | null;
  picture: MediaStream | null;
  /** The time from which the server gets it, by this page's clock. */
  since: number;
}

const off: Published = { phase: "off", fault: null, picture: null, since: 0 };

/** Gives one's own picture to a media server. */
export class Publisher {
  readonly status = new Signal<Published>(off);
  #pc: RTCPeerConnection | null = null;
  #session: Session | null = null;
  #over = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;

  /** Ask the browser for a picture; it is only shown here until `start`. */
  async choose(shot: Shot): Promise<void> {
    this.stop();
    this.#tell({ phase: "asking", fault: null });
    try {
      const media = navigator.mediaDevices;
      const picture =
        shot === "camera"
          ? await media.getUserMedia({ video: { width: { ideal: 1280 } }, audio: true })
          : await media.getDisplayMedia({ video: true, audio: true });
      for (const track of picture.getTracks()) {
        track.onended = () => {
          if (picture.getVideoTracks().every(({ readyState }) => readyState === "ended"))
            this.stop();
        };
      }
      this.#tell({ phase: "ready", picture });
    } catch {
      this.#tell({ ...off, fault: "denied" });
    }
  }

  /** Give it to the server at a WHIP address. The token stays in this page, and only until the end. */
  start(url: string, token: string): void {
    const { phase, picture } = this.status.value;
    if (phase !== "ready" || !picture) return;
    const fault = faultOf({ url, kind: "whep" }, location.protocol);
    if (fault) {
      this.#tell({ fault });
      return;
    }
    this.#tries = 0;
    this.#tell({ phase: "starting", fault: null });
    void this.#try(url, token, picture);
  }

  /** End it, at the server and here: the camera goes off. */
  stop(): void {
    this.#drop();
    for (const track of this.status.value.picture?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.status.value = { ...off, fault: this.status.value.fault };
  }

  dispose(): void {
    this.stop();
  }

  async #try(url: string, token: string, picture: MediaStream): Promise<void> {
    this.#drop();
    const over = new AbortController();
    this.#over = over;
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.#pc = pc;
    for (const track of picture.getTracks()) {
      pc.addTransceiver(track, { direction: "sendonly", streams: [picture] });
    }
    const failed = (fault: Fault): void => {
      if (over.signal.aborted) return;
      this.#drop();
      if (fault === "gone") {
        this.#tell({ phase: "interrupted", fault });
        const gap = gapBefore(this.#tries++);
        this.#timer = setTimeout(() => void this.#try(url, token, picture), gap);
      } else this.#tell({ phase: "ready", fault });
    };
    pc.onconnectionstatechange = () => {
      if (pc.connectionState === "connected") {
        this.#tries = 0;
        this.#tell({ phase: "live", fault: null, since: Date.now() });
      } else if (["failed", "disconnected"].includes(pc.connectionState)) failed("gone");
    };
    try {
      const session = await begin(pc, url, over.signal, token);
      if (over.signal.aborted) session.end();
      else this.#session = session;
    } catch (error) {
      const isSilent = error instanceof TypeError && !over.signal.aborted;
      failed(isSilent ? await faultOfSilence(url, over.signal) : faultThrown(error));
    }
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#over.abort();
    this.#session?.end();
    this.#session = null;
    this.#pc?.close();
    this.#pc = null;
  }

  #tell(change: Partial<Published>): void {
    this.status.value = { ...this.status.value, ...change };
  }
}
