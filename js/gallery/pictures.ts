// Pictures in the chat: shown, on their way, failed, in the box, and turned off.

import type { Fields } from "../src/core/messages";
import { type MockModel, message, room, staffRoom } from "../tests/mock";
import type { State } from "./state";

const en = { height: 420, lang: "en" };
const tr = { height: 420, lang: "tr" };

const can = [
  ...["send", "picture", "reply", "edit", "delete", "react", "unreact"],
  ...["ask", "upvote", "typing", "read", "search"],
];

interface Drawn {
  width: number;
  height: number;
  colour: string;
  alt: string;
}

const plots: readonly Drawn[] = [
  { width: 800, height: 500, colour: "#2a6fdb", alt: "Temperature of a week, by hour" },
  { width: 300, height: 600, colour: "#b3261e", alt: "A tall plot" },
  { width: 1200, height: 200, colour: "#146c2e", alt: "A wide plot" },
  { width: 60, height: 40, colour: "#6b4ea0", alt: "" },
];

const hashOf = (index: number): string => `${index}`.repeat(64);

export const refs = plots.map(({ width, height, alt }, index) => ({
  ...{ hash: hashOf(index), type: "image/png", bytes: 9_000, width, height, alt },
}));

async function draw({ width, height, colour }: Drawn): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext("2d");
  if (pen) {
    pen.strokeStyle = colour;
    pen.lineWidth = 6;
    for (let x = 0; x < width; x++) pen.lineTo(x, (0.5 + 0.4 * Math.sin(x / 40)) * height);
    pen.stroke();
  }
  return canvas.convertToBlob();
}

/** The kernel has those of these pictures that `answer` lets it have. */
export function serve(model: MockModel, answer: (index: number) => Fields | null): void {
  const before = model.onSent;
  model.onSent = (sent) => {
    before(sent);
    if (sent.op !== "blobs") return;
    for (const { hash } of sent.blobs) {
      const index = refs.findIndex((ref) => ref.hash === hash);
      const plot = plots[index];
      const said = answer(index);
      if (!plot || !said) continue;
      void draw(plot).then(async (blob) =>
        model.say(
          { op: "blob", hash, channel: "", ...said },
          said.code ? [] : [new DataView(await blob.arrayBuffer())],
        ),
      );
    }
  };
}

const talk = (): Fields[] => [
  message(1, { name: "Deniz", user: "u-deniz", body: "Is this right?", pictures: [refs[0]] }),
  message(2, { name: "Priya", user: "u-priya", body: "", pictures: refs }),
];

const show =
  (answer: (index: number) => Fields | null, docs = talk(), lesson: Fields = {}, state = {}) =>
  (model: MockModel): void => {
    serve(model, answer);
    model.snapshot(docs, lesson, {}, { room: [room({ can, ...state })] });
  };

async function until(so: () => unknown): Promise<void> {
  for (let frames = 0; frames < 300 && !so(); frames++) await new Promise(requestAnimationFrame);
}

const loaded = (root: ShadowRoot): Promise<void> =>
  until(() => root.querySelector(".pic img, .picwait"));

async function attach(root: ShadowRoot, model: MockModel): Promise<void> {
  const before = model.onSent;
  model.onSent = (sent) => {
    before(sent);
    if (sent.op === "put" && model.buffers.length === 1) {
      model.say({ op: "put", to: model.page, id: sent.id, ref: { ...refs[0], alt: "" } });
    }
  };
  const input = root.querySelector<HTMLInputElement>("input[type=file]");
  if (!input) return;
  const chosen = new DataTransfer();
  const [first, second] = plots;
  if (!first || !second) return;
  chosen.items.add(new File([await draw(first)], "a.png", { type: "image/png" }));
  chosen.items.add(new File([await draw(second)], "b.png", { type: "image/png" }));
  chosen.items.add(new File(["no picture"], "c.png", { type: "image/png" }));
  input.files = chosen.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  await until(() => root.querySelectorAll(".tray [role=alert]").length === 1);
  const box = root.querySelector<HTMLInputElement>(".tray input");
  if (!box) return;
  box.value = "Temperature of a week";
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

async function enlarge(root: ShadowRoot): Promise<void> {
  await until(() => root.querySelector(".pic img"));
  root.querySelector<HTMLElement>(".pic button")?.click();
}

const partly = (index: number): Fields | null =>
  index === 1
    ? { code: 4512, message: "The picture is not there any more." }
    : index === 3
      ? {}
      : null;

export const pictures: Record<string, State> = {
  pictures: { options: en, play: show(() => ({})), act: loaded },
  pictureone: { options: tr, play: show(() => ({}), talk().slice(0, 1)), act: loaded },
  pictureswaiting: { options: en, play: show(partly), act: loaded },
  pictureswaitingturkish: { options: tr, play: show(partly), act: loaded },
  picturesoffline: {
    options: en,
    play: show(() => null, talk(), { state: "offline" }),
    act: loaded,
  },
  attaching: { options: en, play: show(() => ({}), talk().slice(0, 1)), act: attach },
  attachingturkish: { options: tr, play: show(() => ({}), talk().slice(0, 1)), act: attach },
  picturelarge: { options: en, play: show(() => ({})), act: enlarge },
  picturesoff: {
    options: en,
    play: show(() => ({}), talk().slice(0, 1), {}, { can: ["send"], noPictures: true }),
    act: loaded,
  },
  pictureswitch: {
    options: tr,
    play(model) {
      const staff = staffRoom();
      const all = [...(staff.can as string[]), "picture"];
      model.snapshot([], {}, {}, { room: [{ ...staff, can: all, noPictures: true }] });
    },
    act: (root) => root.querySelector<HTMLElement>(".hd [aria-haspopup=menu]")?.click(),
  },
};
