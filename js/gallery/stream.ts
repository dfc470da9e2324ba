import type { Fields } from "../src/core/messages";
import { FakeHls, type Picture } from "../tests/fake_hls";
import { MockModel } from "../tests/mock";
import { at } from "./people";
import { polls } from "./polls";
import type { State } from "./state";

/** The code that the pictures' pages get in place of hls.js. */
export const hlsCode = `export default ${FakeHls.toString()}`;

const kind = "stream";
const options = (height: number, lang = "en"): Fields => ({ height, lang });

/** The slide of a lesson, drawn again and again so that it is a moving picture. */
function slide(): MediaStream {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: 898, height: 505 });
  const draw = (): void => {
    const pen = canvas.getContext("2d");
    if (!pen) return;
    const box = (fill: string, ...[x, y, w, h]: [number, number, number, number]): void => {
      pen.fillStyle = fill;
      pen.fillRect(x, y, w, h);
    };
    const text = (font: string, said: string, x: number, y: number): void => {
      pen.font = font;
      pen.fillStyle = "#222222";
      pen.fillText(said, x, y);
    };
    box("#f7f7f8", 0, 0, 898, 505);
    box("#e6e7ea", 0, 0, 898, 44);
    box("#f7f7f8", 108, 9, 180, 35);
    text("15px sans-serif", "lesson-03.ipynb", 128, 31);
    text("600 26px sans-serif", "Group by month", 56, 92);
    box("#d5d7dc", 56, 112, 640, 96);
    box("#ffffff", 57, 113, 638, 94);
    const code = [
      'by = df["date"].dt.month',
      'means = df.groupby(by)["temp_c"].mean()',
      "means.plot.bar()",
    ];
    code.forEach((line, row) => {
      text("17px monospace", line, 72, 142 + 26 * row);
    });
    [31, 44, 74, 112, 148, 172, 178, 164, 134, 96, 61, 37].forEach((height, month) => {
      box("#1f77b4", 92 + 46 * month, 452 - height, 30, height);
    });
    box("#333333", 75, 230, 2, 222);
    box("#333333", 75, 451, 590, 2);
  };
  draw();
  setInterval(draw, 200);
  return canvas.captureStream(5);
}

/** Have the page's pictures be that slide, so late and so far behind, in seconds. */
export function picture(more: Partial<Picture> = {}): void {
  const shown: Picture = { behind: 0, latency: 3, make: slide, ...more };
  Object.assign(globalThis, { hlsPicture: shown });
}

export const live = (more: Fields = {}): Fields => ({
  ...{ id: "s1", state: "live", url: "https://media.example/live.m3u8", source: "hls" },
  ...{ title: "Group by month", by: "Mira", began: at(10, 30) },
  ...more,
});

export const stage = (more: Fields = {}): Fields => ({
  ...{ id: "stage", rev: 1, can: ["remind"], offered: true, watching: 42, stream: live() },
  ...more,
});

const here = (model: MockModel, document: Fields, lesson: Fields = {}): void =>
  model.snapshot([], { features: ["stream"], ...lesson }, {}, { stage: [document] });

const press = (root: ShadowRoot, selector: string): void =>
  root.querySelector<HTMLElement>(selector)?.click();

const shown = async (root: ShadowRoot, selector: string): Promise<void> => {
  for (let tries = 0; tries < 200 && !root.querySelector(selector); tries++) {
    await new Promise((done) => setTimeout(done, 25));
  }
  await new Promise((done) => setTimeout(done, 100));
};

/** Watch it, with sound unless the browser refuses that. */
const watch = async (root: ShadowRoot): Promise<void> => {
  press(root, ".cen .btn");
  await shown(root, ".sc .lv:not(.bh)");
  await new Promise((done) => setTimeout(done, 700));
};

interface Look {
  document?: Fields;
  lesson?: Fields;
  lang?: string;
  height?: number;
  picture?: Partial<Picture>;
  act?: State["act"];
}

const look = (more: Look = {}): State => ({
  kind,
  options: options(more.height ?? 420, more.lang),
  play(model) {
    picture(more.picture);
    here(model, stage(more.document), more.lesson);
  },
  ...(more.act && { act: more.act }),
});

const announced = live({ state: "announced", starts: Date.now() + 301_000, began: undefined });
const ended = live({
  ...{ state: "ended", url: "", began: at(10, 30), ended: at(11, 18) },
  ...{ recording: "https://media.example/lesson.mp4", recordingAs: "file" },
});
const chapters = [
  { at: at(10, 41), text: "How many bars?" },
  { at: at(10, 52), text: "What does `dt.month` give?" },
];
const staff = { can: ["run"] };
const instructor = { me: { id: "u-mira", name: "Mira", role: "instructor" } };
const asked = (since: number): Fields => ({ asked: { id: "p1", round: 1, since } });

/** Have a picture stop. */
const stop = async (root: ShadowRoot): Promise<void> => {
  await watch(root);
  const { hlsMade = [] } = globalThis as unknown as { hlsMade?: FakeHls[] };
  picture({ make: () => new MediaStream() });
  hlsMade
    .at(-1)
    ?.failed?.("error", { fatal: true, type: "networkError", details: "fragLoadError" });
  await shown(root, ".still:not([hidden])");
};

export const streams: Record<string, State> = {
  "stream-live": look({ act: watch }),
  "stream-poll": look({
    document: asked(60_000),
    act: async (root) => {
      await watch(root);
      await shown(root, ".polls-in > *");
    },
  }),
  "stream-held": look({
    document: asked(0),
    picture: { behind: 12, latency: 15 },
    act: async (root) => {
      press(root, ".cen .btn");
      await shown(root, ".held");
      await new Promise((done) => setTimeout(done, 700));
    },
  }),
  "stream-turkish": look({
    document: asked(0),
    picture: { behind: 12, latency: 15 },
    lang: "tr",
    act: async (root) => {
      press(root, ".cen .btn");
      await shown(root, ".held");
      await new Promise((done) => setTimeout(done, 700));
    },
  }),
  "stream-before": look({ document: { stream: announced, watching: 0 } }),
  "stream-reminded": look({
    document: { stream: { ...announced, reminded: true }, watching: 0 },
    lang: "tr",
  }),
  "stream-watch": look(),
  "stream-stopped": look({ act: stop }),
  "stream-stopped-tr": look({ lang: "tr", act: stop }),
  "stream-ended": look({ document: { stream: ended, chapters } }),
  "stream-ended-tr": look({ document: { stream: ended, chapters }, lang: "tr" }),
  "stream-insecure": look({
    document: { stream: live({ url: "javascript:alert(1)" }) },
    act: (root) => press(root, ".cen .btn"),
  }),
  "stream-embed": look({
    document: {
      stream: live({
        url: "https://www.youtube-nocookie.com/embed/aaaaaaaaaaa",
        source: "embed",
      }),
    },
  }),
  "stream-desk": look({
    document: { ...staff, stream: undefined, watching: 0 },
    lesson: instructor,
  }),
  "stream-desk-tr": look({
    document: { ...staff, stream: undefined, watching: 0 },
    lesson: instructor,
    lang: "tr",
    act: (root) => press(root, "summary"),
  }),
  "stream-desk-live": look({ document: staff, lesson: instructor }),
  "stream-desk-ended": look({
    document: { ...staff, stream: { ...ended, recording: "" }, watching: 0 },
    lesson: instructor,
  }),
  "stream-none": look({ document: { stream: undefined, watching: 0 } }),
  "stream-offline": look({ lesson: { state: "offline", nextTryIn: 42_000 } }),
  "stream-not-offered": look({ document: { offered: false, can: [], stream: undefined } }),
  "stream-connecting": { kind, options: options(264), play: () => {} },
};

/** Give a stream's model that of the polls, with their code. */
export async function withPolls(
  model: MockModel,
  files: (kind: string) => Promise<Record<string, string>>,
): Promise<void> {
  const child = new MockModel({ kind: "polls", options: { height: 320 } });
  child.carry(await files("polls"));
  child.onSent = (sent) => {
    if (sent.op === "ready") queueMicrotask(() => polls["poll-voted"]?.play(child));
  };
  model.others.set("polls", child);
  model.set("_asks", "IPY_MODEL_polls");
}
