import type { Fault } from "../faults";

const { format } = new Intl.NumberFormat("en");

const time = (seconds: number): string =>
  seconds < 60 ? `${format(seconds)}\u00a0s` : `${format(Math.round(seconds / 60))}\u00a0min`;

/** What is wrong, and what comes of it or helps. */
const faults: Record<Fault | "denied", readonly [lead: string, rest: string]> = {
  gone: ["The picture has stopped.", "It comes back by itself."],
  press: ["The browser starts no video by itself.", "Press Watch."],
  address: ["This is no address of a stream.", "It begins with https://."],
  insecure: [
    "This page is protected and the stream is not.",
    "The browser shows no http stream on an https page; the media server needs https.",
  ],
  type: ["This is no video.", "The address leads to something else."],
  codec: ["This browser cannot show this video.", "Another browser may."],
  cors: [
    "The media server lets other pages not read its stream.",
    "It has to answer with Access-Control-Allow-Origin.",
  ],
  refused: ["You cannot watch this stream.", "The media server has refused it."],
  forbidden: ["This page allows no video from elsewhere.", "It can be watched at its own address:"],
  embed: ["This page cannot be embedded.", "Only videos of YouTube and Vimeo can."],
  over: ["The picture has ended.", ""],
  denied: ["There is no picture to publish.", "The browser was not allowed to take one."],
};

export const en = {
  stream: "Stream",
  picture: "Picture of the stream",
  player: "Player",
  titleBy: (title: string, by: string) => [title, by].filter(Boolean).join(" · "),

  none: "There is no stream",
  noneHint: "When an instructor starts one, it is here.",
  notOffered: "There is no stream in this course.",

  startsIn: "Starts in",
  soon: "In a moment",
  span: time,
  withBy: (by: string) => `, with ${by}`,
  remind: "Remind me",
  reminded: "You will be reminded",

  watch: "Watch",
  starting: "The picture is on its way",
  onAir: "LIVE",
  watching: (count: number) => `${format(count)} watching`,
  delay: (seconds: number) => `${format(seconds)}\u00a0s delay`,
  behind: (seconds: number) => `${format(seconds)}\u00a0s behind`,
  paused: "Paused",
  goLive: "Go live",
  soundOff: "Sound is off: turn it on",
  stopped: (by: string): readonly [string, string] => [
    `${by ? `${by}'s` : "The"} picture has stopped.`,
    "It comes back by itself.",
  ],
  reconnecting: "Reconnecting",
  faults,
  faultLink: "Open it",
  again: "Try again",

  play: "Play (Space)",
  pause: "Pause (Space)",
  mute: "Mute (M)",
  unmute: "Sound on (M)",
  quality: "Quality",
  auto: "Automatic",
  lines: (lines: number) => `${lines}p`,
  captions: "Captions (C)",
  pip: "Picture in picture",
  full: "Full screen (F)",
  embedded: (host: string) => `Player of ${host}`,
  embedHint: (host: string) => `Loads the player of ${host}, which learns that you watch.`,

  pollWaits: (seconds: number) => `A poll appears with your picture, in ${format(seconds)}\u00a0s`,
  voteNow: "Vote now",
  pollCard: "Poll",
  putAway: "Not now: it stays in Polls (Esc)",
  pollMissing: "The poll is in Polls.",

  hasEnded: "The stream has ended.",
  recording: "Watch the recording",
  openRecording: "Open the recording",
  chapterStart: "Start",
  backToEnd: "Close the recording",

  address: "Address of the picture",
  addressHint: "HLS (….m3u8), WHEP, YouTube or Vimeo",
  title: "Title",
  minutes: "Minutes until it begins",
  minutesHint: "Empty: at once",
  start: "Start",
  announce: "Announce",
  newStream: "Another stream",
  stop: "Stop the stream",
  askStop: "Stop the stream for everybody?",
  recordingAddress: "Address of the recording, if there is one",
  keepRecording: "Add the recording",

  publish: "Publish from this page",
  publishHint: "Your picture goes to your media server, and nowhere else.",
  camera: "Camera",
  screen: "Screen or window",
  preview: "Preview: only you see this",
  whip: "WHIP address of the media server",
  token: "Token, if it wants one",
  goOn: "Go live",
  publishing: "You are live",
  publishStarting: "Connecting to the media server",
  publishStop: "Stop publishing",
};

export type StreamCatalog = typeof en;
