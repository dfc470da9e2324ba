// Who may be in the course, as an instructor's page decides it, and what a removed person sees.

import axe from "axe-core";
import { afterEach, describe, expect, test } from "vitest";
import { told } from "./accessible";
import { closePeople, type PeopleStage, person, shown, staffDesk } from "./presence_stage";
import { closeAll, settled } from "./stage";

afterEach(() => {
  closePeople();
  closeAll();
});

const people = [
  person("Deniz"),
  person("Kofi"),
  person("Mira", { role: "instructor", me: true }),
  person("Zoe", { role: "instructor" }),
];

const staff = (more = {}, lang = "en"): Promise<PeopleStage> =>
  shown({ people, desk: staffDesk(more), role: "instructor", lang });

const items = (stage: PeopleStage): string[] =>
  stage.all("[role^=menuitem]").map((item) => item.innerText.replace(/[\u2068\u2069]/g, ""));

const press = async (stage: PeopleStage, name: string): Promise<void> => {
  const found = [...stage.all("button")].find(
    (button) =>
      (button.getAttribute("aria-label") ?? button.innerText).replace(/[\u2068\u2069]/g, "") ===
      name,
  );
  if (!found) throw new Error(`There is no button ${name}.`);
  found.focus();
  found.click();
  await settled();
};

describe("removing", () => {
  test("asks in the row, by keyboard, and only of students", async () => {
    const stage = await staff();
    expect(stage.all(".pp .of")).toHaveLength(2);
    await press(stage, "More about Deniz");
    expect(items(stage)).toEqual([
      "Remove from the course",
      "Remove with all who came the same way",
    ]);
    stage.find<HTMLElement>("[role=menuitem]").click();
    await settled();
    const asked = stage.find<HTMLElement>("[role=alertdialog]");
    expect(asked.innerText.replace(/[\u2068\u2069]/g, "")).toContain(
      "Remove Deniz? They are out at once, until readmitted.",
    );
    expect((stage.root.activeElement as HTMLElement).innerText).toBe("Cancel");
    stage.press("Escape");
    await settled();
    expect(stage.all("[role=alertdialog]")).toEqual([]);
    expect(stage.model.asked("intent", "people.remove")).toEqual([]);
    await press(stage, "More about Deniz");
    stage.find<HTMLElement>("[role=menuitem]").click();
    await settled();
    await press(stage, "Remove");
    expect(stage.model.asked("intent", "people.remove").map(({ args }) => args.id)).toEqual([
      "u-deniz",
    ]);
  });

  test("asks of all who came the same way, and says how they could come back", async () => {
    const stage = await staff();
    await press(stage, "More about Deniz");
    (stage.all("[role=menuitem]")[1] as HTMLElement).click();
    await settled();
    const asked = stage.find<HTMLElement>("[role=alertdialog]").innerText;
    expect(asked).toContain("every student who came by the same invite");
    expect(asked).toContain("With the present invite they can come back as somebody new");
    await press(stage, "Remove");
    expect(stage.model.asked("intent", "people.remove").map(({ args }) => args)).toEqual([
      { id: "u-deniz", sameJoin: true },
    ]);
  });

  test("students have no such menu", async () => {
    const stage = await shown({ people });
    expect(stage.all(".of, .hd .more")).toEqual([]);
  });

  test("the header has one menu, with the language in it", async () => {
    const stage = await staff({}, "");
    expect(stage.all(".hd [aria-haspopup=menu]")).toHaveLength(1);
    await press(stage, "Who may join");
    expect(stage.all("[role=menu] p").map((group) => group.innerText)).toEqual([
      "Who may join",
      "Removed",
      "Language",
    ]);
  });

  test("whoever is out is let in again from the menu", async () => {
    const stage = await staff({ removed: [{ id: "u-eve", name: "Eve" }] });
    await press(stage, "Who may join");
    expect(items(stage)).toEqual(["New invite", "Close the door", "Readmit Eve"]);
    stage.all("[role=menuitem]")[2]?.click();
    await settled();
    expect(stage.model.asked("intent", "people.readmit").map(({ args }) => args.id)).toEqual([
      "u-eve",
    ]);
  });

  test("with hidden names nobody is named there", async () => {
    const stage = await staff({ hidden: true, removed: [] });
    await press(stage, "Who may join");
    expect(items(stage)).toEqual(["New invite", "Close the door"]);
  });
});

describe("the door and the invite", () => {
  test("a closed door is said, and opened beside it", async () => {
    const stage = await staff({ closed: true });
    expect(stage.text()).toContain("The door is closed: nobody new gets in.");
    await press(stage, "Open the door");
    expect(stage.model.asked("intent", "people.door").map(({ args }) => args.closed)).toEqual([
      false,
    ]);
  });

  test("a new invite is asked about, then shown until it is put away", async () => {
    const stage = await staff();
    await press(stage, "Who may join");
    stage.all("[role=menuitem]")[0]?.click();
    await settled();
    expect(stage.text()).toContain("End the present invite? Whoever is in stays.");
    expect(stage.model.asked("intent", "people.invite")).toEqual([]);
    await press(stage, "New invite");
    expect(stage.model.asked("intent", "people.invite")).toHaveLength(1);
    const invite = "http://127.0.0.1:8765/py101?code=K7QX4M2P";
    stage.model.say({ op: "signal", name: "invite", data: { invite } });
    await settled();
    expect(stage.text()).toContain(`Students join with ${invite}`);
    await press(stage, "Cancel");
    expect(stage.text()).not.toContain(invite);
  });

  test("axe finds nothing, with all of it open", async () => {
    for (const lang of ["en", "tr"]) {
      const stage = await staff({ closed: true, removed: [{ id: "u-eve", name: "Eve" }] }, lang);
      stage.find<HTMLElement>(".hd .more").click();
      await settled();
      await Promise.all(stage.root.getAnimations().map(({ finished }) => finished));
      expect(told((await axe.run(stage.find<HTMLElement>(".edu"))).violations)).toEqual([]);
      stage.press("Escape");
      await settled();
      stage.find<HTMLElement>(".pp .of").click();
      await settled();
      stage.find<HTMLElement>("[role=menuitem]").click();
      await settled();
      expect(told((await axe.run(stage.find<HTMLElement>(".edu"))).violations)).toEqual([]);
      closePeople();
    }
  });
});

test.each([
  ["en", "You were removed from py101 by an instructor."],
  ["tr", "Bir eğitmen sizi py101 dersinden çıkardı."],
])("a removed person is told so, %s", async (lang, said) => {
  const lesson = { course: "py101", state: "stopped", code: 4516, reason: "You were removed." };
  const stage = await shown({ people, lang, lesson });
  expect(stage.text()).toContain(said);
  expect(stage.text()).not.toContain("You were removed. ");
  expect(stage.rows()).toEqual([]);
});
