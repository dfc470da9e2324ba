// Who said it: what one person leaves in a page is never another's, and what was refused or came
// too late is not shown as done.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Connection } from "../src/core/connection";
import type { Fields } from "../src/core/messages";
import { CLICK_LIVES } from "../src/core/outbox";
import { MockModel, message, room } from "./mock";
import { closeNotifications, note, shown as notices } from "./notifications_stage";
import { staff as staffPanel } from "./panel_parts";
import { closePanels, shown as panel } from "./panel_stage";
import { poll } from "./polls_mock";
import { endPolls, staff, student } from "./polls_stage";
import { closePeople, shown as people } from "./presence_stage";
import { closeAll, freshCourse, type Stage, settled, stage } from "./stage";

const HOURS = 3_600_000;

let mira: Fields = {};
let tomas: Fields = {};

beforeEach(() => {
  sessionStorage.clear();
  const test = Math.random();
  mira = { me: { id: "u-mira", name: "Mira", role: "instructor" }, scope: `mira ${test}` };
  tomas = { scope: `tomas ${test}` };
});

afterEach(() => {
  closeAll();
  endPolls();
  closePeople();
  closeNotifications();
  closePanels();
});

async function chatOf(lesson: Fields, course = "py101"): Promise<Stage> {
  const chat = stage({ course, options: { height: 420, lang: "en" } });
  chat.model.snapshot([message(1)], lesson, {}, { room: [room()] });
  await settled();
  return chat;
}

const textOf = (chat: Stage): string => chat.find<HTMLTextAreaElement>("textarea").value;

const sentBy = (model: MockModel): unknown[] =>
  model.asked("intent", "chat.send").map(({ args }) => args.text);

describe("two people in one page, in a course of one name", () => {
  test("type into boxes of their own, also on two services, and each finds theirs again", async () => {
    const [one, other] = [await chatOf(mira), await chatOf(tomas)];
    await one.type("for the class");
    expect(textOf(other)).toBe("");
    await other.type("a question");
    expect(textOf(one)).toBe("for the class");
    expect(textOf(await chatOf({ ...tomas, scope: `${tomas.scope} elsewhere` }))).toBe("");
    expect(textOf(await chatOf(tomas))).toBe("a question");
    expect(textOf(await chatOf(mira))).toBe("for the class");
  });

  test("never send what the other has not got through", async () => {
    const one = await chatOf(mira);
    await one.send("the answer is 4");
    one.end();
    const other = await chatOf(tomas);
    expect(sentBy(other.model)).toEqual([]);
    expect(other.text()).not.toContain("the answer is 4");
    const again = await chatOf(mira);
    expect(sentBy(again.model)).toEqual(["the answer is 4"]);
    expect(again.text()).toContain("the answer is 4");
  });

  test("one projects, the other does not", async () => {
    const mine = staffPanel();
    const [one, other] = [
      await panel({ panel: mine, course: "py101", lesson: mira }),
      await panel({ course: "py101", lesson: tomas }),
    ];
    one.button("Projector mode").click();
    await settled();
    expect(one.find(".edu").className).toContain("proj");
    expect(other.find(".edu").className).not.toContain("proj");
  });

  test("write a poll and a note of their own", async () => {
    const one = await staff([], { lesson: mira });
    await one.click("New poll");
    await one.type("textarea", "What does it print?");
    const other = await staff([], { lesson: tomas });
    await other.click("New poll");
    expect(other.find<HTMLTextAreaElement>("textarea").value).toBe("");
  });
});

describe("what is typed before it is known who types", () => {
  test("goes behind what that person had begun, and to nobody else", async () => {
    const before = await chatOf(tomas);
    await before.type("begun");
    before.end();
    const chat = stage({ course: "py101" });
    await chat.type("early");
    expect(JSON.stringify(sessionStorage)).not.toContain("early");
    chat.model.snapshot([], tomas);
    await settled();
    expect(textOf(chat)).toBe("begun\nearly");
    expect(textOf(await chatOf(mira))).toBe("");
  });
});

test("a model that becomes another person's starts anew with what is theirs", async () => {
  const chat = await chatOf(mira);
  await chat.type("Mira's");
  await chat.send("unconfirmed");
  await chat.type("Mira's");
  const { model } = chat;
  const before = model.sent.length;
  model.say({ op: "batch", n: 1, lesson: tomas });
  await settled();
  const ready = model.sent.slice(before).find(({ op }) => op === "ready");
  expect(ready).toBeDefined();
  const to = ready?.page;
  model.say({ op: "snapshot", to, n: 1, lesson: tomas, collections: {} });
  await settled();
  expect(textOf(chat)).toBe("");
  expect(chat.text()).not.toContain("unconfirmed");
  expect(sentBy(model)).toEqual(["unconfirmed"]);
  expect(textOf(await chatOf(mira))).toBe("Mira's");
});

describe("a kernel that does not answer", () => {
  const late = (by: number): void => {
    vi.setSystemTime(Date.now() + by);
  };

  test("a message of more than 12 h ago is not sent, and the page says so", async () => {
    const course = freshCourse();
    const chat = await chatOf({}, course);
    await chat.send("old news");
    chat.end();
    vi.useFakeTimers({ toFake: ["Date"] });
    late(12 * HOURS + 1);
    const again = await chatOf({}, course);
    expect(sentBy(again.model)).toEqual([]);
    expect(again.find(".why").textContent).toContain("It was written more than 12 hours ago.");
    again.end();
    expect((await chatOf({}, course)).text()).not.toContain("old news");
  });

  test("what was clicked is not done at the next join, and what was written is", async () => {
    const course = freshCourse();
    const open = (): { model: MockModel; connection: Connection; end(): void } => {
      const model = new MockModel({ course });
      const connection = new Connection(model.proxy(), () => "en");
      connection.show();
      model.snapshot([]);
      return { model, connection, end: () => connection.dispose() };
    };
    const first = open();
    first.connection.intend("polls.open", { id: "p" });
    first.connection.intend("polls.draft", { id: "q" }, "written");
    first.connection.intend("polls.create", { id: "r" }, "click", "polls.draft");
    first.end();
    const second = open();
    expect(second.model.asked("intent").map(({ do: what, args }) => [what, args.id])).toEqual([
      ["polls.draft", "q"],
      ["polls.draft", "r"],
    ]);
    second.end();
  });

  test("a click is taken back after two minutes, and a sentence says so", async () => {
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
    const refused = vi.fn();
    const model = new MockModel({ course: freshCourse() });
    const connection = new Connection(model.proxy(), () => "tr");
    const undone = vi.fn();
    connection.listen({ refused, shows: () => undone });
    connection.show();
    model.snapshot([]);
    const intent = connection.intend("people.raise", { note: "" });
    vi.advanceTimersByTime(CLICK_LIVES - 1);
    expect(undone).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(undone).toHaveBeenCalledOnce();
    expect(refused).toHaveBeenCalledExactlyOnceWith(
      intent,
      "Yapılmadı: çekirdek yanıt vermedi.",
      0,
    );
    model.snapshot([]);
    expect(model.asked("intent")).toHaveLength(1);
    // The kernel refuses it as well: that was said.
    model.say({ op: "refused", to: model.page, id: intent.id, code: 4510, message: "Too late." });
    expect(refused).toHaveBeenCalledOnce();
    connection.dispose();
  });
});

describe("what was refused is not shown as done", () => {
  const refuse = async (model: MockModel, message = "No."): Promise<void> => {
    const { id } = model.asked("intent").at(-1) ?? {};
    model.say({ op: "got", to: model.page, ids: [id] });
    model.say({ op: "refused", to: model.page, id, code: 4501, message });
    await settled();
  };

  test.each(["Hide names", "Do not disturb"])("%s in the panel", async (name) => {
    const view = await panel({ panel: staffPanel() });
    const isOn = (): string | null => view.button(name).getAttribute("aria-checked");
    view.button(name).click();
    await settled();
    expect(isOn()).toBe("true");
    await refuse(view.model);
    expect(isOn()).toBe("false");
    expect(view.find("[role=alert]").textContent).toBe("No.");
  });

  test("do not disturb, read, read all and cleared among the notifications", async () => {
    const view = await notices({ docs: [note("one"), note("two")] });
    const toggle = view.button("Do not disturb");
    toggle.click();
    await settled();
    await refuse(view.model);
    expect(toggle.getAttribute("aria-checked")).toBe("false");
    for (const name of ["Mark all read", "Clear all"]) {
      view.button(name).click();
      await settled();
      if (name === "Clear all") view.button("Clear 2").click();
      await settled();
      await refuse(view.model);
      expect(view.rows()).toHaveLength(2);
      expect(view.all(".un")).toHaveLength(2);
    }
  });

  test("a status", async () => {
    const view = await people();
    view.find("[data-status=stuck]").click();
    await settled();
    expect(view.find("[aria-checked=true]").dataset.status).toBe("stuck");
    await refuse(view.model);
    expect(view.all("[aria-checked=true]")).toEqual([]);
    expect(view.text()).toContain("No.");
  });

  test("a reaction, though somebody else reacted meanwhile", async () => {
    const chat = await chatOf({}, freshCourse());
    const { model } = chat;
    chat.find("[data-id=m1] article").focus();
    chat.press("+");
    await settled();
    const [emoji] = chat.all(".picker button, .emoji button");
    emoji?.click();
    await settled();
    const asked = model.asked("intent", "chat.react")[0]?.args;
    expect(asked?.on).toBe(true);
    const reactions = [{ emoji: "🎈", count: 2, names: ["Priya", "Emre"], own: false }];
    model.say({ op: "batch", n: 1, set: { messages: [message(1, { rev: 1, reactions })] } });
    await settled();
    expect(chat.text()).toContain(String(asked?.emoji));
    expect(chat.text()).toContain("🎈");
    await refuse(model);
    expect(chat.text()).not.toContain(String(asked?.emoji));
    expect(chat.text()).toContain("🎈");
  });

  test("a vote", async () => {
    const view = await student([poll()]);
    view.all(".opt, [role=radio], label")[0]?.click();
    await settled();
    expect(view.asked("vote")).toHaveLength(1);
    await refuse(view.model, "It is closed.");
    expect(view.text()).toContain("It is closed.");
  });
});
