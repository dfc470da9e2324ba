import axe from "axe-core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { OTHER_DRESS, told } from "./accessible";
import {
  closePeople,
  counts,
  desk,
  hand,
  MINUTE,
  type PeopleStage,
  person,
  shown,
  staffDesk,
} from "./presence_stage";
import { closeAll, settled } from "./stage";

afterEach(() => {
  closePeople();
  closeAll();
  document.documentElement.removeAttribute("style");
});

const classroom = [
  person("Deniz", { status: "done" }),
  person("Kofi", { status: "stuck", age: 2 * MINUTE }),
  person("Lina", { status: "following" }),
  person("Aylin", { status: "stuck", age: 5 * MINUTE, away: true }),
  person("Sam", { away: true, age: 4 * MINUTE }),
  person("Mira", { role: "instructor", me: true }),
];

describe("who is here", () => {
  test("staff sees the stuck first, the longest first, and since when", async () => {
    const { rows, text } = await shown({
      people: classroom,
      desk: staffDesk(),
      role: "instructor",
    });
    expect(rows()).toEqual([
      "Aylin Stuck , Away 5 min",
      "Kofi Stuck 2 min",
      "Lina Following",
      "Sam Away 4 min",
      "Deniz Done",
      "Mira (you) Instructor",
    ]);
    expect(text()).toContain("People 6 here");
    expect(text()).toContain("1 done 2 stuck 1 following 1 away");
  });

  test("a student sees whom to ask, who is away, and only the own status", async () => {
    const people = [
      person("Sam", { away: true }),
      person("Tomas", { me: true }),
      person("Mira", { role: "instructor" }),
      person("Aylin"),
    ];
    const stage = await shown({ people, desk: desk({ status: { status: "stuck" } }) });
    expect(stage.rows()).toEqual(["Mira Instructor", "Tomas (you) Stuck", "Aylin", "Sam Away"]);
    expect(stage.all(".strip")).toEqual([]);
    expect(stage.all(".hands")).toEqual([]);
  });

  test("who has said nothing is counted, and not told to be anything", async () => {
    const stage = await shown({
      people: [person("Noor")],
      desk: staffDesk({ counts: { ...counts, none: 12 } }),
    });
    expect(stage.rows()).toEqual(["Noor"]);
    expect(stage.text()).toContain("12 no answer");
  });

  test("people come, change and go", async () => {
    const stage = await shown({ people: classroom.slice(0, 2), desk: staffDesk() });
    await stage.say({ people: [person("Kofi", { rev: 2, status: "done" }), person("Bo")] });
    expect(stage.rows()).toEqual(["Bo", "Deniz Done", "Kofi Done"]);
    stage.model.say({ op: "batch", n: 2, del: { people: ["u-deniz"] } });
    await settled();
    expect(stage.rows()).toEqual(["Bo", "Kofi Done"]);
  });

  test("from many on, a person is looked for", async () => {
    const people = Array.from({ length: 60 }, (_, index) => person(`Student${index}`));
    const stage = await shown({ people: [...people, person("İpek")], desk: staffDesk() });
    const box = stage.find<HTMLInputElement>(".find input");
    expect(box.placeholder).toBe("Find one of 61");
    box.value = "ipe";
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await settled();
    expect(stage.rows()).toEqual(["İpek"]);
    stage.press("Escape", box);
    await settled();
    expect(stage.rows()).toHaveLength(61);
  });

  test("hostile names are text", async () => {
    const name = "<img src=x onerror=alert(1)>";
    const stage = await shown({ people: [person(name)], hands: [], desk: staffDesk() });
    expect(stage.root.querySelector("img")).toBeNull();
    expect(stage.text()).toContain(name);
  });
});

describe("one's own status", () => {
  test("one key each, seen at once and sent once", async () => {
    const stage = await shown();
    const checked = () =>
      stage.all("[role=radio]").map((radio) => radio.getAttribute("aria-checked"));
    stage.find<HTMLElement>("[role=radio]").focus();
    expect(stage.press("3").defaultPrevented).toBe(true);
    await settled();
    expect(checked()).toEqual(["false", "false", "true"]);
    stage.press("2");
    await settled();
    const asked = stage.model.asked("intent", "people.status").map(({ args }) => args);
    expect(asked).toEqual([{ status: "stuck" }, { status: "done" }]);
    await stage.say({ desk: [desk({ rev: 2, status: { status: "done" } })] });
    expect(checked()).toEqual(["false", "true", "false"]);
  });

  test("is taken back by what it was said with, seen at once", async () => {
    const people = [person("Ada", { me: true, status: "stuck" })];
    const stage = await shown({ people, desk: desk({ status: { status: "stuck" } }) });
    const checked = () => stage.all("[role=radio][aria-checked=true]").length;
    expect(stage.find("[data-status=stuck]").title).toBe("Press again to take it back");
    stage.find("[data-status=stuck]").click();
    await settled();
    const [intent] = stage.model.asked("intent", "people.status");
    expect([checked(), intent?.args]).toEqual([0, { status: null }]);
    expect(stage.find(".pp .st").textContent).toBe("");
    // The focus can still come to the three.
    expect(stage.all("[role=radio][tabindex='0']")).toHaveLength(1);
    const refused = { op: "refused", to: stage.model.page, id: intent?.id, code: 4501 };
    stage.model.say({ ...refused, message: "This lesson is closed." });
    await settled();
    expect(checked()).toBe(1);
    stage.press("3");
    await stage.say({ desk: [desk({ rev: 2, status: {} })] });
    expect([checked(), stage.press("2").defaultPrevented]).toEqual([0, true]);
    await settled();
    expect(checked()).toBe(1);
  });

  test("what is refused is taken back and said", async () => {
    const stage = await shown({ desk: desk({ status: { status: "following" } }) });
    stage.press("3");
    await settled();
    const [intent] = stage.model.asked("intent", "people.status");
    const refused = { op: "refused", to: stage.model.page, id: intent?.id, code: 4501 };
    stage.model.say({ ...refused, message: "This lesson is closed." });
    await settled();
    expect(stage.find("[role=radio][aria-checked=true]").textContent).toContain("Following");
    expect(stage.find("[role=alert]").textContent).toContain("This lesson is closed.");
  });

  test("what is kept says so", async () => {
    const stage = await shown({
      desk: desk({ status: { status: "stuck", state: "queued" } }),
      lesson: { state: "offline", queued: 1 },
    });
    expect(stage.text()).toContain("Kept; it is sent once you are connected.");
  });

  test("arrows move between the three without choosing", async () => {
    const stage = await shown({ desk: desk({ status: { status: "done" } }) });
    stage.find<HTMLElement>("[data-status=done]").focus();
    stage.press("ArrowRight");
    expect((stage.root.activeElement as HTMLElement).dataset.status).toBe("stuck");
    stage.press("ArrowRight");
    expect((stage.root.activeElement as HTMLElement).dataset.status).toBe("following");
    expect(stage.model.asked("intent")).toEqual([]);
  });

  test("letters and digits do nothing in a text box, nor with modifiers, nor for staff", async () => {
    const stage = await shown();
    stage.press("h");
    await settled();
    const area = stage.find<HTMLTextAreaElement>("textarea");
    for (const key of ["1", "h"]) expect(stage.press(key, area).defaultPrevented).toBe(false);
    expect(stage.model.asked("intent", "people.status")).toEqual([]);
    const staff = await shown({ desk: staffDesk(), role: "instructor" });
    expect(staff.press("3").defaultPrevented).toBe(false);
    expect(staff.all("[role=radio]")).toEqual([]);
  });
});

const failure = {
  id: "f1",
  headline: "NameError: np",
  text: "Cell 2, line 1\n    np.zeros(3)\nNameError: np",
};

const answer = async (stage: PeopleStage, error: unknown): Promise<void> => {
  stage.model.say({ op: "signal", name: "error", to: stage.model.page, data: { error } });
  await settled();
};

const raised = (stage: PeopleStage) =>
  stage.model.asked("intent", "people.raise").map(({ args }) => args);

describe("one's own hand", () => {
  test("H opens the note, Enter raises the hand, without the error unless asked", async () => {
    const stage = await shown();
    stage.press("H");
    await settled();
    expect(stage.model.asked("intent", "people.error")).toHaveLength(1);
    await answer(stage, failure);
    const area = stage.find<HTMLTextAreaElement>("textarea");
    expect(stage.root.activeElement).toBe(area);
    expect(stage.find<HTMLInputElement>("[type=checkbox]").checked).toBe(false);
    expect(stage.text()).toContain("Send the error with it?");
    area.value = "Where is np? ";
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    stage.press("Enter", area);
    await settled();
    expect(raised(stage)).toEqual([{ note: "Where is np?" }]);
    expect(stage.all("textarea")).toEqual([]);
    expect((stage.root.activeElement as HTMLElement).textContent).toContain("Raise hand");
  });

  test("the error is shown whole before it is sent, and asked for each time", async () => {
    const stage = await shown();
    for (const _ of [1, 2]) {
      stage.press("h");
      await settled();
      await answer(stage, failure);
      const box = stage.find<HTMLInputElement>("[type=checkbox]");
      expect(box.checked).toBe(false);
      stage.find<HTMLElement>(".er").click();
      await settled();
      expect(stage.find("pre").textContent).toBe(failure.text);
      box.click();
      await settled();
      stage.find<HTMLElement>(".raise .fill").click();
      await settled();
    }
    expect(raised(stage)).toEqual([
      { note: "", error: "f1" },
      { note: "", error: "f1" },
    ]);
  });

  test("without an error nothing is asked; Escape leaves and keeps what was written", async () => {
    const stage = await shown();
    stage.press("h");
    await settled();
    await answer(stage, null);
    expect(stage.all("[type=checkbox]")).toEqual([]);
    const area = stage.find<HTMLTextAreaElement>("textarea");
    area.value = "Half a thought";
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    stage.press("Escape", area);
    await settled();
    expect(raised(stage)).toEqual([]);
    stage.press("h");
    await settled();
    expect(stage.find<HTMLTextAreaElement>("textarea").value).toBe("Half a thought");
  });

  test("too long a note is kept in its box", async () => {
    const stage = await shown();
    stage.press("h");
    await settled();
    const area = stage.find<HTMLTextAreaElement>("textarea");
    area.value = "x".repeat(503);
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await settled();
    stage.press("Enter", area);
    expect(stage.text()).toContain("3 characters too many");
    expect(raised(stage)).toEqual([]);
  });

  test("says who is helping, and that it was solved; the place is not told", async () => {
    const stage = await shown({ desk: desk({ hand: { age: 3 * MINUTE } }) });
    expect(stage.find(".own").textContent).toContain("Your hand is up 3 min");
    await stage.say({ desk: [desk({ rev: 2, hand: { age: 3 * MINUTE, helper: "Mira" } })] });
    expect(stage.find(".own").textContent).toContain("Mira is helping");
    stage.button("Lower").click();
    expect(stage.model.asked("intent", "people.lower")).toHaveLength(1);
    await stage.say({ desk: [desk({ rev: 3, hand: { age: 0, helper: "Mira", solved: true } })] });
    expect(stage.find(".own").textContent).toBe("Mira has marked it as solved.");
    expect(stage.find(".hb").textContent).toContain("Raise hand");
  });
});

describe("the queue", () => {
  const hands = [
    hand("Mei", 30, { age: MINUTE, traceback: "Cell 1\nNameError: np" }),
    hand("Zeynep", 10, { age: 6 * MINUTE, note: "Same cell", helper: "Jonas" }),
    hand("Tomas", 20, { age: 4 * MINUTE }),
  ];

  const names = (stage: PeopleStage) =>
    stage.all(".hand .nm").map((part) => part.innerText.replace(/\s+/g, " "));

  test("the longest wait first, with who is helping", async () => {
    const stage = await shown({ hands, desk: staffDesk(), role: "instructor" });
    expect(names(stage)).toEqual(["Zeynep 6 min Jonas is helping", "Tomas 4 min", "Mei 1 min"]);
    expect(stage.text()).toContain("3 hands, longest wait first");
  });

  test("take, then solved; the focus goes on to whoever waits next", async () => {
    const stage = await shown({ hands, desk: staffDesk(), role: "instructor" });
    stage.button("Take: help Tomas").focus();
    stage.button("Take: help Tomas").click();
    await stage.say({ hands: [hand("Tomas", 20, { rev: 2, helper: "Mira", mine: true })] });
    expect(stage.text()).toContain("You are helping");
    const solved = stage.button("Solved: Tomas has been helped");
    expect(stage.root.activeElement).toBe(solved);
    solved.click();
    stage.model.say({ op: "batch", n: 2, del: { hands: ["u-tomas"] } });
    await settled();
    expect(stage.root.activeElement).toBe(stage.button("Take: help Mei"));
    const asked = stage.model.asked("intent").map(({ do: name, args }) => [name, args.id, args.on]);
    expect(asked).toEqual([
      ["people.take", "u-tomas", true],
      ["people.solved", "u-tomas", undefined],
    ]);
  });

  test("an error is folded to its last line", async () => {
    const stage = await shown({ hands, desk: staffDesk(), role: "instructor" });
    const fold = stage.find<HTMLElement>(".er");
    expect(fold.textContent).toBe("NameError: np");
    expect(stage.all("pre")).toEqual([]);
    fold.click();
    await settled();
    expect(fold.getAttribute("aria-expanded")).toBe("true");
    expect(stage.find("pre").textContent).toBe("Cell 1\nNameError: np");
  });

  test("a new exercise clears all statuses only after a second yes", async () => {
    const stage = await shown({ people: classroom, desk: staffDesk(), role: "instructor" });
    stage.button("New exercise").click();
    await settled();
    expect(stage.model.asked("intent")).toEqual([]);
    expect(stage.root.activeElement?.textContent).toBe("Cancel");
    stage.press("Escape");
    await settled();
    expect(stage.root.activeElement?.textContent).toBe("New exercise");
    stage.button("New exercise").click();
    await settled();
    expect(stage.find("[role=alertdialog]").ariaLabel).toBe("Clear all statuses?");
    stage.button("Clear").click();
    expect(stage.model.asked("intent", "people.clear")).toHaveLength(1);
  });

  test("one switch hides names; counts stay", async () => {
    const stage = await shown({ people: classroom, hands, desk: staffDesk(), role: "instructor" });
    const hide = stage.button("Hide names");
    expect([hide.getAttribute("role"), hide.getAttribute("aria-checked")]).toEqual([
      "switch",
      "false",
    ]);
    hide.click();
    expect(stage.model.asked("intent", "people.hide")[0]?.args).toEqual({ on: true });
    stage.model.snapshot(
      [],
      { features: ["presence"] },
      { n: 3 },
      {
        desk: [staffDesk({ rev: 2, hidden: true })],
      },
    );
    await settled();
    expect(stage.text()).toContain("Names, notes and errors are hidden.");
    expect(stage.text()).toContain("1 done");
    expect(stage.text()).not.toContain("Zeynep");
    expect(hide.getAttribute("aria-checked")).toBe("true");
  });
});

describe("a crowd", () => {
  const crowd = staffDesk({ crowd: true, counts: { ...counts, here: 412, stuck: 37 } });
  const asked = (stage: PeopleStage) =>
    stage.model.asked("intent", "people.list").map(({ args }) => args);
  const list = async (stage: PeopleStage, more: object): Promise<void> => {
    const data = { query: "", filter: "stuck", offset: 0, people: [], total: 0, ...more };
    stage.model.say({ op: "signal", name: "list", to: stage.model.page, data });
    await settled();
  };

  test("figures, and pages that are asked for: stuck people first", async () => {
    const stage = await shown({ desk: crowd, role: "instructor" });
    await expect
      .poll(() => asked(stage))
      .toEqual([{ query: "", filter: "stuck", offset: 0, limit: 10 }]);
    const people = [person("Aylin", { status: "stuck", age: 11 * MINUTE })];
    await list(stage, { people, total: 37 });
    expect(stage.rows()).toEqual(["Aylin Stuck 11 min"]);
    expect(stage.text()).toContain("1–10 of 37");
    stage.button("Next").click();
    await expect.poll(() => asked(stage).at(-1)?.offset).toBe(10);
    stage.button("Away 1").click();
    await expect.poll(() => asked(stage).at(-1)).toMatchObject({ filter: "away", offset: 0 });
  });

  test.each([
    ["en", "Who is here will be known again"],
    ["tr", "Kimlerin burada olduğu bağlantı gelince"],
  ])(
    "without a connection says neither how many nor that nobody is here, in %s",
    async (lang, words) => {
      const stage = await shown({
        desk: crowd,
        role: "instructor",
        lang,
        lesson: { state: "offline" },
      });
      expect(stage.find(".hd").textContent).not.toContain("412");
      expect(stage.text()).toContain(words);
      expect(stage.find("section[aria-busy]").getAttribute("aria-busy")).toBe("false");
    },
  );

  test("a person is looked for by name, by students too", async () => {
    const stage = await shown({ desk: desk({ crowd: true, counts: { here: 412, away: 3 } }) });
    await expect.poll(() => asked(stage)[0]?.filter).toBe("all");
    expect(stage.all(".filters")).toEqual([]);
    const box = stage.find<HTMLInputElement>(".find input");
    box.value = "ayl";
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await expect.poll(() => asked(stage).at(-1)?.query).toBe("ayl");
    await list(stage, { query: "ayl", filter: "all", people: [person("Aylin")], total: 1 });
    expect(stage.rows()).toEqual(["Aylin"]);
    await list(stage, { query: "ayl", filter: "all" });
    expect(stage.text()).toContain("Nobody");
  });

  test("the queue is one of the filters", async () => {
    const stage = await shown({ desk: crowd, hands: [hand("Mei", 1)], role: "instructor" });
    stage.button("Hands 0").click();
    await settled();
    expect(stage.text()).toContain("Mei");
  });
});

describe("states", () => {
  test.each([
    ["en", "Who is here will be known again once you are connected."],
    ["tr", "Kimlerin burada olduğu bağlantı gelince yeniden bilinecek."],
  ])("offline for long, %s", async (lang, words) => {
    const lesson = { state: "offline" };
    const stage = await shown({ lang, lesson, desk: desk({ known: false }) });
    expect(stage.text()).toContain(words);
  });

  test("a course that does not offer it", async () => {
    const stage = await shown({
      lesson: { features: ["chat"] },
      desk: desk({ known: false, can: [] }),
    });
    expect(stage.text()).toContain("This course does not tell who is here.");
  });

  test("one's status is said in Turkish as one says it", async () => {
    const stage = await shown({ lang: "tr", people: [person("Kofi", { away: true })] });
    expect(stage.text()).toMatch(/Takipteyim.*Bitirdim.*Takıldım.*El kaldır.*Kofi.*Uzakta/);
  });

  test("counts are read out at most every ten seconds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    const stage = await shown({ people: classroom, desk: staffDesk(), role: "instructor" });
    const said = () => stage.find(".strip [role=status]").textContent;
    const becomes = (stuck: number, rev: number): Promise<void> =>
      stage.say({ desk: [staffDesk({ rev, counts: { ...counts, stuck } })] });
    vi.advanceTimersByTime(600);
    await settled();
    expect(said()).toBe("1 done, 2 stuck, 1 following, 1 away, 0 hands");
    await becomes(3, 2);
    vi.advanceTimersByTime(5_000);
    await settled();
    expect(said()).toContain("2 stuck");
    await becomes(4, 3);
    vi.advanceTimersByTime(5_100);
    await settled();
    expect(said()).toContain("4 stuck");
  });

  const views: [string, () => Promise<PeopleStage>][] = [
    ["staff", () => shown({ people: classroom, hands: [hand("Mei", 1)], desk: staffDesk() })],
    ["a student", () => shown({ people: classroom, desk: desk({ status: { status: "done" } }) })],
    ["a crowd", () => shown({ desk: staffDesk({ crowd: true }) })],
    ["hidden names", () => shown({ desk: staffDesk({ hidden: true }) })],
    [
      "raising a hand",
      async () => {
        const stage = await shown();
        stage.press("h");
        await settled();
        await answer(stage, failure);
        stage.find<HTMLElement>(".er").click();
        await settled();
        return stage;
      },
    ],
  ];
  const themes = { light: ["#fff", "#000"], dark: ["#212121", "#fff"] } as const;

  test.each(
    Object.keys(themes).flatMap((theme) => views.map(([name, make]) => ({ theme, name, make }))),
  )("axe finds nothing in $name, $theme", async ({ theme, make }) => {
    const [background, ink] = themes[theme as keyof typeof themes];
    document.documentElement.style.setProperty("--jp-layout-color1", background);
    document.documentElement.style.setProperty("--jp-ui-font-color0", ink);
    const stage = await make();
    // What is still coming into sight has no colour of its own yet.
    await expect.poll(() => stage.root.getAnimations().length).toBe(0);
    const { violations } = await axe.run(stage.el, {
      rules: { region: { enabled: false }, "page-has-heading-one": { enabled: false } },
      ...(theme === "dark" && { runOnly: OTHER_DRESS }),
    });
    expect(told(violations)).toEqual([]);
  });
});
