// The tokens of a view, from what the host's theme says. Floors: text 4.5, edge and mark 3.

import { atLeast, type Color, contrast, luminance, mix } from "./color";

/** The kind of theme around a view. */
export type Scheme = "light" | "dark" | "contrast";

/** The colours a theme may set; `null`: not set. */
export interface HostColors {
  bg: Color | null;
  ink: Color | null;
  accent: Color | null;
  muted: Color | null;
  /** Of code: keywords, strings, numbers, operators. */
  k: Color | null;
  s: Color | null;
  m: Color | null;
  o: Color | null;
}

const TEXT = 4.5;
const SHAPE = 3;
const HIGH_CONTRAST = 18.5;

const rgb = (hex: number): Color => [hex >> 16, (hex >> 8) & 255, hex & 255];

const code = {
  light: { k: 0x008000, s: 0xba2121, m: 0x008800, o: 0x7800c2 },
  dark: { k: 0x4caf50, s: 0xff7070, m: 0x66bb6a, o: 0xd48fff },
};

const defaults = {
  light: {
    ...{ bg: 0xffffff, ink: 0x15181c, accent: 0x1967c9 },
    ...{ ok: 0x17723c, warn: 0x8a5000, mark: 0xb56a00, bad: 0xb92b24 },
    ...{ link: 0.84, soft: 0.1, code: code.light },
  },
  dark: {
    ...{ bg: 0x212121, ink: 0xf2f4f7, accent: 0x2196f3 },
    ...{ ok: 0x62cf95, warn: 0xefb55d, mark: 0xefb55d, bad: 0xff9a91 },
    ...{ link: 0.7, soft: 0.2, code: code.dark },
  },
  contrast: {
    ...{ bg: 0x111111, ink: 0xffffff, accent: 0x319bf2 },
    ...{ ok: 0x7ee2ac, warn: 0xffd07a, mark: 0xffd07a, bad: 0xffb3ac },
    ...{ link: 0.6, soft: 0.24, code: code.dark },
  },
};

/** The scheme a background belongs to: by its luminance, not by any name. */
export function schemeOf(bg: Color, ink: Color | null): Scheme {
  if (luminance(bg) > 0.18) return "light";
  return ink !== null && contrast(bg, ink) >= HIGH_CONTRAST ? "contrast" : "dark";
}

/** Colours by the names of their tokens. */
export type Tokens = Record<string, Color>;

/** The scheme and the colours for a host's own colours. */
export function paletteOf(host: HostColors, prefersDark: boolean): [Scheme, Tokens] {
  const scheme = host.bg ? schemeOf(host.bg, host.ink) : prefersDark ? "dark" : "light";
  const own = defaults[scheme];
  const bg = host.bg ?? rgb(own.bg);
  const ink = atLeast(TEXT, host.ink ?? rgb(own.ink), bg);
  const accent = host.accent ?? rgb(own.accent);
  const strong = scheme === "contrast";
  const sunken = strong ? bg : mix(ink, 0.04, bg);
  const hover = mix(ink, strong ? 0.16 : 0.07, bg);
  const soft = mix(accent, own.soft, bg);
  const text = (color: Color, ...more: Color[]): Color => atLeast(TEXT, color, bg, sunken, ...more);
  const codeColor = (name: keyof typeof own.code): Color =>
    text(mix(host[name] ?? rgb(own.code[name]), 0.84, ink));
  return [
    scheme,
    {
      bg,
      ink,
      sunken,
      hover,
      soft,
      fg: strong ? ink : text(mix(ink, 0.9, bg), hover, soft),
      muted: strong ? ink : text(host.muted ?? mix(ink, 0.65, bg), hover, soft),
      line: strong ? ink : mix(ink, 0.13, bg),
      edge: strong ? ink : atLeast(SHAPE, mix(ink, 0.48, bg), bg),
      link: text(mix(accent, own.link, ink), soft, hover),
      ok: text(rgb(own.ok), hover, soft),
      warn: text(rgb(own.warn)),
      mark: atLeast(SHAPE, rgb(own.mark), bg, sunken),
      bad: text(rgb(own.bad), hover, soft),
      "code-k": codeColor("k"),
      "code-s": codeColor("s"),
      "code-m": codeColor("m"),
      "code-o": codeColor("o"),
    },
  ];
}
