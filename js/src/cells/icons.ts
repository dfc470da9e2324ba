import { icons } from "../core/icons";

const own = {
  compare: "M8 2.2v6.6M4.7 5.5h6.6M4.7 12.8h6.6",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  share:
    "M8 8v.1M5.2 10.8a4 4 0 0 1 0-5.6M10.8 5.2a4 4 0 0 1 0 5.6M3.3 12.7a6.6 6.6 0 0 1 0-9.4M12.7 3.3a6.6 6.6 0 0 1 0 9.4",
  tail: "M8 2.5V10M4.6 6.8 8 10.2l3.4-3.4M3.5 13.4h9",
  running: "M8 2.5a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11",
};

export const Icon = icons(own);
