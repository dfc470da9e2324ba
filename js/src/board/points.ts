// The coding of points, as edu_widgets/board/points.py has it: differences as zigzag varints, in
// base64 without padding; in quarters of a pixel. tests/board/vectors.json holds for both.

/** A place, to the right and downwards. */
export type Point = readonly [x: number, y: number];

/** Steps of a pixel that points are rounded to. */
export const QUARTERS = 4;
/** Points of one stroke; a longer line is several of them. */
export const MAX_POINTS = 4_000;
/** The largest coordinate. */
export const FAR = 4_000_000;

/** Points as text. */
export function encode(points: readonly Point[]): string {
  const bytes: string[] = [];
  const add = (difference: number): void => {
    let zigzag = difference >= 0 ? difference * 2 : -difference * 2 - 1;
    for (; zigzag > 127; zigzag = Math.floor(zigzag / 128)) {
      bytes.push(String.fromCharCode((zigzag % 128) | 128));
    }
    bytes.push(String.fromCharCode(zigzag));
  };
  let [beforeX, beforeY] = [0, 0];
  for (const [x, y] of points) {
    add(x - beforeX);
    add(y - beforeY);
    [beforeX, beforeY] = [x, y];
  }
  return btoa(bytes.join("")).replace(/=+$/, "");
}

/** The points of a text; of one that is none, those up to where it is damaged. */
export function decode(text: string, most = MAX_POINTS): Point[] {
  let raw = "";
  try {
    raw = atob(text);
  } catch {
    return [];
  }
  const points: Point[] = [];
  let [x, y] = [0, 0];
  let place = 0;
  const next = (): number => {
    let [zigzag, factor] = [0, 1];
    for (;;) {
      const byte = raw.charCodeAt(place++);
      // Past the end it is NaN, which no comparison holds for.
      if (!(byte >= 0) || factor > 2 ** 28) return Number.NaN;
      zigzag += (byte & 127) * factor;
      factor *= 128;
      if (byte < 128) return zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2;
    }
  };
  while (place < raw.length && points.length < most) {
    x += next();
    y += next();
    if (!(Math.abs(x) <= FAR && Math.abs(y) <= FAR)) break;
    points.push([x, y]);
  }
  return points;
}

/** The outermost place of a page: two of them lie no further apart than a stroke's points may. */
const EDGE = FAR / 2;

/** A place on the page in quarters of a pixel, at its edge if it is outside; `null` for none. */
export function quartersOf(x: number, y: number): Point | null {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return null;
  const near = (value: number): number =>
    Math.round(Math.max(-EDGE, Math.min(EDGE, value * QUARTERS)));
  return [near(x), near(y)];
}

/** Lines of at most `MAX_POINTS` points, each beginning where the one before it ends. */
export function split(points: readonly Point[]): Point[][] {
  const pieces: Point[][] = [];
  for (let at = 0; at === 0 || at + 1 < points.length; at += MAX_POINTS - 1) {
    pieces.push(points.slice(at, at + MAX_POINTS));
  }
  return pieces;
}
