import { afterEach, describe, expect, test, vi } from "vitest";
import { poll } from "./polls_mock";
import { endPolls, type PollStage, staff, student } from "./polls_stage";
import { closeAll, settled } from "./stage";

afterEach(() => {
  endPolls();
  closeAll();
});

const radios = (shown: PollStage): HTMLElement[] => shown.all("[role=radio]");

const focused = (shown: PollStage): string | undefined =>
  (shown.root.activeElement as HTMLElement | null)?.innerText.replace(/\s+/g, " ");

describe("one of several options", () => {
  test("a click votes, is seen at once, and is counted only once the kernel says so", async () => {
    const shown = await student([poll({ id: "p1", answered: 4 })]);
    expect(shown.text()).toContain("Poll Round 1 Single choice The poll is open. Live");
    expect(shown.find("[role=radiogroup]").getAttribute("aria-labelledby")).toBe("ask");
    radios(shown)[1]?.click();
    await settled();
    expect(radios(shown).map((radio) => radio.ariaChecked)).toEqual(["false", "true", "false"]);
    expect(shown.asked("vote")).toEqual([{ id: "p1", round: 1, choice: 1 }]);
    expect(shown.text(".standing")).toBe("Sending");
    expect(shown.text()).toContain("B two Your vote");
    await shown.tell(poll({ id: "p1", mine: 1, mineState: "pending" }));
    expect(shown.text()).not.toContain("Counted");
    await shown.tell(poll({ id: "p1", mine: 1, mineState: "counted", answered: 5 }));
    expect(shown.text(".standing")).toBe("Counted You can change it until the poll closes.");
    expect(shown.text(".answered")).toBe("5 of 33 answered");
  });

  test("arrows move without voting, Space votes, letters and numbers vote at once", async () => {
    const shown = await student([poll()]);
    radios(shown)[0]?.focus();
    await shown.press("ArrowDown");
    expect(focused(shown)).toBe("B two");
    await shown.press("ArrowUp");
    await shown.press("ArrowUp");
    expect(focused(shown)).toBe("C three");
    await shown.press("Home");
    await shown.press("End");
    expect(shown.asked("vote")).toEqual([]);
    expect(radios(shown).map((radio) => radio.tabIndex)).toEqual([-1, -1, 0]);
    await shown.press(" ");
    await shown.press("a");
    await shown.press("2");
    await shown.press("z");
    await shown.press("9");
    expect(shown.asked("vote").map(({ choice }) => choice)).toEqual([2, 0, 1]);
    expect(focused(shown)).toBe("B two Your vote");
  });

  test("the same option again asks for nothing", async () => {
    const shown = await student([poll({ mine: 1, mineState: "counted" })]);
    radios(shown)[1]?.click();
    await settled();
    expect(shown.asked("vote")).toEqual([]);
  });

  test("what others answer meanwhile does not take one's vote off the screen", async () => {
    const shown = await student([poll({ id: "p1" })]);
    radios(shown)[2]?.click();
    await settled();
    await shown.tell(poll({ id: "p1", answered: 9 }));
    expect(radios(shown).map((radio) => radio.ariaChecked)).toEqual(["false", "false", "true"]);
    expect(shown.text(".answered")).toBe("9 of 33 answered");
    expect(shown.text(".standing")).toBe("Sending");
  });

  test("offline it is kept, and said to be", async () => {
    const shown = await student([poll()], { lesson: { state: "offline" } });
    radios(shown)[0]?.click();
    await settled();
    expect(shown.text(".standing")).toBe("Kept, not yet counted");
    expect(shown.text(".banner")).toContain(
      "Offline. Votes are kept, and count if they arrive before the poll closes.",
    );
  });

  test("a vote refused as too late is taken back, with the reason", async () => {
    const shown = await student([poll({ id: "p1", mine: 0, mineState: "counted" })]);
    radios(shown)[2]?.click();
    await settled();
    const [vote] = shown.model.asked("intent", "polls.vote");
    const refusal = { op: "refused", to: shown.model.page, id: vote?.id, code: 4510 };
    shown.model.say({ ...refusal, message: "This round is closed." });
    await settled();
    expect(radios(shown).map((radio) => radio.ariaChecked)).toEqual(["true", "false", "false"]);
    expect(shown.text(".standing")).toBe("Too late, not counted This round is closed.");
  });

  test("a vote that no kernel has confirmed survives a reload", async () => {
    const shown = await student([poll({ id: "p1" })]);
    radios(shown)[1]?.click();
    await settled();
    shown.model.snapshot([], { online: 33 }, {}, { polls: [poll({ id: "p1" })] });
    await settled();
    expect(radios(shown)[1]?.ariaChecked).toBe("true");
    expect(shown.asked("vote")).toHaveLength(2);
    const ids = shown.model.asked("intent", "polls.vote").map(({ id }) => id);
    expect(new Set(ids).size).toBe(1);
  });

  test("nothing is asked where one can only read, or the kernel is gone", async () => {
    const reading = await student([poll()], { desk: { can: [] } });
    radios(reading)[0]?.click();
    expect(reading.text()).toContain("You can read here, but not vote.");
    const gone = await student([poll()]);
    gone.model.emit("comm:close");
    await settled();
    radios(gone)[0]?.click();
    await settled();
    expect([reading.asked("vote"), gone.asked("vote")]).toEqual([[], []]);
    expect(radios(gone)[0]?.getAttribute("aria-disabled")).toBe("true");
    expect(gone.text(".banner")).toBe(
      "The kernel has stopped. Run the notebook's first cells again.",
    );
  });

  test("a vote of this round only: the earlier one is told beside it", async () => {
    const shown = await student([poll({ round: 2, earlier: { 1: 2 } })]);
    expect(shown.text(".standing")).toBe("Your vote in round 1: C");
    radios(shown)[0]?.click();
    await settled();
    expect(shown.asked("vote")).toEqual([{ id: "p1", round: 2, choice: 0 }]);
  });
});

test("several options are ticked first and sent with a button", async () => {
  const shown = await student([poll({ kind: "multiple" })]);
  const boxes = shown.all("[role=checkbox]");
  boxes[2]?.click();
  await settled();
  boxes[0]?.focus();
  await shown.press("a");
  expect(shown.asked("vote")).toEqual([]);
  expect(boxes.map((box) => box.ariaChecked)).toEqual(["true", "false", "true"]);
  await shown.click("Vote");
  expect(shown.asked("vote")).toEqual([{ id: "p1", round: 1, choice: [0, 2] }]);
  expect(shown.text(".standing")).toBe("Sending");
  expect(shown.button("Change").getAttribute("aria-disabled")).toBe("true");
  boxes[1]?.click();
  await settled();
  expect(shown.button("Change").getAttribute("aria-disabled")).toBe("false");
});

describe("what is typed", () => {
  test.each([
    ["en", "12.5", 12.5],
    ["tr", "12,5", 12.5],
    ["en", "-3", -3],
    ["en", " 1e3 ", 1000],
  ])("a number in %s: %s", async (lang, text, choice) => {
    const shown = await student([poll({ kind: "number", options: [] })], { lang });
    await shown.type("#answer", text);
    await shown.press("Enter");
    expect(shown.asked("vote")).toEqual([{ id: "p1", round: 1, choice }]);
  });

  test("what was given is shown as it was, and sending it again sends nothing else", async () => {
    const shown = await student([
      poll({ kind: "number", options: [], mine: 12000, mineState: "counted" }),
    ]);
    const input = shown.find<HTMLInputElement>("#answer");
    expect(input.value).toBe("12000");
    input.focus();
    await shown.press("Enter");
    expect(shown.asked("vote")).toEqual([]);
  });

  test.each([
    ["en", "1,000", "Understood as 1000", 1000],
    ["tr", "1.000", "Anlaşılan: 1000", 1000],
    ["en", "12000", "", 12000],
  ])(
    "what may be read in two ways is said before it is sent, %s: %s",
    async (lang, text, said, choice) => {
      const shown = await student([poll({ kind: "number", options: [] })], { lang });
      await shown.type("#answer", text);
      expect(shown.find("#wrong").textContent).toBe(said);
      shown.find(".field .btn").click();
      await settled();
      expect(shown.asked("vote")[0]?.choice).toBe(choice);
    },
  );

  test("no number is none", async () => {
    const shown = await student([poll({ kind: "number", options: [] })]);
    await shown.type("#answer", "twelve");
    await shown.press("Enter");
    expect(shown.asked("vote")).toEqual([]);
    expect(shown.text(".wrong")).toBe("That is not a number.");
    expect(shown.find("#answer").ariaInvalid).toBe("true");
  });

  test("letters are letters in a text box, and what was begun outlives what is told", async () => {
    const shown = await student([poll({ id: "p1", kind: "text", options: [] })]);
    await shown.type("#answer", "axis");
    await shown.tell(poll({ id: "p1", kind: "text", options: [], answered: 3 }));
    expect(shown.find<HTMLInputElement>("#answer").value).toBe("axis");
    await shown.press("a");
    await shown.click("Send");
    expect(shown.asked("vote")).toEqual([{ id: "p1", round: 1, choice: "axis" }]);
  });
});

test("an order is made with buttons that keep the focus and say where it went", async () => {
  const shown = await student([poll({ kind: "ordering" })]);
  const order = (): string[] => shown.all("li .lab").map(({ innerText }) => innerText);
  shown.button("Down: one").focus();
  await shown.press("Enter");
  expect(order()).toEqual(["two", "one", "three"]);
  expect(shown.root.activeElement?.ariaLabel).toBe("Down: one");
  expect(shown.all("[role=status]").map((said) => said.textContent)).toContain("one: place 2 of 3");
  await shown.press("Enter");
  expect(shown.root.activeElement?.ariaLabel).toBe("Up: one");
  await shown.click("Vote");
  expect(shown.asked("vote")).toEqual([{ id: "p1", round: 1, choice: [1, 2, 0] }]);
});

describe("the time", () => {
  test("counts down, is read out at 30 and 10 s, stands out at last and ends the vote", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    const shown = await student([poll({ opened: 1_000, closes: 61_000, left: 32_000 })]);
    const said = (): string | undefined =>
      shown.find("[role=timer]").nextElementSibling?.textContent ?? undefined;
    expect(shown.text("[role=timer]")).toBe("0:32");
    expect(said()).toBe("");
    vi.advanceTimersByTime(2_000);
    await settled();
    expect([shown.text("[role=timer]"), said()]).toEqual(["0:30", "30 seconds left"]);
    vi.advanceTimersByTime(20_000);
    await settled();
    expect(said()).toBe("10 seconds left");
    expect(Number(getComputedStyle(shown.find("[role=timer]")).fontWeight)).toBe(700);
    vi.advanceTimersByTime(10_000);
    await settled();
    radios(shown)[0]?.click();
    await settled();
    expect(shown.asked("vote")).toEqual([]);
    expect(shown.text(".standing")).toBe("Time is up.");
  });

  test("is not there without a timer", async () => {
    const shown = await student([poll()]);
    expect(shown.all("[role=timer], .drain")).toEqual([]);
  });
});

test("a round that opens comes to the front, also over an older poll that is looked at", async () => {
  const shown = await student([
    poll({ id: "old", born: 1, question: "Old?", state: "closed", opened: 1 }),
    poll({ id: "on", born: 2, question: "On?", state: "closed", opened: 2 }),
  ]);
  await shown.click("All polls");
  shown
    .all(".go")
    .find((row) => row.innerText.includes("Old?"))
    ?.click();
  await settled();
  expect(shown.text(".ask")).toBe("Old?");
  await shown.tell(poll({ id: "on", born: 2, question: "On?", round: 2, opened: 5 }));
  expect(shown.text(".ask")).toBe("On?");
});

test("two views of one model show the same, and the instructor does not vote", async () => {
  const shown = await student([poll()]);
  const second = shown.again();
  await settled();
  radios(shown)[0]?.click();
  await settled();
  expect(second.text()).toContain("A one Your vote");
  const mira = await staff([poll()]);
  expect(radios(mira)).toEqual([]);
});
