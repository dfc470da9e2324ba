import { type Context as Speaking, wordsIn } from "../core/i18n";
import { icons } from "../core/icons";
import { en } from "./locale/en";
import { tr } from "./locale/tr";

/** The words of the stream in a language. */
export const wordsOf = wordsIn({ en, tr });
/** The words of the stream. */
export type Words = ReturnType<typeof wordsOf>;
/** What the parts of a stream find around them. */
export type Context = Speaking<Words>;

/** An icon of the stream. */
export const Icon = icons({
  stream: "M2 3h12v8.5H2zM5.5 14h5M7 5.2v4.1l3.4-2z",
  play: "M5 3.5v9l7.5-4.5z",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  live: "M3 3.5v9l5.5-4.5zM11 3.5v9",
  tune: "M2.5 5h5M10.5 5h3M9 3.3v3.4M2.5 11h2M8 11h5.5M5.8 9.3v3.4",
  captions: "M2 3.5h12v9H2zM7 6.9a1.6 1.6 0 1 0 0 2.2M11.6 6.9a1.6 1.6 0 1 0 0 2.2",
  pip: "M2 3.5h12v9H2zM8 8h4v2.7H8z",
  full: "M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3",
  camera: "M2 4.5h8v7H2zM10 7l4-2v6l-4-2",
  poll: "M3.5 13.5v-5M8 13.5v-11M12.5 13.5v-8",
  bell: "M4 11.5V7a4 4 0 0 1 8 0v4.5l1 1H3zM6.7 14h2.6",
});
