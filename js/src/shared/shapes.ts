// Shapes that some widgets draw and the core does not: each carries those it uses.

export const bell =
  "M3.2 11.6h9.6c-1-1-1.3-2-1.3-4.3a3.5 3.5 0 0 0-7 0c0 2.3-.3 3.3-1.3 4.3zM6.7 13.6a1.5 1.5 0 0 0 2.6 0";
export const belloff =
  "M4.6 6.3c-.1 2.8-.4 4.2-1.4 5.3h8.4M6 4.3a3.5 3.5 0 0 1 5.5 3c0 1 .1 1.8.2 2.4M6.7 13.6a1.5 1.5 0 0 0 2.6 0M2.5 2.5l11 11";
export const done = "M13.5 8a5.5 5.5 0 1 1-11 0 5.5 5.5 0 0 1 11 0M5.5 8.2l1.8 1.8 3.3-3.7";
export const hand =
  "M5.2 9.4V4a1 1 0 0 1 2 0v3.4V2.9a1 1 0 0 1 2 0v4.5-3.6a1 1 0 0 1 2 0v6.3c0 2.4-1.5 4.1-3.7 4.1-1.9 0-2.8-.8-3.7-2.3L2.4 9.4c-.5-.9.6-1.7 1.3-1z";
export const hide =
  "M3.7 4.9C2.3 6.2 1.6 8 1.6 8S4 12.2 8 12.2c1.2 0 2.2-.4 3.1-.9M6.5 4c.5-.1 1-.2 1.5-.2 4 0 6.4 4.2 6.4 4.2s-.5.9-1.4 1.9M2.5 2.5l11 11";
export const stuck = "M8 2.3 14 13H2zM8 6.5v3M8 11.2v.1";
export const chain =
  "M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2-2a2.6 2.6 0 0 0-3.7-3.7l-.9.9M9.2 6.8a2.6 2.6 0 0 0-3.7 0l-2 2a2.6 2.6 0 0 0 3.7 3.7l.9-.9";
export const keep = "M4 2.5h8v11L8 10.7l-4 2.8z";
export const play = "M5 3.2v9.6L12.6 8z";
export const poll = "M3.5 13V8.5M8 13V3M12.5 13V6";
export const eye =
  "M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8M10 8a2 2 0 1 1-4 0 2 2 0 0 1 4 0";
export const stop = "M4.5 4.5h7v7h-7z";
