import axe from "axe-core";
import { afterEach, expect, test } from "vitest";
import { finishAnimations, told } from "./accessible";
import { keydown } from "./mount";
import { poll, staffDesk } from "./polls_mock";
import { endPolls, type PollStage, staff, student } from "./polls_stage";
import { settled } from "./stage";

afterEach(endPolls);

const drafts = (...ids: string[]) =>
  ids.map((id, index) =>
    poll({ id, born: index + 2, question: `${id}?`, state: "draft", seconds: 60 }),
  );

const choose = async (shown: PollStage, label: string): Promise<void> => {
  const item = shown.all("[role^=menuitem]").find((one) => one.textContent?.startsWith(label));
  if (!item) throw new Error(`no ${label} in ${shown.text("[role=menu]")}`);
  item.click();
  await settled();
};

const listed = (shown: PollStage): string[] => shown.all("ol .title").map((one) => one.innerText);

const clean = async (shown: PollStage): Promise<void> => {
  finishAnimations(shown.root);
  expect(told((await axe.run(shown.find(".edu"))).violations)).toEqual([]);
};

test("drafts stand in their order and are moved at once, by menu and by keys", async () => {
  const shown = await staff(drafts("a", "b", "c"), { desk: { next: "c", order: ["c", "a", "b"] } });
  await shown.click("All polls");
  expect(listed(shown)).toEqual(["c?", "a?", "b?"]);
  const more = shown.button("More: b?");
  more.focus();
  const up = keydown("ArrowUp", { altKey: true });
  more.dispatchEvent(up);
  await settled();
  expect(up.defaultPrevented).toBe(true);
  expect(listed(shown)).toEqual(["c?", "b?", "a?"]);
  expect(shown.root.activeElement).toBe(shown.button("More: b?"));
  await expect.poll(() => shown.text(".list [role=status]")).toBe("b?: place 2 of 3");
  await shown.click("More: c?");
  expect(shown.all("[role^=menuitem]").map((one) => one.textContent)).not.toContain("Move up");
  await choose(shown, "Move down");
  expect(listed(shown)).toEqual(["b?", "c?", "a?"]);
  expect(shown.asked("move")).toEqual([
    { id: "b", place: 2 },
    { id: "c", place: 2 },
  ]);
  await clean(shown);
  const [first] = shown.model.asked("intent", "polls.move");
  shown.model.say({ op: "refused", to: shown.model.page, id: first?.id, message: "No." });
  await settled();
  expect(listed(shown)).toEqual(["a?", "c?", "b?"]);
});

test("a draft is edited as it is written, and copied", async () => {
  const shown = await staff(drafts("a", "b"), { desk: { next: "a", order: ["a", "b"] } });
  await shown.click("All polls");
  await shown.click("More: a?");
  await choose(shown, "Edit");
  const source = {
    ...{ id: "a", question: "**Wich**?", kind: "single", options: ["1", "2"], correct: [1] },
    ...{ tolerance: 0, anonymous: false, live: true, seconds: 45 },
  };
  shown.model.say({ op: "signal", name: "source", data: { ...source, to: shown.model.page } });
  await settled();
  expect(shown.find<HTMLTextAreaElement>("textarea").value).toBe("**Wich**?");
  expect(shown.find<HTMLSelectElement>("select").value).toBe("45");
  expect(shown.find(".kinds").matches(":disabled")).toBe(true);
  await clean(shown);
  await shown.type("textarea", "Which?");
  await shown.click("Option A is correct");
  await shown.click("Save");
  expect(shown.asked("edit")).toEqual([
    { id: "a", question: "Which?", options: ["1", "2"], correct: [0], seconds: 45 },
  ]);
  expect(shown.text(".ask")).toBe("Which?");
  await shown.click("More");
  await choose(shown, "Duplicate");
  const [copied] = shown.asked("duplicate");
  expect(copied?.id).toBe("a");
  await shown.click("All polls");
  expect(listed(shown)).toEqual(["Which?", "b?", "Which?"]);
  await shown.tell(poll({ ...drafts("a")[0], id: copied?.as, question: "Which?", rev: 999 }));
  shown.model.say({ op: "batch", n: 9, set: { desk: [staffDesk({ order: ["a", copied?.as] })] } });
  await settled();
});

const live = { round: 1, people: 4, counts: [1, 3, 0] };

test("counts of a live poll stand beside the options, before one votes and after", async () => {
  const shown = await student([poll({ live: true })]);
  expect(shown.text(".poll .anon")).toBe("Everybody sees the counts while it is open.");
  expect(shown.text(".hd")).toContain("Live");
  expect(shown.all(".fig")).toEqual([]);
  await shown.tell(poll({ live, answered: 4 }));
  const figures = () => shown.all("[role=radio] .fig b").map((one) => one.textContent);
  expect(figures()).toEqual(["25%", "75%", "0%"]);
  expect(shown.all(".right, .wl")).toEqual([]);
  shown.all("[role=radio]")[2]?.click();
  await settled();
  expect(shown.asked("vote")).toEqual([{ id: "p1", round: 1, choice: 2 }]);
  expect(shown.text("[aria-checked=true]")).toContain("Your vote");
  await clean(shown);
  await shown.tell(poll({ live, answered: 4, state: "closed" }));
  expect(shown.all(".opt .fig b").map((one) => one.textContent)).toEqual(["25%", "75%", "0%"]);
  const mira = await staff([poll({ live, answered: 4 })]);
  expect(mira.all(".opt .fig b").map((one) => one.textContent)).toEqual(["25%", "75%", "0%"]);
  expect(mira.text()).not.toContain("stay hidden");
  const still = await student([poll({ answered: 4, results: [], flows: [] })]);
  expect(still.all(".fig")).toEqual([]);
});

test("an answer is hidden from students, or counted with another one", async () => {
  const texts = [
    { text: "tea", people: 3 },
    { text: "chai", people: 2 },
    { text: "rude", people: 2, hidden: true },
  ];
  const asked = { kind: "text", options: [], state: "closed", answered: 7 };
  const shown = await staff([poll(asked)]);
  await shown.click("Show to me only");
  const peek = { pages: [shown.model.page], people: 7, flows: [], merged: ["tea"] };
  await shown.tell(
    poll({ ...asked, peek: { ...peek, results: [{ round: 1, people: 7, texts }] } }),
  );
  expect(shown.text(".hid")).toContain("Hidden from students");
  await shown.click("More: rude");
  await choose(shown, "Show to students");
  await shown.click("More: chai");
  await choose(shown, "tea");
  await shown.click("More: tea");
  await choose(shown, "Count apart again");
  expect(shown.asked("hide_answer")).toEqual([{ id: "p1", text: "rude", on: false }]);
  expect(shown.asked("merge_answers")).toEqual([
    { id: "p1", text: "chai", into: "tea" },
    { id: "p1", text: "tea", into: "" },
  ]);
  await clean(shown);
});

test("a hidden answer is shown again after the reveal, from the menu alone", async () => {
  const results = [{ round: 1, people: 7, texts: [{ text: "tea", people: 5 }], removed: 2 }];
  const asked = { kind: "text", options: [], state: "revealed", shown: { counts: true }, results };
  const shown = await staff([poll({ ...asked, hiddenTexts: ["<i>rude</i>"] })]);
  expect(shown.text(".edu")).not.toContain("rude");
  await shown.click("More");
  expect(shown.text("[role=menu]")).toContain("Show a hidden answer again");
  await choose(shown, "<i>rude</i>");
  expect(shown.asked("hide_answer")).toEqual([{ id: "p1", text: "<i>rude</i>", on: false }]);
});
