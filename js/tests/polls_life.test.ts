import { afterEach, describe, expect, test } from "vitest";
import { poll } from "./polls_mock";
import { endPolls, staff, student } from "./polls_stage";
import { closeAll, settled } from "./stage";

afterEach(() => {
  endPolls();
  closeAll();
});

describe("what was not sent before a poll closed", () => {
  test.each([
    ["multiple", { state: "closed" }],
    ["multiple", { state: "revealed", shown: { counts: true } }],
  ])("is shown as not counted: picks of a %s poll", async (kind, after) => {
    const shown = await student([poll({ kind })]);
    for (const place of [0, 2]) {
      shown.all("[role=checkbox]")[place]?.click();
      await settled();
    }
    await shown.tell(poll({ kind, ...after }));
    expect(shown.text(".unsent")).toBe("Not sent in time, not counted: A, C");
  });

  test("is shown as not counted: a text", async () => {
    const shown = await student([poll({ kind: "text", options: [] })]);
    await shown.type("input", "an axis");
    await shown.tell(poll({ kind: "text", options: [], state: "closed" }));
    expect(shown.text(".unsent")).toBe("Not sent in time, not counted: an axis");
  });

  test("is nothing where everything was sent", async () => {
    const shown = await student([poll()]);
    shown.all("[role=radio]")[0]?.click();
    await settled();
    await shown.tell(poll({ state: "closed", mine: 0, mineState: "counted" }));
    expect(shown.all(".unsent")).toHaveLength(0);
  });
});

describe("several polls that are open", () => {
  const two = [poll({ id: "p1", opened: 1 }), poll({ id: "p2", opened: 2, question: "Second?" })];

  test("are said, and lead to each other", async () => {
    const shown = await student(two);
    expect(shown.text(".ask")).toBe("Second?");
    expect(shown.text(".several")).toContain("2 polls are open");
    await shown.click("Show the other");
    expect(shown.text(".ask")).toBe("What does it print?");
    await shown.click("Show the other");
    expect(shown.text(".ask")).toBe("Second?");
    await shown.tell(poll({ id: "p1", state: "closed" }));
    expect(shown.all(".several")).toHaveLength(0);
  });

  test("are said in Turkish", async () => {
    const shown = await student(two, { lang: "tr" });
    expect(shown.text(".several")).toBe("2 anket açık Diğerini göster");
  });
});

describe("a view of one poll", () => {
  const only = "p1";

  test("stays with it when another one opens, and leads nowhere else", async () => {
    const shown = await staff([poll({ id: "p1" })], { only });
    await shown.tell(poll({ id: "p2", opened: 9, question: "Second?" }));
    expect(shown.text(".ask")).toBe("What does it print?");
    expect(shown.all(".several")).toHaveLength(0);
    expect(() => shown.button("All polls")).toThrow();
    await shown.click("More");
    expect(() => shown.button("New poll")).toThrow();
  });

  test("shows a draft, and says once its poll is gone", async () => {
    const shown = await staff([poll({ id: "p1", state: "draft" })], { only });
    expect(shown.text(".ask")).toBe("What does it print?");
    const gone = await staff([], { only });
    expect(gone.text(".stage")).toContain("This poll was deleted");
  });
});

test("that a question was edited is said under it", async () => {
  const at = new Date().setHours(9, 14, 0, 0);
  const shown = await student([poll({ edited: at })]);
  expect(shown.text(".poll")).toContain("The question was edited 09:14");
});

test("that answers are read by name is said before one votes", async () => {
  const said = "Your answer is shown to the instructor with your name.";
  const shown = await student([poll({ named: true })]);
  expect(shown.text(".poll")).toContain(said);
});

test("an instructor is not asked to vote", async () => {
  const shown = await staff([poll()]);
  expect(shown.all("[role=radio], [role=checkbox], input")).toHaveLength(0);
});
