// What an address can be wrong with, and what can be known of it before anything is asked for.

import type { Source } from "./documents";

/**
 * Why there is no picture. `gone` passes by itself; after `press` one has to press *play*; of all others
 * only another address or a person can help.
 */
export type Fault =
  | "gone"
  | "press"
  | "address"
  | "insecure"
  | "type"
  | "codec"
  | "cors"
  | "refused"
  | "forbidden"
  | "embed"
  | "over";

/** The address if it is one of the web, as the browser reads it. */
export function webAddress(url: string): URL | null {
  try {
    const read = new URL(url);
    return read.protocol === "https:" || read.protocol === "http:" ? read : null;
  } catch {
    return null;
  }
}

const isLoopback = (host: string): boolean =>
  host === "localhost" ||
  host.endsWith(".localhost") ||
  host === "[::1]" ||
  /^127(\.\d{1,3}){3}$/.test(host);

/** The pages that may be embedded, as the kernel writes them. */
const EMBEDS = [
  /^https:\/\/www\.youtube-nocookie\.com\/embed\/[\w-]{6,40}$/,
  /^https:\/\/player\.vimeo\.com\/video\/\d{4,20}$/,
];

/** What is wrong with an address for a page of this protocol; `null`: nothing that one can tell. */
export function faultOf({ url, kind }: Source, protocol: string): Fault | null {
  const address = webAddress(url);
  if (!address) return "address";
  if (kind === "embed") return EMBEDS.some((allowed) => allowed.test(url)) ? null : "embed";
  const isOpen = address.protocol === "http:" && !isLoopback(address.hostname);
  return isOpen && protocol === "https:" ? "insecure" : null;
}

/** What an HTTP status of a media server means. */
export function faultOfStatus(status: number): Fault {
  if (status === 401 || status === 403) return "refused";
  // Not there yet, not there any more, or in trouble: each of these passes.
  return [404, 408, 409, 410, 425, 429].includes(status) || status >= 500 ? "gone" : "type";
}

async function answers(url: string, over: AbortSignal, mode: RequestMode): Promise<boolean> {
  try {
    const signal = AbortSignal.any([over, AbortSignal.timeout(3_000)]);
    await fetch(url, { mode, credentials: "omit", cache: "no-store", signal });
    return true;
  } catch {
    return false;
  }
}

/** Whether a server answers at an address, readable for this page or not. */
export const isThere = (url: string, over: AbortSignal): Promise<boolean> =>
  answers(url, over, "no-cors");

/**
 * Why a request failed without a status: this page may not read the answer, or there was none. A server
 * that has come back since the request failed answers too; only one that still cannot be read refuses.
 */
export async function faultOfSilence(url: string, over: AbortSignal): Promise<Fault> {
  const isRefused = (await isThere(url, over)) && !(await answers(url, over, "cors"));
  // Gone between the two looks, it would seem to refuse.
  return isRefused && (await isThere(url, over)) ? "cors" : "gone";
}

/** Directives of a page's policy that keep media from it. */
const MEDIA = /^(media|connect|frame|child|worker|default)-src/;

/** Calls `forbidden` when the page's policy forbids what a stream needs; returns what ends that. */
export function onForbidden(url: string, forbidden: () => void): () => void {
  const origin = webAddress(url)?.origin ?? "";
  const look = ({ effectiveDirective, blockedURI }: SecurityPolicyViolationEvent): void => {
    if (!MEDIA.test(effectiveDirective)) return;
    if (blockedURI === "blob" || (origin && blockedURI.startsWith(origin))) forbidden();
  };
  document.addEventListener("securitypolicyviolation", look);
  return () => document.removeEventListener("securitypolicyviolation", look);
}
