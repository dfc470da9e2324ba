import axe from "axe-core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { finishAnimations, RULES, told } from "./accessible";
import { message } from "./mock";
import { closeAll, freshCourse, type Stage, settled, stage } from "./stage";

afterEach(closeAll);

const everything = "send reply edit delete react unreact ask typing read search".split(" ");
const mine = { user: "u-tomas", name: "Tomas" };

const state = (more = {}) => ({ id: "room", rev: 1, can: everything, slow: 0, ...more });

async function open(docs: unknown[] = [], { room = {}, lesson = {}, lang = "en" } = {}) {
  const shown = stage({ options: { height: 420, lang } });
  shown.model.snapshot(docs, lesson, {}, { room: [state(room)] });
  await settled();
  return shown;
}

const box = (shown: Stage): HTMLTextAreaElement => shown.find<HTMLTextAreaElement>("textarea");

const rowOf = (shown: Stage, id: string): HTMLElement =>
  shown.find(`.slot[data-id="${id}"] article`);

async function press(shown: Stage, key: string, init = {}): Promise<KeyboardEvent> {
  const event = shown.press(key, init);
  await settled();
  return event;
}

/** As with R or E on a message that has the focus. */
async function onMessage(shown: Stage, id: string, key: string): Promise<void> {
  rowOf(shown, id).focus();
  await press(shown, key);
}

const focused = (shown: Stage): Element | null => shown.root.activeElement;

/** Nothing that axe finds, however small. */
async function expectAccessible(shown: Stage): Promise<void> {
  finishAnimations(shown.root);
  const { violations } = await axe.run(shown.el, {
    runOnly: RULES,
    rules: { region: { enabled: false } },
  });
  expect(told(violations)).toEqual([]);
}

describe("replying", () => {
  test("says to whom, sends it with the message, and is over then", async () => {
    const body = [
      ["p", "one"],
      ["p", "two <b>three</b>"],
    ];
    const shown = await open([message(1, { body }), message(2)]);
    await onMessage(shown, "m1", "r");
    expect(focused(shown)).toBe(box(shown));
    expect(shown.find(".bar").innerText.replace(/[\u2068\u2069]/g, "")).toMatch(
      /^Replying to Priya\s+one two <b>three<\/b>$/,
    );
    await expectAccessible(shown);
    await shown.send("because");
    const [intent] = shown.model.asked("intent", "chat.send");
    expect(intent?.args).toMatchObject({ text: "because", replyTo: "m1" });
    expect(shown.all(".bar")).toEqual([]);
  });

  test("Esc cancels the reply and keeps the text, then leaves the box for the list", async () => {
    const shown = await open([message(1), message(2)]);
    await onMessage(shown, "m1", "r");
    await shown.type("half");
    expect((await press(shown, "Escape")).defaultPrevented).toBe(true);
    expect(shown.all(".bar")).toEqual([]);
    expect(focused(shown)).toBe(box(shown));
    expect(box(shown).value).toBe("half");
    await press(shown, "Escape");
    expect(focused(shown)?.tagName).toBe("ARTICLE");
  });

  test("is kept with the draft when the page is loaded again, also if its message is not", async () => {
    const course = freshCourse();
    const shown = stage({ course, options: { height: 420, lang: "tr" } });
    shown.model.snapshot([message(1), message(2)], {}, {}, { room: [state()] });
    await settled();
    await onMessage(shown, "m1", "r");
    await shown.type("half");
    expect(JSON.parse(sessionStorage.getItem(`edu-widgets:reply:${course}`) ?? "").id).toBe("m1");
    shown.end();
    const again = stage({ course, options: { height: 420, lang: "tr" } });
    again.model.snapshot([message(9)], {}, { floor: 9, more: true }, { room: [state()] });
    await settled();
    expect(box(again).value).toBe("half");
    expect(again.text()).toContain("Yanıtlanan: Priya Message 1");
  });

  test("ends when its message is deleted", async () => {
    const shown = await open([message(1), message(2)]);
    await onMessage(shown, "m1", "r");
    shown.model.say({ op: "batch", n: 1, del: { messages: ["m1"] } });
    await settled();
    expect(shown.all(".bar")).toEqual([]);
  });

  test("the button cancels as well", async () => {
    const shown = await open([message(1)]);
    await onMessage(shown, "m1", "r");
    shown.find<HTMLButtonElement>(".bar button").click();
    await settled();
    expect(shown.all(".bar")).toEqual([]);
    expect(focused(shown)).toBe(box(shown));
  });
});

describe("editing", () => {
  const source = (shown: Stage, id: string, text: string, version = 0): void =>
    shown.model.say({
      ...{ op: "signal", name: "source", to: shown.model.page },
      data: { id, text, version },
    });

  test("asks for the text, keeps the draft aside, saves with the version that was seen", async () => {
    const shown = await open([message(1), message(2, mine)]);
    await shown.type("my draft");
    await onMessage(shown, "m2", "e");
    expect(shown.model.asked("intent", "chat.source")[0]?.args).toEqual({ id: "m2" });
    expect(box(shown).placeholder).toBe("Getting the text of the message");
    expect(box(shown).readOnly).toBe(true);
    expect(box(shown).value).toBe("");
    source(shown, "m1", "of another", 9);
    source(shown, "m2", "Message **2**", 3);
    await settled();
    expect(box(shown).value).toBe("Message **2**");
    expect(box(shown).selectionStart).toBe(13);
    expect(shown.find(".bar").textContent).toBe("Editing your message");
    await expectAccessible(shown);
    await shown.send("Message **two**");
    expect(shown.model.asked("intent", "chat.edit")[0]?.args).toEqual({
      ...{ id: "m2", text: "Message **two**", version: 3 },
    });
    expect(box(shown).value).toBe("my draft");
    expect(shown.model.asked("intent", "chat.send")).toEqual([]);
  });

  test("ArrowUp in an empty box edits one's last message; Esc leaves it as it was", async () => {
    const shown = await open([message(1, mine), message(2, mine), message(3)]);
    await shown.type("");
    await press(shown, "ArrowUp");
    expect(shown.model.asked("intent", "chat.source")[0]?.args).toEqual({ id: "m2" });
    source(shown, "m2", "two");
    await settled();
    await shown.type("something else");
    await press(shown, "Escape");
    expect(box(shown).value).toBe("");
    expect(shown.all(".bar")).toEqual([]);
    expect(shown.model.asked("intent", "chat.edit")).toEqual([]);
    await shown.type("x");
    expect((await press(shown, "ArrowUp")).defaultPrevented).toBe(false);
  });

  test("an unchanged text changes nothing; an empty one cannot be saved", async () => {
    const shown = await open([message(1, mine)]);
    await onMessage(shown, "m1", "e");
    source(shown, "m1", "one");
    await settled();
    await shown.send("  ");
    expect(shown.all(".bar")).toHaveLength(1);
    await shown.send("one  ");
    expect(shown.all(".bar")).toEqual([]);
    expect(shown.model.asked("intent", "chat.edit")).toEqual([]);
  });

  test("a refused change is back in the box with the reason, on what the message is now", async () => {
    const shown = await open([message(1, mine)]);
    await onMessage(shown, "m1", "e");
    source(shown, "m1", "one", 0);
    await settled();
    await shown.send("uno");
    const [intent] = shown.model.asked("intent", "chat.edit");
    const message1 = { ...message(1, mine), seq: 9, version: 1, body: "eins" };
    shown.model.say({ op: "batch", n: 1, set: { messages: [message1] } });
    const words = "The message was changed meanwhile.";
    shown.model.say({
      ...{ op: "refused", to: shown.model.page, id: intent?.id, code: 4507, message: words },
    });
    await settled();
    expect(shown.find(".refusal").textContent).toBe(words);
    source(shown, "m1", "eins", 1);
    await settled();
    expect(box(shown).value).toBe("uno");
    await press(shown, "Enter");
    expect(shown.model.asked("intent", "chat.edit")[1]?.args).toEqual({
      ...{ id: "m1", text: "uno", version: 1 },
    });
  });

  test.each([
    ["before", true],
    ["after", false],
  ])("also if the refusal comes as a notice, %s the message as it was", async (_, first) => {
    const shown = await open([message(1, mine)], { lang: "tr" });
    await onMessage(shown, "m1", "e");
    source(shown, "m1", "one", 0);
    await settled();
    await shown.send("uno");
    const set = (n: number, more: object): void => {
      const doc = { ...message(1, mine), ...more };
      shown.model.say({ op: "batch", n, set: { messages: [doc] } });
    };
    const why = { message: "It was changed meanwhile.", code: 4511 };
    const data = { ...why, what: "edit_message", id: "m1" };
    const notice = { op: "signal", name: "notice", data };
    set(1, { rev: 1, body: "uno", editing: "pending" });
    await settled();
    if (first) shown.model.say(notice);
    set(2, { seq: 9, version: 1, body: "eins" });
    if (!first) shown.model.say(notice);
    await settled();
    // In the reader's language, which the service does not speak.
    expect(shown.find(".refusal").textContent).toBe("İleti bu arada değişti; yeniden bakın.");
    source(shown, "m1", "eins", 1);
    await settled();
    expect(box(shown).value).toBe("uno");
    expect(shown.find(".bar").textContent).toBe("Kaydedilmedi. Metniniz duruyor.");
    // Saved after all, or let go: nothing is said of it any more.
    await press(shown, "Enter");
    expect(shown.find(".refusal").textContent).toBe("");
  });

  test("a refusal of something else does not bring back what was saved", async () => {
    const shown = await open([message(1, mine)]);
    await onMessage(shown, "m1", "e");
    source(shown, "m1", "one", 0);
    await settled();
    await shown.send("uno");
    const doc = { ...message(1, mine), body: "uno" };
    const editing = { ...doc, rev: 1, editing: "pending" };
    shown.model.say({ op: "batch", n: 1, set: { messages: [editing] } });
    shown.model.say({ op: "batch", n: 2, set: { messages: [{ ...doc, seq: 9, version: 1 }] } });
    for (const data of [{}, { what: "add_reaction", id: "m1" }]) {
      shown.model.say({ op: "signal", name: "notice", data: { message: "No.", ...data } });
    }
    await settled();
    source(shown, "m1", "uno", 1);
    await settled();
    expect(shown.all(".bar")).toEqual([]);
    expect(box(shown).value).toBe("");
  });

  test("a refused change waits while something else is being written", async () => {
    const shown = await open([message(1, mine)]);
    await onMessage(shown, "m1", "e");
    source(shown, "m1", "one", 0);
    await settled();
    await shown.send("uno");
    await shown.type("another thing");
    const [intent] = shown.model.asked("intent", "chat.edit");
    const refusal = {
      op: "refused",
      to: shown.model.page,
      id: intent?.id,
      code: 1,
      message: "No.",
    };
    shown.model.say(refusal);
    await settled();
    expect(box(shown).value).toBe("another thing");
    await onMessage(shown, "m1", "e");
    source(shown, "m1", "one", 0);
    await settled();
    expect(box(shown).value).toBe("uno");
    expect(shown.find(".bar").textContent).toBe("Not saved. Your text is kept.");
  });

  test("of a message that is deleted meanwhile the text is kept", async () => {
    const shown = await open([message(1, mine), message(2)]);
    await onMessage(shown, "m1", "e");
    source(shown, "m1", "one");
    await settled();
    await shown.type("one and more");
    shown.model.say({ op: "batch", n: 1, del: { messages: ["m1"] } });
    await settled();
    expect(shown.all(".bar")).toEqual([]);
    expect(box(shown).value).toBe("one and more");
  });
});

describe("asking", () => {
  test("a question is sent as one, once", async () => {
    const shown = await open([message(1)], { lang: "tr" });
    const toggle = shown.find<HTMLButtonElement>('[aria-label="Soru olarak sor"]');
    expect(toggle.getAttribute("aria-pressed")).toBe("false");
    toggle.click();
    await settled();
    expect(toggle.getAttribute("aria-pressed")).toBe("true");
    expect(box(shown).placeholder).toBe("Sınıfa bir soru sor");
    await expectAccessible(shown);
    await shown.send("neden?");
    await shown.send("tamam");
    const sent = shown.model.asked("intent", "chat.send").map(({ args }) => args.question);
    expect(sent).toEqual([true, undefined]);
  });

  test("where one cannot ask there is no toggle", async () => {
    const shown = await open([], { room: { can: ["send"] } });
    expect(shown.all(".composer [aria-pressed]")).toEqual([]);
  });
});

describe("slow mode", () => {
  test("after one's own message the button counts down, and still sends", async () => {
    const shown = await open([], { room: { slow: 30 } });
    const button = (): HTMLElement => shown.find(".composer button:last-child");
    expect(button().textContent).toBe("");
    await shown.send("one");
    expect(button().textContent).toMatch(/^(30|29)$/);
    expect(button().getAttribute("aria-label")).toMatch(/^Send; it goes in (30|29) s$/);
    await shown.send("two");
    expect(shown.model.asked("intent", "chat.send")).toHaveLength(2);
  });

  test("a message that was refused makes the next one wait no longer", async () => {
    const shown = await open([], { room: { slow: 30 } });
    const button = (): HTMLElement => shown.find(".composer button:last-child");
    await shown.send("one");
    expect(button().textContent).toMatch(/^(30|29)$/);
    const [intent] = shown.model.asked("intent", "chat.send");
    const refusal = { op: "refused", to: shown.model.page, id: intent?.id, code: 4503 };
    shown.model.say({ ...refusal, message: "Too long." });
    await settled();
    expect(shown.text()).toContain("Not sent · Too long.");
    expect(button().textContent).toBe("");
  });

  test("knows one's message of before the page was loaded, and spares staff", async () => {
    const before = message(1, { ...mine, at: Date.now() - 10_000 });
    const shown = await open([before], { room: { slow: 30 } });
    expect(shown.find(".composer button:last-child").textContent).toMatch(/^(20|19)$/);
    const staff = await open([before], { room: { slow: 30, can: [...everything, "moderate"] } });
    expect(staff.find(".composer button:last-child").textContent).toBe("");
  });
});

describe("mentions", () => {
  const here = ["Mira Lindgren", "Deniz", "İrem", "Tomas", "<img src=x>"];
  const options = (shown: Stage): string[] => shown.all("[role=option]").map((o) => o.innerText);

  test("an @ lists people, typing narrows, Enter takes the first, and nothing is sent", async () => {
    const shown = await open([message(1, { user: "u-zoe", name: "Zoë" })], { lesson: { here } });
    await shown.type("hi @");
    expect(options(shown)).toEqual(["Mira Lindgren", "Deniz", "İrem", "<img src=x>", "Zoë"]);
    expect(box(shown).getAttribute("aria-activedescendant")).toBeNull();
    await shown.type("hi @I");
    expect(options(shown)[0]).toBe("İrem");
    expect(box(shown).getAttribute("aria-controls")).toBe(shown.find("[role=listbox]").id);
    expect(shown.all("[role=status].sr").map((status) => status.textContent)).toContain(
      "1 person to mention: choose with the arrow keys",
    );
    const active = box(shown).getAttribute("aria-activedescendant");
    expect(shown.find(`#${active}`).getAttribute("aria-selected")).toBe("true");
    expect(shown.find("mark").textContent).toBe("İ");
    await expectAccessible(shown);
    expect((await press(shown, "Enter")).defaultPrevented).toBe(true);
    expect(box(shown).value).toBe("hi @İrem ");
    expect(options(shown)).toEqual([]);
    expect(shown.model.asked("intent", "chat.send")).toEqual([]);
    await press(shown, "Enter");
    expect(shown.model.asked("intent", "chat.send")[0]?.args.text).toBe("hi @İrem");
  });

  test("arrows go round, Tab takes, Esc closes only the list", async () => {
    const shown = await open([message(1)], { lesson: { here } });
    await onMessage(shown, "m1", "r");
    await shown.type("@");
    await press(shown, "ArrowUp");
    expect(shown.find("[aria-selected=true]").innerText).toBe("Priya");
    await press(shown, "ArrowDown");
    expect(shown.find("[aria-selected=true]").innerText).toBe("Mira Lindgren");
    await press(shown, "Escape");
    expect(options(shown)).toEqual([]);
    expect(shown.all(".bar")).toHaveLength(1);
    await shown.type("@d");
    expect(options(shown)).toEqual([]);
    await shown.type("");
    await shown.type("@d");
    expect(options(shown)).toEqual(["Deniz", "Mira Lindgren"].slice(0, 1));
    await press(shown, "Tab");
    expect(box(shown).value).toBe("@Deniz ");
  });

  test("Enter is the message's when nothing is chosen, or the name is written out", async () => {
    const shown = await open([], { lesson: { here } });
    await shown.type("@");
    await press(shown, "Enter");
    await shown.type("@Deniz");
    expect(options(shown)).toEqual([]);
    await press(shown, "Enter");
    const sent = shown.model.asked("intent", "chat.send").map(({ args }) => args.text);
    expect(sent).toEqual(["@", "@Deniz"]);
  });

  test("an input method's keys are its own, a click takes, hostile names are text", async () => {
    const shown = await open([], { lesson: { here } });
    await shown.type("@im");
    await press(shown, "Enter", { isComposing: true });
    expect(box(shown).value).toBe("@im");
    const last = shown.all("[role=option]").at(-1) as HTMLElement;
    expect(last.innerText).toBe("<img src=x>");
    expect(last.dispatchEvent(new MouseEvent("mousedown", { cancelable: true }))).toBe(false);
    last.click();
    await settled();
    expect(box(shown).value).toBe("@<img src=x> ");
    expect(shown.all("img")).toEqual([]);
  });

  test("the chosen name is in sight in a low view, and only one match in it is marked", async () => {
    const shown = stage({ options: { height: 100, lang: "en" } });
    const names = ["Inigo Ivi", "Ivan", "Ida", "Imre", "Ines", "Ian"];
    shown.model.snapshot([message(1)], { here: names }, {}, { room: [state()] });
    await settled();
    await shown.type("@i");
    expect(shown.all("mark")).toHaveLength(6);
    await press(shown, "ArrowUp");
    const list = shown.find(".mentions");
    const chosen = shown.find("[aria-selected=true]");
    expect(chosen.innerText).toBe("Ian");
    expect(list.scrollHeight).toBeGreaterThan(list.clientHeight);
    expect(chosen.getBoundingClientRect().bottom).toBeLessThanOrEqual(
      list.getBoundingClientRect().bottom,
    );
  });

  test("the list stays inside of a narrow, low view", async () => {
    const long = Array.from({ length: 9 }, (_, i) => `${"Long name ".repeat(8)}${i}`);
    const shown = stage({ options: { height: 120, lang: "en" } });
    shown.el.style.width = "360px";
    shown.model.snapshot([message(1)], { here: long }, {}, { room: [state()] });
    await settled();
    await shown.type("@l");
    const list = shown.find(".mentions").getBoundingClientRect();
    const view = shown.find(".edu").getBoundingClientRect();
    const area = box(shown).getBoundingClientRect();
    expect(list.left).toBeGreaterThanOrEqual(view.left);
    expect(list.right).toBeLessThanOrEqual(view.right);
    expect(list.top).toBeGreaterThanOrEqual(view.top);
    expect(list.bottom).toBeLessThanOrEqual(area.top);
  });
});

describe("one's own typing", () => {
  const told = (shown: Stage): unknown[] =>
    shown.model.asked("intent", "chat.typing").map(({ args }) => args.on);

  const clock = { toFake: ["setTimeout", "clearTimeout", "Date"] } as const;
  const typing = async (): Promise<Stage> => {
    vi.useFakeTimers({ toFake: [...clock.toFake] });
    const shown = await open();
    await shown.type("a");
    vi.advanceTimersByTime(400);
    return shown;
  };

  test("is told soon, not more often than every 3 s, and ended by rest", async () => {
    vi.useFakeTimers({ toFake: [...clock.toFake] });
    const shown = await open();
    await shown.type("a");
    vi.advanceTimersByTime(200);
    await shown.type("ab");
    expect(told(shown)).toEqual([]);
    vi.advanceTimersByTime(200);
    expect(told(shown)).toEqual([true]);
    for (let n = 0; n < 4; n++) {
      vi.advanceTimersByTime(1_000);
      await shown.type(`abc${n}`);
    }
    expect(told(shown)).toEqual([true, true]);
    vi.advanceTimersByTime(3_000);
    expect(told(shown)).toEqual([true, true, false]);
    vi.advanceTimersByTime(10_000);
    expect(told(shown)).toHaveLength(3);
  });

  test("a message sent at once is all that goes", async () => {
    vi.useFakeTimers({ toFake: [...clock.toFake] });
    const shown = await open();
    await shown.send("ab");
    vi.advanceTimersByTime(10_000);
    expect(shown.model.asked("intent").map((intent) => intent.do)).toEqual(["chat.send"]);
  });

  test("what was typed goes before the end of typing it", async () => {
    const shown = await typing();
    await shown.send("ab");
    const asked = shown.model.asked("intent").map((intent) => intent.do);
    expect(asked.slice(-2)).toEqual(["chat.send", "chat.typing"]);
  });

  test.each([
    ["sent", (shown: Stage) => shown.send("ab")],
    ["emptied", (shown: Stage) => shown.type("")],
    ["left", async (shown: Stage) => box(shown).blur()],
    ["closed", async (shown: Stage) => shown.close()],
  ])("ends when the box is %s", async (_, end) => {
    const shown = await typing();
    await end(shown);
    expect(told(shown)).toEqual([true, false]);
  });

  test("is not told where it cannot be, nor while a message is edited", async () => {
    vi.useFakeTimers({ toFake: [...clock.toFake] });
    const shown = await open([], { room: { can: ["send"] } });
    await shown.type("a");
    vi.advanceTimersByTime(1_000);
    expect(told(shown)).toEqual([]);
    const other = await open([message(1, mine)]);
    await onMessage(other, "m1", "e");
    other.model.say({ op: "signal", name: "source", data: { id: "m1", text: "x", version: 0 } });
    await settled();
    await other.type("xy");
    vi.advanceTimersByTime(1_000);
    expect(told(other)).toEqual([]);
  });
});

describe("what is pasted", () => {
  async function paste(shown: Stage, text: string): Promise<void> {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const area = box(shown);
    area.focus();
    const init = { clipboardData: data, bubbles: true, cancelable: true };
    area.dispatchEvent(new ClipboardEvent("paste", init));
    await shown.type(area.value + text.replaceAll("\r\n", "\n"));
  }

  test("and looks like code can be made code with one button", async () => {
    const shown = await open();
    await shown.type("look: ");
    await paste(shown, "def f(x):\r\n    return x + 1\r\n");
    const button = shown.find<HTMLButtonElement>(".ascode");
    expect(button.innerText).toBe("Format as code");
    await expectAccessible(shown);
    button.click();
    await settled();
    expect(box(shown).value).toBe("look: \n```\ndef f(x):\n    return x + 1\n```\n");
    expect(shown.all(".ascode")).toEqual([]);
  });

  test.each([
    ["prose", "I think so.\nBut what about the other one, does it hold?\nThanks"],
    ["one line", "x = f(1)"],
    ["code between fences already", "```\nx = 1\ny = 2\n```"],
  ])("and is %s is left alone", async (_, text) => {
    const shown = await open();
    await paste(shown, text);
    expect(shown.all(".ascode")).toEqual([]);
  });
});

test("8,000 characters of a right-to-left text are written in their direction, and sent whole", async () => {
  const shown = await open();
  const text = "שלום ".repeat(1_600).trimEnd();
  await shown.type(text);
  expect(getComputedStyle(box(shown)).direction).toBe("rtl");
  expect(box(shown).clientHeight).toBeLessThan(160);
  await press(shown, "Enter");
  expect(shown.model.asked("intent", "chat.send")[0]?.args.text).toBe(text);
});
