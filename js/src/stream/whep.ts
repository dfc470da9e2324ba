import { type Engine, type Failed, noQuality } from "./engine";
import type { Fault } from "./faults";
import { faultOfSilence } from "./faults";
import { begin, faultThrown } from "./handshake";

const LOOK_MS = 1_000;

/** What `getStats` says of the picture. */
interface Heard {
  kind?: string;
  framesDecoded?: number;
  jitterBufferDelay?: number;
  jitterBufferEmittedCount?: number;
  currentRoundTripTime?: number;
}

/** Play WebRTC of any media server, by WHEP. */
export async function openWhep(
  video: HTMLVideoElement,
  url: string,
  failed: Failed,
): Promise<Engine> {
  const over = new AbortController();
  const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  const stream = new MediaStream();
  let [frames, late] = [0, null as number | null];
  let end = (): void => undefined;
  const fail = (fault: Fault): void => {
    if (!over.signal.aborted) failed(fault);
  };
  for (const kind of ["video", "audio"]) pc.addTransceiver(kind, { direction: "recvonly" });
  pc.ontrack = ({ track }) => {
    stream.addTrack(track);
    if (video.srcObject !== stream) video.srcObject = stream;
  };
  pc.onconnectionstatechange = () => {
    if (["failed", "closed", "disconnected"].includes(pc.connectionState)) fail("gone");
  };
  const look = setInterval(async () => {
    const told = await pc.getStats();
    let [buffered, trip] = [0, 0];
    for (const one of told.values() as Iterable<Heard>) {
      if (one.kind === "video" && one.framesDecoded !== undefined) {
        frames = one.framesDecoded;
        const { jitterBufferDelay = 0, jitterBufferEmittedCount = 0 } = one;
        buffered = jitterBufferEmittedCount ? jitterBufferDelay / jitterBufferEmittedCount : 0;
      }
      trip = Math.max(trip, one.currentRoundTripTime ?? 0);
    }
    if (frames > 0) late = 1_000 * (buffered + trip / 2);
  }, LOOK_MS);
  void begin(pc, url, over.signal)
    .then((session) => {
      end = session.end;
      if (over.signal.aborted) end();
    })
    .catch(async (error: unknown) => {
      const isSilent = error instanceof TypeError && !over.signal.aborted;
      fail(isSilent ? await faultOfSilence(url, over.signal) : faultThrown(error));
    });
  return {
    delay: () => late,
    behind: () => 0,
    progress: () => frames,
    goLive: () => undefined,
    quality: () => noQuality,
    choose: () => undefined,
    stop() {
      over.abort();
      clearInterval(look);
      end();
      pc.close();
      if (video.srcObject === stream) video.srcObject = null;
    },
  };
}
