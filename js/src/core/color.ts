/** sRGB, each 0–255. */
export type Color = readonly [red: number, green: number, blue: number];

const BLACK: Color = [0, 0, 0];
const WHITE: Color = [255, 255, 255];

/** `rgb(…)` or `color(srgb …)`, as computed styles spell colours; `null` for anything else. */
export function readColor(text: string): { color: Color; alpha: number } | null {
  const [kind, inner] = /^(rgba?|color)\((.*)\)$/.exec(text.trim())?.slice(1) ?? [];
  if (!kind || !inner || (kind === "color" && !inner.startsWith("srgb "))) return null;
  const scale = kind === "color" ? 255 : 1;
  const parts = inner.match(/-?\d*\.?\d+(e[-+]?\d+)?/g)?.map(Number) ?? [];
  const [red, green, blue, alpha = 1] = parts;
  if (red === undefined || green === undefined || blue === undefined) return null;
  return { color: [red * scale, green * scale, blue * scale], alpha };
}

/** A colour as CSS has it. */
export const writeColor = (color: Color): string =>
  `rgb(${color.map((part) => Math.round(Math.min(255, Math.max(0, part)))).join(" ")})`;

/** `share` of `color` with the rest of `other`, as CSS `color-mix(in srgb)`. */
export const mix = (color: Color, share: number, other: Color): Color => [
  color[0] * share + other[0] * (1 - share),
  color[1] * share + other[1] * (1 - share),
  color[2] * share + other[2] * (1 - share),
];

const linear = (part: number): number => {
  const value = part / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};

/** Relative luminance, WCAG 2. */
export const luminance = ([red, green, blue]: Color): number =>
  0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);

/** The contrast of two colours, 1 to 21, as WCAG counts it. */
export function contrast(a: Color, b: Color): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** `color`, moved towards black or white until it stands out from every one of `grounds`. */
export function atLeast(floor: number, color: Color, ...grounds: readonly Color[]): Color {
  const passes = (candidate: Color): boolean =>
    grounds.every((ground) => contrast(candidate, ground) >= floor);
  const worst = (pole: Color): number =>
    Math.min(...grounds.map((ground) => contrast(pole, ground)));
  const pole = worst(WHITE) > worst(BLACK) ? WHITE : BLACK;
  for (let share = 0; share < 1; share += 0.02) {
    const candidate = mix(pole, share, color);
    if (passes(candidate)) return candidate;
  }
  return pole;
}
