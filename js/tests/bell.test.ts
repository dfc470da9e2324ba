// A widget of another package: plain JavaScript that imports from "edu:core", in a tab of the panel.

import axe from "axe-core";
import { afterEach, expect, inject, test } from "vitest";
import type { Fields } from "../src/core/messages";
import { MockModel } from "./mock";
import { closePanels, loaded, type PanelStage, shown, stubbed } from "./panel_stage";
import { freshCourse } from "./stage";

afterEach(closePanels);

const bell = {
  ...{ icon: "bell", needs: "bell", projected: false, atOnce: false, narrow: false, leads: "" },
  ...{ figures: {}, switches: {} },
  words: {
    en: { tab: "Bell", unread: "{n} ring|{n} rings", note: "", show: "" },
    tr: { tab: "Zil", unread: "{n} çalış", note: "", show: "" },
  },
};

interface Belfry {
  stage: PanelStage;
  model: MockModel;
  /** What is in the tab of the bell. */
  view(): ShadowRoot;
}

/** A panel with the chat and a bell in it. */
async function belfry(lang: string, unread = 0): Promise<Belfry> {
  const course = freshCourse();
  const model = new MockModel({ kind: "bell", course, options: { height: 420, lang } });
  model.carry({ core: inject("built").core ?? "", bell: inject("bell") });
  const stage = await shown({
    ...{ course, lang, faces: { bell } },
    parts: { chat: stubbed("chat"), bell: model },
    panel: { id: "panel", rev: 1, parts: { chat: { unread: 0 }, bell: { unread } } },
    lesson: { features: ["chat", "bell"] },
  });
  const view = (): ShadowRoot => {
    const root = stage.root.querySelector("#pane-bell .content > *")?.shadowRoot;
    if (!root) throw new Error("the bell is not shown");
    return root;
  };
  return { stage, model, view };
}

const rung = (model: MockModel, document: Fields): void =>
  model.snapshot([], { features: ["bell"] }, {}, { bell: [document] });

test("it has a tab like any other, with its words and its count", async () => {
  const { stage } = await belfry("en", 1);
  expect(stage.tabs()).toEqual(["Chat", "Bell 1 ring"]);
  await stage.say({ id: "panel", parts: { bell: { unread: 3 } } });
  expect(stage.tabs()).toEqual(["Chat", "Bell 3 rings"]);
  expect((await belfry("tr", 3)).stage.tabs()).toEqual(["Sohbet", "Zil 3 çalış"]);
});

test("its script is linked to the page's core, shows what the kernel says, and asks", async () => {
  const { stage, model, view } = await belfry("en");
  stage.tab("Bell").click();
  await expect.poll(() => model.page).not.toBe("");
  rung(model, { id: "bell", rev: 1, count: 2, by: "<b>Ada</b>" });
  await loaded();
  expect(view().querySelector("[role=status]")?.textContent).toBe(
    "Rung 2 times, last by <b>Ada</b>",
  );
  view().querySelector<HTMLElement>("button")?.click();
  await loaded();
  expect(model.asked("intent").map(({ do: what }) => what)).toEqual(["bell.ring"]);
  const rules = { region: { enabled: false } };
  const { violations } = await axe.run(stage.el, { rules });
  expect(violations).toEqual([]);
});

test("where the course does not offer it, it has no tab", async () => {
  const { stage } = await belfry("en");
  stage.model.say({ op: "batch", n: 1, lesson: { features: ["chat"] } });
  await loaded();
  expect(stage.tabs()).toEqual(["Chat"]);
});
