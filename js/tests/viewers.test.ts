// Who looks, where several people share a kernel: the sign, and what one does there.
import axe from "axe-core";
import { afterEach, describe, expect, test } from "vitest";
import { linked, pressed, viewer, viewers } from "../gallery/viewers";
import type { Fields } from "../src/core/messages";
import { dress, finishAnimations, inDress, isGrave, themes, told } from "./accessible";
import { closeAll, type Stage, settled, stage } from "./stage";

afterEach(() => {
  closeAll();
  document.documentElement.removeAttribute("style");
});

const shown = async (who: Fields): Promise<Stage> => {
  const made = stage();
  made.model.snapshot([], { viewer: who });
  await settled();
  return made;
};

describe.each(Object.entries(viewers))("%s", (_, { options, play, act }) => {
  test.each([
    ["light", 900],
    ["dark", 360],
  ])("is accessible in %s, %i px wide, and nothing is cut sideways", async (theme, width) => {
    dress(themes[theme]);
    const made = stage({ options });
    made.el.style.width = `${width}px`;
    play(made.model);
    await settled();
    await act?.(made.root, made.model);
    await settled();
    finishAnimations(made.root);
    const { violations } = await axe.run(made.el, { runOnly: inDress(theme) });
    expect(told(violations.filter(isGrave))).toEqual([]);
    const view = made.find(".edu");
    expect(view.scrollWidth).toBe(view.clientWidth);
    const present = made.find(".hd > .sub");
    expect(present.scrollWidth).toBeLessThanOrEqual(present.clientWidth);
  });
});

test("who is taken for another says so, and the sign's window closes", async () => {
  const made = await shown(viewer);
  await pressed(made.root, "sign");
  await pressed(made.root, "I am not Bob");
  expect(made.model.asked("intent", "viewer.deny")).toHaveLength(1);
  await settled();
  expect(made.root.querySelector(".who")).toBeNull();
});

test("the lines to join by are those of the invite, under one's own name", async () => {
  const made = await shown({ ...viewer, name: 'Bob "Q"' });
  await pressed(made.root, "sign");
  await pressed(made.root, "Open my own notebook");
  await settled();
  expect(made.find(".own pre").textContent).toBe(
    'import edu_widgets as edu\nedu.join("http://192.168.1.20:8765/py101?code=K7QX4M2P", name="Bob \\"Q\\"").panel()',
  );
});

test("without an invite the instructor is named as who has it", async () => {
  const made = await shown({ ...viewer, is: "reader", why: "full", invite: "" });
  await pressed(made.root, "Open my own notebook");
  await settled();
  expect(made.text()).toContain("with the invite of your instructor");
});

describe.each([
  ["en", "I am in the class already", "This code is not valid"],
  ["tr", "Zaten bu dersteyim", "Bu kod geçerli değil"],
])("a code of one's own notebook, in %s", (lang, button, refused) => {
  test("is entered in the sign's window, and what came of it is told there", async () => {
    const made = stage({ options: { lang } });
    made.model.snapshot([], { viewer });
    await settled();
    await pressed(made.root, "sign");
    await pressed(made.root, button);
    await settled();
    const input = made.find<HTMLInputElement>(".who input");
    const submit = made.find<HTMLButtonElement>(".who form button");
    expect(submit.getAttribute("aria-disabled") ?? String(submit.disabled)).toBe("true");
    input.value = " k7qx-4m2p ";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    await settled();
    submit.click();
    const asked = made.model.asked("intent", "viewer.link");
    expect(asked.map(({ args }) => args)).toEqual([{ code: "k7qx-4m2p" }]);
    made.model.snapshot([], { viewer: { ...viewer, link: "wrong" } });
    await settled();
    expect(made.find(".who [role=status]").textContent).toContain(refused);
    made.model.snapshot([], { viewer: linked });
    await settled();
    expect(made.root.querySelector(".who input")).toBeNull();
  });
});
