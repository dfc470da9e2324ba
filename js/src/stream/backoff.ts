/** Milliseconds before each try; the last one over and over. */
const GAPS = [0, 500, 1_000, 2_000, 2_500];
/** After so many tries, about two and ten minutes, they come less often. */
const SELDOM = [50, 150] as const;

/** The time before try number `tries`, from 0, in ms: jittered, so that a class does not come at once. */
export function gapBefore(tries: number, random = Math.random): number {
  const gap = GAPS[Math.min(tries, GAPS.length - 1)] ?? 0;
  const longer = tries > SELDOM[1] ? 12 : tries > SELDOM[0] ? 3 : 1;
  return gap * longer * (0.6 + 0.4 * random());
}
