import { icons, shapes } from "../core/icons";

// As the core's.
export const Sign = icons({
  away: shapes.clock,
  following:
    "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0M8.6 8a.6.6 0 1 1-1.2 0 .6.6 0 0 1 1.2 0",
  none: "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0M6 8h4",
  error: "m3 4.5 3.5 3.5L3 11.5M8.5 11.5H13",
});
