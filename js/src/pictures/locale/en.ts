export const en = {
  picture: "Picture",
  open: (alt: string) => `${alt || "Picture"}. Show it large`,
  close: "Close",
  loading: "Loading the picture",
  failed: "The picture could not be loaded.",
  offline: "Offline: the picture comes later.",
  again: "Try again",
  describe: "What does it show?",
  remove: "Remove the picture",
  preparing: "Preparing the picture",
  noPicture: "This is no picture: PNG, JPEG, WebP, GIF or SVG.",
  tooLarge: "An SVG or an animated GIF has at most 1 MiB. Shrink it, or send it as PNG.",
  unread: "The picture cannot be read.",
  late: "The kernel is busy; it takes the picture as soon as it can.",
  lost: "The page was reloaded before this picture was ready. Add it again.",
  leftOut: (most: number, count: number) =>
    `A message has at most ${most} pictures; ${count} more ${count === 1 ? "was" : "were"} left out.`,
};
