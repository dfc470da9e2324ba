import { icons } from "../core/icons";
import { done, stuck } from "../shared/shapes";

const ring = "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0";

// As the core's.
export const Sign = icons({
  ...{ done, stuck },
  none: ring,
  working: `${ring}M8.6 8a.6.6 0 1 1-1.2 0 .6.6 0 0 1 1.2 0`,
  hint: "M5.8 10.2a4 4 0 1 1 4.4 0c-.5.4-.6.8-.6 1.6H6.4c0-.8-.1-1.2-.6-1.6M6.6 13.8h2.8",
});
