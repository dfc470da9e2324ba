// The one request by which WHEP and WHIP begin: an offer is posted, the answer comes back.

import { type Fault, faultOfStatus } from "./faults";

/** The longest answer that is read, in characters. */
const MOST = 200_000;
const PATIENCE_MS = 8_000;

/** A session at a media server; what it throws is a `Fault`. */
export interface Session {
  /** End it at the server too, if it told where. */
  end(): void;
}

const isFault = (value: unknown): value is Fault => typeof value === "string";

/** The fault in what was thrown: those of the network pass. */
export const faultThrown = (error: unknown): Fault => (isFault(error) ? error : "gone");

/**
 * Begin a session over `pc`, whose tracks are there. The offer goes at once, before the addresses of
 * this computer are gathered; those follow, where the server takes them.
 */
export async function begin(
  pc: RTCPeerConnection,
  url: string,
  over: AbortSignal,
  token = "",
): Promise<Session> {
  const candidates: RTCIceCandidate[] = [];
  let later: ((candidate: RTCIceCandidate) => void) | undefined;
  pc.onicecandidate = ({ candidate }) => {
    if (!candidate) return;
    if (later) later(candidate);
    else candidates.push(candidate);
  };
  await pc.setLocalDescription(await pc.createOffer());
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const offer = pc.localDescription?.sdp ?? "";
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/sdp", ...authorization },
    body: offer,
    credentials: "omit",
    signal: AbortSignal.any([over, AbortSignal.timeout(PATIENCE_MS)]),
  });
  if (!response.ok) throw faultOfStatus(response.status);
  const answer = (await response.text()).slice(0, MOST);
  if (!answer.startsWith("v=")) throw "type" satisfies Fault;
  const place = resourceOf(response);
  const end = (): void => {
    if (!place) return;
    const gone = fetch(place, {
      ...{ method: "DELETE", headers: authorization, keepalive: true, credentials: "omit" },
    });
    void gone.catch(() => undefined); // the server notices by itself, a little later
  };
  try {
    await pc.setRemoteDescription({ type: "answer", sdp: answer });
  } catch {
    end();
    throw "type" satisfies Fault;
  }
  if (place) {
    later = (candidate) => tell(place, offer, candidate, authorization, over);
    for (const candidate of candidates.splice(0)) later(candidate);
  }
  return { end };
}

/** Where the session is, if the server says so and on its own ground. */
function resourceOf(response: Response): string {
  const told = response.headers.get("location");
  if (!told) return "";
  try {
    const place = new URL(told, response.url);
    return place.origin === new URL(response.url).origin ? place.href : "";
  } catch {
    return "";
  }
}

const line = (sdp: string, name: string): string =>
  sdp.match(new RegExp(`^a=${name}:.*$`, "m"))?.[0].trim() ?? "";

/** Tell the server an address of this computer; one that takes none finds it out by itself. */
function tell(
  place: string,
  offer: string,
  candidate: RTCIceCandidate,
  headers: Record<string, string>,
  signal: AbortSignal,
): void {
  const body = [
    ...[line(offer, "ice-ufrag"), line(offer, "ice-pwd"), "m=audio 9 UDP/TLS/RTP/SAVPF 0"],
    ...[`a=mid:${candidate.sdpMid ?? "0"}`, `a=${candidate.candidate}`, ""],
  ].join("\r\n");
  void fetch(place, {
    ...{ method: "PATCH", body, credentials: "omit", signal },
    headers: { "content-type": "application/trickle-ice-sdpfrag", ...headers },
  }).catch(() => undefined);
}
