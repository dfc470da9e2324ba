// Several people in one kernel: who one is, what follows from it, and how to join oneself.

import type { Fields } from "../src/core/messages";
import { message, room } from "../tests/mock";
import type { State } from "./state";

const invite = "http://192.168.1.20:8765/py101?code=K7QX4M2P";

export const owner: Fields = {
  ...{ is: "owner", name: "Ada", owner: "Ada" },
  people: [
    { id: "k1", name: "Bob", why: "" },
    { id: "k2", name: "Maximiliane von Habsburg-Lothringen", why: "" },
    { id: "k3", name: "Lina", why: "full" },
  ],
};
export const viewer: Fields = { is: "viewer", name: "Bob", owner: "Ada", invite };
export const linked: Fields = { ...viewer, linked: true };
const wrong: Fields = { ...viewer, link: "wrong" };
const reader: Fields = { ...viewer, is: "reader", why: "full" };
const unknown: Fields = { ...reader, name: "", why: "unknown" };

/** Press a button of the view, once it is there: by its class, or the last one whose words begin so. */
export const pressed = async (root: ShadowRoot, which: string): Promise<void> => {
  for (;;) {
    const words = [...root.querySelectorAll("button")].filter((button) =>
      button.textContent?.startsWith(which),
    );
    const found = root.querySelector<HTMLElement>(`button.${CSS.escape(which)}`) ?? words.at(-1);
    if (found) {
      found.click();
      break;
    }
    await new Promise(requestAnimationFrame);
  }
  await new Promise(requestAnimationFrame);
};

const state = (who: Fields, lang: string, ...presses: string[]): State => ({
  options: { lang },
  play: (model) =>
    model.snapshot(
      [message(1), message(2)],
      { viewer: who },
      {},
      {
        room: [room()],
      },
    ),
  act: async (root) => {
    for (const press of presses) await pressed(root, press);
  },
});

const already = { en: "I am in the class", tr: "Zaten bu dersteyim" };
const own = { en: "Open my", tr: "Kendi not defterimi" };

export const viewers: Record<string, State> = {
  "shared-owner": state(owner, "en", "sign"),
  "shared-owner-tr": state(owner, "tr", "sign"),
  "shared-viewer": state(viewer, "en", "sign", own.en),
  "shared-viewer-tr": state(viewer, "tr", "sign", own.tr),
  "shared-link": state(wrong, "en", "sign", already.en),
  "shared-link-tr": state(wrong, "tr", "sign", already.tr),
  "shared-linked": state(linked, "en", "sign"),
  "shared-reader": state(reader, "en", own.en),
  "shared-reader-tr": state(reader, "tr", own.tr),
  "shared-name": state(unknown, "en"),
};
