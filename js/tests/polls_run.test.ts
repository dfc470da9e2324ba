import { afterEach, describe, expect, test, vi } from "vitest";
import type { Fields } from "../src/core/messages";
import { poll, staffDesk } from "./polls_mock";
import { endPolls, type PollStage, staff, student } from "./polls_stage";
import { closeAll, settled } from "./stage";

afterEach(() => {
  endPolls();
  closeAll();
});

const names = (shown: PollStage, selector = ".desk"): string[] =>
  [...shown.find(selector).querySelectorAll<HTMLElement>("button")].map((button) =>
    (button.ariaLabel ?? button.textContent ?? "").trim(),
  );

const choose = async (shown: PollStage, item: string): Promise<void> => {
  const found = shown.all("[role=menu] button").find(({ innerText }) => innerText.trim() === item);
  if (!found) throw new Error(`no ${item} in ${shown.text("[role=menu]")}`);
  found.click();
  await settled();
};

const result = (more: Fields = {}): Fields => ({
  round: 1,
  people: 10,
  counts: [7, 2, 1],
  ...more,
});

test("while it is open an instructor sees how many answered, and nothing of what", async () => {
  const shown = await staff([poll({ answered: 21, opened: 1, closes: 60_001, left: 38_000 })]);
  expect(shown.text(".turn")).toBe("21 of 33 answered");
  expect(shown.text()).toContain("Results stay hidden, on this screen too.");
  expect(shown.all(".track, .fig")).toEqual([]);
  expect(names(shown)).toEqual(["Close", "+30\u00a0s", "Show to me only", "More"]);
  await shown.click("+30 s");
  await shown.click("Close");
  expect(shown.asked("extend")).toEqual([{ id: "p1", round: 1, seconds: 30 }]);
  expect(shown.asked("close")).toEqual([{ id: "p1", round: 1 }]);
});

describe("showing it to me only", () => {
  const peeked = (page: string, more: Fields = {}): Fields =>
    poll({
      answered: 10,
      peek: { pages: [page], people: 10, results: [result()], flows: [], ...more },
    });

  test("shows live counts on this page, with what to do next", async () => {
    const shown = await staff([poll({ answered: 10 })]);
    await shown.click("Show to me only");
    expect(shown.asked("peek")).toEqual([{ id: "p1", on: true }]);
    const { page } = shown.model;
    await shown.tell(peeked(page, { suggestion: "discuss", correct: [0], tolerance: 0 }));
    expect(shown.text(".secret")).toBe(
      "Only you see this. Let them talk it over, then vote again.",
    );
    expect(shown.text(".opt.right")).toBe("A one Correct 7 people 70%");
    await shown.click("Hide");
    expect(shown.asked("peek").at(-1)).toEqual({ id: "p1", on: false });
    expect(shown.all(".fig")).toEqual([]);
  });

  test("is of the page that asked for it, and of the round it was asked for", async () => {
    const shown = await staff([poll({ answered: 10 })]);
    await shown.tell(peeked("another-page"));
    expect(shown.all(".fig")).toEqual([]);
    await shown.click("Show to me only");
    const { page } = shown.model;
    await shown.tell(peeked(page));
    expect(shown.all(".fig")).toHaveLength(3);
    await shown.tell({ ...peeked(page), round: 2 });
    expect(shown.all(".fig")).toEqual([]);
  });

  test("ends where everybody is shown", async () => {
    const shown = await staff([poll({ answered: 10 })]);
    await shown.click("Show to me only");
    const { page } = shown.model;
    await shown.tell(peeked(page, { suggestion: "discuss" }));
    const told = { counts: true, answer: true };
    const { peek } = peeked(page);
    const open = { state: "revealed", shown: told, results: [result()], correct: [0] };
    await shown.tell(poll({ answered: 10, peek, ...open }));
    expect(shown.all(".secret")).toEqual([]);
    expect(shown.text(".opt.right")).toBe("A one Correct 7 people 70%");
  });

  test("is not to be had while a class looks on", async () => {
    const shown = await staff([poll({ answered: 10 })]);
    await shown.click("Show to me only");
    await shown.tell(peeked(shown.model.page));
    await shown.click("More");
    await choose(shown, "Projector mode");
    expect(shown.all(".fig, .hd, .desk, .secret")).toEqual([]);
    expect(shown.text()).toContain("10 of 33 answered");
    shown.button("Leave projector mode (Esc)").focus();
    await shown.press("Escape");
    expect(shown.all(".hd")).toHaveLength(1);
  });

  test("waits for the end of an anonymous round", async () => {
    const shown = await staff([poll({ anonymous: true })]);
    await shown.click("Hidden until closed");
    expect(shown.asked("peek")).toEqual([]);
    expect(shown.text(".anon")).toContain("nobody can see who chose what");
  });
});

describe("revealing", () => {
  const closed = (more: Fields = {}): Fields => poll({ state: "closed", answered: 10, ...more });

  test("shows counts and a known answer at once, or each apart", async () => {
    const shown = await staff([closed({ hasAnswer: true })]);
    expect(shown.text()).toContain("Closed. Results stay hidden");
    await shown.click("Reveal");
    await shown.click("What to reveal");
    await choose(shown, "Reveal counts");
    await shown.click("What to reveal");
    await choose(shown, "Reveal answer");
    expect(shown.asked("reveal")).toEqual([
      { id: "p1", counts: true, answer: true },
      { id: "p1", counts: true },
      { id: "p1", answer: true },
    ]);
  });

  test.each([
    ["en", "Reveal", "Cancel", "The single votes are deleted"],
    ["tr", "Göster", "Vazgeç", "Tek tek oylar silinir"],
  ])("of anonymous votes, which it deletes, asks first, in %s", async (lang, yes, no, why) => {
    const shown = await staff([closed({ anonymous: true })], { lang });
    const reveal = async (): Promise<void> => {
      await shown.click(yes);
    };
    await reveal();
    expect(shown.text(".confirm")).toContain(why);
    expect(shown.root.activeElement?.textContent).toBe(no);
    await shown.press("Escape");
    expect(shown.all(".confirm")).toEqual([]);
    expect(shown.root.activeElement?.closest(".desk")).not.toBeNull();
    expect(shown.asked("reveal")).toEqual([]);
    await reveal();
    shown.find(".confirm .danger").click();
    await settled();
    expect(shown.asked("reveal")).toEqual([{ id: "p1", counts: true, answer: false }]);
  });

  test("asks which answer is right where nobody has said it", async () => {
    const shown = await staff([closed()]);
    await shown.click("Reveal");
    expect(shown.asked("reveal")).toEqual([{ id: "p1", counts: true, answer: false }]);
    await shown.click("What to reveal");
    await choose(shown, "Choose the answer…");
    expect(shown.root.activeElement?.ariaLabel).toBe("A: one");
    await shown.click("B: two");
    await shown.click("C: three");
    await shown.find(".choosing .fill").click();
    await settled();
    expect(shown.asked("reveal").at(-1)).toEqual({
      ...{ id: "p1", counts: true, answer: true, correct: [2] },
    });
    expect(shown.all(".choosing")).toEqual([]);
  });

  test("takes a right number with its tolerance", async () => {
    const shown = await staff([closed({ kind: "number", options: [] })], { lang: "tr" });
    await shown.click("Ne gösterilsin");
    await choose(shown, "Doğru yanıt seç…".replace("Doğru yanıt seç…", "Doğru yanıtı seç…"));
    await shown.type(".choosing input", "12,5");
    await shown.type(".choosing .short", "0,5");
    shown.find(".choosing .fill").click();
    expect(shown.asked("reveal")).toEqual([
      { id: "p1", counts: true, answer: true, correct: [12.5], tolerance: 0.5 },
    ]);
  });

  test("after the answer there is no other round; before it there is", async () => {
    const shown = await staff([poll({ opened: 1_000, closes: 61_000, left: 9_000 })]);
    await shown.tell(closed({ opened: 1_000, closes: 52_000 }));
    await shown.click("Vote again");
    await shown.click("Time to vote again");
    await choose(shown, "None");
    expect(shown.asked("revote")).toEqual([
      { id: "p1", round: 2, seconds: 60 },
      { id: "p1", round: 2 },
    ]);
    const over = { state: "revealed", shown: { counts: true, answer: true }, correct: [0] };
    await shown.tell(poll({ ...over, results: [result()] }));
    expect(names(shown)).toEqual(["Keep in notebook", "More"]);
  });
});

test("drafts are listed in their order and run one after another", async () => {
  const drafts = ["First?", "Second?"].map((question, index) =>
    poll({ id: `d${index}`, born: index + 2, question, state: "draft", seconds: 60 }),
  );
  const shown = await staff([poll({ born: 1, state: "closed" }), ...drafts], {
    desk: { next: "d0" },
  });
  await shown.click("Next question");
  expect(shown.asked("next")).toEqual([{}]);
  await shown.click("All polls");
  expect(shown.all("ol .line").map(({ innerText }) => innerText.replace(/\s+/g, " "))).toEqual([
    "1 First? Next · Single choice · 60 s Open",
    "2 Second? Single choice · 60 s Open",
  ]);
  await shown.click("More: Second?");
  await choose(shown, "Delete");
  expect(shown.asked("delete")).toEqual([]);
  await choose(shown, "Delete");
  expect(shown.asked("delete")).toEqual([{ id: "d1" }]);
  await shown.click("Open: Second?");
  expect(shown.asked("open")).toEqual([{ id: "d1" }]);
});

test("a draft shows how it will look, and not which answer is right", async () => {
  const shown = await staff([
    poll({
      state: "draft",
      hasAnswer: true,
      seconds: 120,
      question: [["p", "Is it ", ["em", "so"], "?"]],
    }),
  ]);
  expect(shown.text()).toContain("No poll is open");
  await shown.click("All polls");
  shown.find(".go").click();
  await settled();
  expect(shown.find(".ask em").textContent).toBe("so");
  expect(shown.text()).toContain("Only instructors see it · its answer is kept hidden · 2 min");
  expect(shown.all(".right, .note")).toEqual([]);
  await shown.click("Open");
  expect(shown.asked("open")).toEqual([{ id: "p1" }]);
});

describe("writing a question", () => {
  const write = async (shown: PollStage): Promise<void> => {
    await shown.click("New poll");
    await shown.type("textarea", "What does it **print**?");
    await shown.type("[aria-label='Option A']", "1");
    await shown.type("[aria-label='Option B']", "2");
  };

  test("asks it at once, and its view waits for it", async () => {
    const shown = await staff();
    await write(shown);
    await shown.click("Option B is correct");
    await shown.click("Ask now");
    const [asked] = shown.asked("create");
    expect(asked).toMatchObject({
      ...{ question: "What does it **print**?", kind: "single", options: ["1", "2"] },
      ...{ correct: [1], seconds: 60 },
    });
    expect(String(asked?.id)).toMatch(/^[0-9a-f-]{14}7/);
    await shown.tell(poll({ id: asked?.id, born: 9, question: "New one", saving: true }));
    expect(shown.text(".ask")).toBe("New one");
  });

  test("says what is missing, and keeps it over a new view", async () => {
    const shown = await staff();
    await shown.click("New poll");
    await shown.click("Ask now");
    expect(shown.text("[role=alert].wrong")).toBe("Write a question.");
    await shown.type("textarea", "Why?");
    await shown.type("[aria-label='Option A']", "same");
    await shown.type("[aria-label='Option B']", "same");
    expect(shown.text("[role=alert].wrong")).toBe("Two options are the same.");
    expect(shown.asked("create")).toEqual([]);
    const second = shown.again();
    await settled();
    await second.click("New poll");
    expect(second.find<HTMLTextAreaElement>("textarea").value).toBe("Why?");
  });

  test("keeps a draft, anonymous, without a timer, of another kind", async () => {
    const shown = await staff();
    await write(shown);
    shown.find("input[value=multiple]").click();
    await settled();
    shown.find("input[type=checkbox]").click();
    const select = shown.find<HTMLSelectElement>("select");
    select.value = "0";
    select.dispatchEvent(new Event("change", { bubbles: true }));
    await settled();
    await shown.click("Add");
    await shown.type("[aria-label='Option D']", "4");
    await shown.click("Option D is correct");
    await shown.click("Option A is correct");
    await shown.click("Keep as draft");
    expect(shown.asked("draft")).toEqual([
      {
        ...{ id: expect.any(String), question: "What does it **print**?", kind: "multiple" },
        ...{ options: ["1", "2", "4"], correct: [0, 2], anonymous: true },
      },
    ]);
  });

  test.each([
    ["Ask now", "create"],
    ["Keep as draft", "draft"],
  ])("%s that is refused puts the question back into the form", async (button, command) => {
    const shown = await staff();
    await write(shown);
    await shown.click(button);
    const [intent] = shown.model.asked("intent", `polls.${command}`);
    const refusal = { op: "refused", to: shown.model.page, id: intent?.id, code: 4514 };
    shown.model.say({ ...refusal, message: "An option is too long." });
    await settled();
    expect(shown.text(".refusals")).toBe("An option is too long.");
    await shown.click("New poll");
    expect(shown.find<HTMLTextAreaElement>("textarea").value).toBe("What does it **print**?");
    expect(shown.find<HTMLInputElement>("[aria-label='Option B']").value).toBe("2");
  });

  test("a refusal takes nothing that was written since", async () => {
    const shown = await staff();
    await write(shown);
    await shown.click("Ask now");
    await shown.click("New poll");
    await shown.type("textarea", "Another one");
    const [intent] = shown.model.asked("intent", "polls.create");
    const refusal = { op: "refused", to: shown.model.page, id: intent?.id, code: 4514 };
    shown.model.say({ ...refusal, message: "An option is too long." });
    await settled();
    expect(shown.find<HTMLTextAreaElement>("textarea").value).toBe("Another one");
  });

  test("a new poll that was refused says why", async () => {
    const shown = await staff([poll({ error: "Only instructors run polls.", state: "draft" })]);
    await shown.click("All polls");
    shown.find(".go").click();
    await settled();
    expect(shown.text()).toContain("Only instructors run polls.");
    await shown.click("Dismiss");
    expect(shown.asked("discard")).toEqual([{ id: "p1" }]);
  });
});

test("deleting a poll asks once more", async () => {
  const shown = await staff([poll({ state: "closed" })]);
  await shown.click("More");
  await choose(shown, "Delete this poll");
  expect(shown.text("[role=menu]")).toBe("Delete it with all its votes? Delete Cancel");
  await choose(shown, "Cancel");
  expect(shown.asked("delete")).toEqual([]);
});

test("results are kept as code where no cell can be made", async () => {
  const write = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
  const revealed = { state: "revealed", shown: { counts: true }, results: [result()] };
  const shown = await staff([poll(revealed)]);
  await shown.click("Keep in notebook");
  expect(write).toHaveBeenCalledWith('lesson.polls.poll("p1").freeze()');
  expect(shown.text(".said")).toBe("Code copied: run it in a cell");
});

test("code that keeps results names the notebook's own variable, and nothing that is no name", async () => {
  const write = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
  const revealed = { state: "revealed", shown: { counts: true }, results: [result()] };
  const named = await staff([poll(revealed)], { desk: { lesson: "ders" } });
  await named.click("Keep in notebook");
  expect(write).toHaveBeenLastCalledWith('ders.polls.poll("p1").freeze()');
  const odd = await staff([poll(revealed)], { desk: { lesson: "os.system('x')#" } });
  await odd.click("Keep in notebook");
  expect(write).toHaveBeenLastCalledWith('lesson.polls.poll("p1").freeze()');
  const evil = await staff([poll({ ...revealed, id: '"); evil()#' })]);
  expect(evil.text()).not.toContain("Keep in notebook");
});

test("a refusal is said to the page it is for", async () => {
  const shown = await staff([poll()]);
  const tell = (data: Fields): void => shown.model.say({ op: "signal", name: "notice", data });
  tell({ to: "another", message: "Not for you." });
  tell({ message: "This round is closed." });
  await settled();
  expect(shown.text(".refusals")).toBe("This round is closed.");
});

test("losing the right to manage takes the instruments away", async () => {
  const shown = await staff([poll()]);
  shown.model.say({ op: "batch", n: 1, set: { desk: [staffDesk({ can: ["vote"] })] } });
  await settled();
  expect(shown.all(".desk, .turn")).toEqual([]);
  expect(shown.all("[role=radio]")).toHaveLength(3);
});

test("a poll that closes stays in front, also where an older one was left open", async () => {
  const older = { id: "p0", question: "The older one", born: 1, opened: 1 };
  const newer = { question: "The newer one", born: 2, opened: 2 };
  const shown = await staff([poll(older), poll(newer)]);
  await shown.tell(poll({ ...newer, state: "closed" }));
  expect(shown.text(".ask")).toBe("The newer one");
  expect(names(shown)).toContain("Reveal");
  await shown.tell(poll({ ...older, answered: 1 }));
  expect(shown.text(".ask")).toBe("The newer one");
  await shown.tell(poll({ ...older, round: 2, opened: 3 }));
  expect(shown.text(".ask")).toBe("The older one");
});

test("who has not answered is told of polls with names, on that page alone", async () => {
  const shown = await staff([poll({ named: true, answered: 3 })]);
  await shown.click("Who has not answered");
  expect(shown.asked("missing")).toEqual([{ id: "p1" }]);
  const say = async (to: string, ...names: string[]): Promise<void> => {
    const data = { to, id: "p1", round: 1, names };
    shown.model.say({ op: "signal", name: "missing", data });
    await settled();
  };
  await say("another page", "Ada");
  expect(shown.text()).not.toContain("Ada");
  await say(shown.model.page, "Ada", "Bo");
  expect(shown.text(".missing [role=status]")).toBe("2 of those here: Ada, Bo");
  await shown.project();
  expect(shown.text()).not.toContain("Ada");
  await shown.press("Escape");
  await say(shown.model.page);
  expect(shown.text(".missing [role=status]")).toBe("Everybody here has answered.");
  const unnamed = await staff([poll({ answered: 3 })]);
  expect(unnamed.all(".missing")).toEqual([]);
  const ada = await student([poll({ named: true })]);
  expect(ada.all(".missing")).toEqual([]);
});
