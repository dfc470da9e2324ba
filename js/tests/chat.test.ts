import { afterEach, describe, expect, test, vi } from "vitest";
import widget from "../src/chat/index";
import { MockModel, message, room } from "./mock";
import { closeAll, freshCourse, live, type Stage, settled, stage } from "./stage";

afterEach(closeAll);

const me = { user: "u-tomas", name: "Tomas" };

describe("sending", () => {
  test("shows the message at once, then the kernel's document in its place", async () => {
    const shown = await live([message(1)]);
    await shown.send("So (3,) + (4,) fails?");
    const [intent] = shown.model.asked("intent", "chat.send");
    expect(intent?.args).toEqual({ id: expect.any(String), text: "So (3,) + (4,) fails?" });
    const id = String(intent?.args.id);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const row = shown.all(".slot").at(-1);
    expect(row?.dataset.id).toBe(id);
    expect(row?.textContent).toContain("Sending");
    expect(shown.find<HTMLTextAreaElement>("textarea").value).toBe("");

    const doc = { id, ...me, at: Date.now(), body: [["p", "So ", ["code", "(3,)"]]] };
    shown.model.say({ op: "got", to: shown.model.page, ids: [intent?.id] });
    shown.model.say({ op: "batch", n: 1, set: { messages: [{ ...doc, state: "queued" }] } });
    await settled();
    expect(shown.all(".slot").at(-1)?.querySelector("code")?.textContent).toBe("(3,)");
    expect(shown.text()).toContain("Waiting");
    shown.model.say({ op: "batch", n: 2, set: { messages: [{ ...doc, born: 2, seq: 2 }] } });
    await settled();
    expect(shown.all(".slot")).toHaveLength(2);
    expect(shown.all(".state")).toEqual([]);
  });

  test.each([
    ["en", "8,001 of 8,000 characters: shorten it."],
    ["tr", "8.000 karakter yerine 8.001: kısaltın."],
  ])("keeps what is too long in the box, and says so in %s", async (lang, words) => {
    const shown = stage({ options: { height: 420, lang } });
    shown.model.snapshot([]);
    await settled();
    const most = `${"🎉".repeat(1_000)}${"x".repeat(7_000)}`;
    await shown.send(`${most}y  \n`);
    expect(shown.find(".refusal").textContent).toBe(words);
    expect(shown.find<HTMLTextAreaElement>("textarea").value).toBe(`${most}y  \n`);
    expect(shown.model.asked("intent")).toEqual([]);
    await shown.type(`${most}  \n`);
    expect(shown.find(".refusal").textContent).toBe("");
    shown.press("Enter");
    expect(shown.model.asked("intent", "chat.send")[0]?.args.text).toBe(most);
  });

  test("does nothing without text", async () => {
    const shown = await live();
    await shown.send("  \n ");
    expect(shown.find(".composer button:last-child").getAttribute("aria-disabled")).toBe("true");
    expect(shown.model.asked("intent")).toEqual([]);
  });

  test("Shift+Enter and an input method's Enter do not send", async () => {
    const shown = await live();
    await shown.type("merhaba");
    expect(shown.press("Enter", { shiftKey: true }).defaultPrevented).toBe(false);
    shown.press("Enter", { isComposing: true });
    shown.press("Enter", { keyCode: 229 } as KeyboardEventInit);
    expect(shown.model.asked("intent")).toEqual([]);
    expect(shown.press("Enter").defaultPrevented).toBe(true);
    expect(shown.model.asked("intent")).toHaveLength(1);
  });

  test("the button sends and fills when there is text", async () => {
    const shown = await live();
    expect(shown.find(".composer button:last-child").classList).not.toContain("fill");
    await shown.type("hi");
    expect(shown.find(".composer button:last-child").classList).toContain("fill");
    shown.find(".composer button:last-child").click();
    expect(shown.model.asked("intent", "chat.send")).toHaveLength(1);
  });

  test("a refused message fails in place, and Retry sends it again under its id", async () => {
    const shown = await live();
    await shown.send("too fast");
    const [first] = shown.model.asked("intent", "chat.send");
    const refusal = { op: "refused", to: shown.model.page, code: 4514, message: "Too long." };
    shown.model.say({ ...refusal, id: first?.id });
    await settled();
    expect(shown.find("[role=alert].why").textContent).toBe("Not sent · Too long.");
    shown.model.snapshot([]);
    await settled();
    expect(shown.text()).toContain("Not sent · Too long.");
    shown.find(".state .btn").click();
    await settled();
    const [, second] = shown.model.asked("intent", "chat.send");
    expect(second?.args).toEqual(first?.args);
    expect(second?.id).not.toBe(first?.id);
    expect(shown.text()).toContain("Sending");
    shown.model.say({ ...refusal, id: second?.id });
    await settled();
    shown.find(".state .quiet").click();
    await settled();
    expect(shown.text()).toContain("No messages yet");
  });

  test("Retry and Delete of the kernel's own document are intents", async () => {
    const { born: _, seq: __, ...doc } = message(1, { ...me, state: "failed" });
    const shown = await live([doc]);
    shown.find(".state .btn").click();
    shown.find(".state .quiet").click();
    expect(shown.model.asked("intent").map((intent) => [intent.do, intent.args])).toEqual([
      ["chat.retry", { id: "m1" }],
      ["chat.discard", { id: "m1" }],
    ]);
  });

  test("what waits can be withdrawn, by an intent; what the service may have cannot", async () => {
    const { born: _, seq: __, ...doc } = message(1, { ...me, state: "queued" });
    const shown = await live([doc], { state: "offline" });
    expect(shown.text()).toContain("Waiting");
    expect(shown.all(".state .btn")).toEqual([]);
    const batch = {
      op: "batch",
      n: 1,
      set: { messages: [{ ...doc, rev: 5, withdrawable: true }] },
    };
    shown.model.say(batch);
    await settled();
    const button = shown.find(".state .btn");
    expect(button.textContent).toBe("Withdraw");
    button.click();
    expect(shown.model.asked("intent").map((intent) => [intent.do, intent.args])).toEqual([
      ["chat.withdraw", { id: "m1" }],
    ]);
  });

  test("another refusal is said for a while", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const shown = await live([{ ...message(1, me), state: "failed", seq: undefined }]);
    shown.find(".state .btn").click();
    const [intent] = shown.model.asked("intent", "chat.retry");
    const to = shown.model.page;
    shown.model.say({ op: "refused", to, id: intent?.id, code: 1, message: "Not now." });
    await settled();
    expect(shown.find(".refusal").textContent).toBe("Not now.");
    vi.advanceTimersByTime(10_000);
    await settled();
    expect(shown.find(".refusal").textContent).toBe("");
  });

  test("what was not confirmed shows again after a reload, and is sent once more", async () => {
    const course = freshCourse();
    const before = stage({ course });
    before.model.snapshot([], { course });
    await settled();
    await before.send("kept");
    before.end();
    const after = stage({ course });
    after.model.snapshot([], { course });
    await settled();
    expect(after.text()).toContain("kept");
    expect(after.model.asked("intent", "chat.send")[0]?.id).toBe(
      before.model.asked("intent", "chat.send")[0]?.id,
    );
  });

  test("with the kernel gone the text stays in the box", async () => {
    const shown = await live();
    shown.model.emit("comm:close");
    await settled();
    await shown.send("still here");
    expect(shown.model.asked("intent")).toEqual([]);
    expect(shown.find<HTMLTextAreaElement>("textarea").value).toBe("still here");
  });
});

describe("the composer", () => {
  test("keeps its draft over a re-run, and for its course only", async () => {
    const course = freshCourse();
    const first = stage({ course });
    first.model.snapshot([]);
    await first.type("half a thou");
    first.end();
    const second = stage({ course });
    second.model.snapshot([]);
    await settled();
    expect(second.find<HTMLTextAreaElement>("textarea").value).toBe("half a thou");
    expect(sessionStorage.getItem(`edu-widgets:draft:${course}`)).toBe('"half a thou"');
    expect((await live()).find<HTMLTextAreaElement>("textarea").value).toBe("");
  });

  test("grows to six lines, then scrolls, and shrinks again", async () => {
    const shown = await live();
    const area = await shown.type("one");
    const one = area.clientHeight;
    await shown.type("1\n2\n3");
    const three = area.clientHeight;
    await shown.type("1\n2\n3\n4\n5\n6");
    const six = area.clientHeight;
    await shown.type(Array.from({ length: 30 }, (_, line) => line).join("\n"));
    expect([three - one, six - one, area.clientHeight]).toEqual([42, 105, six]);
    expect(area.style.overflowY).toBe("auto");
    await shown.type("");
    expect(area.clientHeight).toBe(one);
  });

  test("wraps the selection in a fenced block", async () => {
    const shown = await live();
    const area = await shown.type("try x = 1 now");
    area.setSelectionRange(4, 9);
    shown.find("[aria-label='Insert code']").click();
    await settled();
    expect(area.value).toBe("try \n```\nx = 1\n```\n now");
    expect(area.value.slice(area.selectionStart, area.selectionEnd)).toBe("x = 1");
  });

  test("never takes the focus by itself", async () => {
    await live([message(1)]);
    expect(document.activeElement).toBe(document.body);
  });
});

describe("the keyboard", () => {
  test("never leaks to the notebook", async () => {
    const heard: string[] = [];
    const hear = (event: Event): void => {
      heard.push(event.type);
    };
    const types = ["keydown", "keyup", "keypress", "paste", "copy", "cut"];
    for (const type of types) document.addEventListener(type, hear);
    const shown = await live([message(1), message(2)]);
    await shown.type("x");
    for (const key of ["d", "d", "a", "Escape", "ArrowUp", "d"]) shown.press(key);
    shown.press("Enter", { shiftKey: true });
    const area = shown.find("textarea");
    for (const type of types) {
      area.dispatchEvent(new Event(type, { bubbles: true, composed: true }));
    }
    expect(heard).toEqual([]);
    expect((shown.el.firstElementChild as HTMLElement).dataset.lmSuppressShortcuts).toBe("true");
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "d", bubbles: true }));
    expect(heard).toEqual(["keydown"]);
    for (const type of types) document.removeEventListener(type, hear);
  });

  test("moves between messages with one tab stop", async () => {
    const shown = await live([message(1), message(2), message(3)]);
    const stops = () =>
      shown
        .all("article[tabindex='0']")
        .map((row) => row.closest<HTMLElement>(".slot")?.dataset.id);
    expect(stops()).toEqual(["m3"]);
    await shown.type("");
    shown.press("Escape");
    await settled();
    expect(shown.root.activeElement?.textContent).toContain("Message 3");
    shown.press("ArrowUp");
    await settled();
    shown.press("ArrowUp");
    await settled();
    expect(stops()).toEqual(["m1"]);
    expect(shown.root.activeElement?.textContent).toContain("Message 1");
    shown.press("ArrowDown");
    await settled();
    expect(stops()).toEqual(["m2"]);
    shown.press("End");
    await settled();
    expect(stops()).toEqual(["m3"]);
  });
});

describe("rows", () => {
  test("group one author within five minutes, and part by day", async () => {
    const at = new Date(2026, 5, 1, 10, 0).getTime();
    const by = (born: number, minutes: number, user: string) =>
      message(born, { at: at + minutes * 60_000, user, name: user });
    const docs = [by(1, 0, "A"), by(2, 4, "A"), by(3, 10, "A"), by(4, 11, "B"), by(5, 1_500, "B")];
    const shown = await live(docs);
    expect(shown.all("article").map((row) => row.classList.contains("cont"))).toEqual([
      false,
      true,
      false,
      false,
      false,
    ]);
    expect(shown.all(".rule").map((rule) => rule.textContent)).toEqual([
      "Monday, June 1, 2026",
      "Tuesday, June 2, 2026",
    ]);
  });

  test("quote what they reply to, if it is known", async () => {
    const reply = message(2, { replyTo: "m1" });
    const shown = await live([message(1, { body: [["p", "Why?"]] }), reply]);
    expect(shown.find(".quote").textContent).toBe("In reply toPriyaWhy?");
    const gone = await live([reply], {}, {}, { room: [room()] });
    expect(gone.find(".quote").textContent).toBe("In reply toDeleted message");
    const plain = await live([reply], {}, {}, { room: [room({ can: ["send"] })] });
    expect(plain.find(".quote").textContent).toBe("In reply toAn earlier message");
    const unknown = await live([reply], {}, { floor: 2, more: true });
    expect(unknown.find(".quote").textContent).toBe("In reply toAn earlier message");
  });

  test("show reactions, one's own marked in words too", async () => {
    const reactions = [
      { emoji: "👍", count: 12, own: true },
      { emoji: "🎉", count: 2 },
    ];
    const shown = await live([message(1, { reactions })]);
    expect(shown.all(".chip .sr").map((chip) => chip.textContent)).toEqual([
      "👍 12, including yours",
      "🎉 2",
    ]);
    expect(shown.all(".chip.own")).toHaveLength(1);
  });

  test("fold what is long, and unfold it", async () => {
    const body = Array.from({ length: 40 }, (_, line) => `Line ${line}`).join("\n");
    const shown = await live([message(1, { body })]);
    const text = shown.find(".text");
    expect(text.clientHeight).toBeLessThan(260);
    const button = text.nextElementSibling as HTMLElement;
    expect([button.textContent, button.getAttribute("aria-expanded")]).toEqual([
      "Show all",
      "false",
    ]);
    button.click();
    await settled();
    expect(text.clientHeight).toBeGreaterThan(800);
  });

  /** Lines of a message that are on the screen. */
  const linesOf = (shown: Stage, id: string): number => {
    const text = shown.find(`[data-id=${id}]`).querySelector<HTMLElement>(".text") as HTMLElement;
    return Math.round(
      (text.clientHeight - 8) / Number.parseFloat(getComputedStyle(text).lineHeight),
    );
  };

  const hasFold = (shown: Stage, id: string): boolean =>
    shown.find(`[data-id=${id}]`).querySelector(".fold") !== null;

  test.each([
    ["wide letters", "W".repeat(700), 360],
    ["wide signs", "字".repeat(500), 360],
    ["very wide signs", "﷽ ".repeat(600), 360],
    ["words", "A sentence of some words. ".repeat(36), 360],
    ["wide letters in a wide chat", "W".repeat(1_600), 900],
  ])("fold by the lines that there are: %s", async (_, body, width) => {
    const shown = await live([message(1, { body })]);
    // Signs that the machine's fonts lack may be drawn narrow: so wide is each of them at least.
    shown.el.style.letterSpacing = "1em";
    shown.el.style.width = `${width}px`;
    await expect.poll(() => hasFold(shown, "m1")).toBe(true);
    expect(linesOf(shown, "m1")).toBeLessThanOrEqual(12);
  });

  test("what fits is not folded, however many characters it has", async () => {
    const body = "i".repeat(1_100);
    const shown = await live([message(1, { body }), message(2, { body: [["p", body]] })]);
    expect([hasFold(shown, "m1"), hasFold(shown, "m2")]).toEqual([false, false]);
    expect(linesOf(shown, "m1")).toBeLessThanOrEqual(14);
    expect(linesOf(shown, "m1")).toBeGreaterThan(3);
  });

  test("a fold follows the width and the text", async () => {
    const shown = await live([message(1, { body: "A sentence of some words. ".repeat(30) })]);
    expect(hasFold(shown, "m1")).toBe(false);
    shown.el.style.width = "320px";
    await expect.poll(() => hasFold(shown, "m1")).toBe(true);
    const edited = message(1, { body: "A sentence of some words. ".repeat(9), edited: 1, seq: 9 });
    shown.model.say({ op: "batch", n: 1, set: { messages: [edited] } });
    await expect.poll(() => hasFold(shown, "m1")).toBe(false);
    shown.model.say({
      ...{ op: "batch", n: 2 },
      set: { messages: [message(1, { body: "W".repeat(900), edited: 1, seq: 10 })] },
    });
    await expect.poll(() => hasFold(shown, "m1")).toBe(true);
    shown.el.style.width = "";
    await settled();
    expect(linesOf(shown, "m1")).toBeLessThanOrEqual(14);
  });

  test("copy code, through the clipboard or without it, and say so", async () => {
    const pre = ["pre", { lang: "python", runs: "2.o.m" }, "a = 1\n"];
    const shown = await live([message(1, { body: [pre] })]);
    const write = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    shown.find(".code button").click();
    await settled();
    expect(write).toHaveBeenCalledWith("a = 1\n");
    expect(shown.find(".copied").textContent).toBe("Copied");

    write.mockRejectedValue(new Error("denied"));
    const exec = vi.spyOn(document, "execCommand").mockReturnValue(false);
    shown.find(".code button").click();
    await settled();
    expect(exec).toHaveBeenCalledWith("copy");
    expect(shown.find(".copied").textContent).toBe("");
    expect(shown.all(".code textarea")).toEqual([]);
  });
});

describe("views", () => {
  test("two of one model show the same, and ask once", async () => {
    const shown = await live([message(1)]);
    const second = shown.again();
    await settled();
    expect(second.text()).toContain("Message 1");
    expect(shown.model.asked("ready")).toBe(1);
    await second.send("from the second");
    expect(shown.text()).toContain("from the second");
    shown.close();
    shown.model.say({ op: "batch", n: 1, set: { messages: [message(2)] } });
    await settled();
    expect(second.text()).toContain("Message 2");
  });

  test("only models that are shown ask: of five old ones in a page, one does", async () => {
    const models = Array.from({ length: 5 }, () => new MockModel({ course: freshCourse() }));
    const ends = models.map((model) => widget.initialize({ model: model.proxy() }));
    const asked = (): number[] => models.map((model) => model.asked("ready"));
    expect(asked()).toEqual([0, 0, 0, 0, 0]);
    const [model] = models;
    if (!model) throw new Error("no model");
    const show = () =>
      widget.render({
        model: model.proxy(),
        el: document.body.appendChild(document.createElement("div")),
      });
    show()();
    model.snapshot([message(1)]);
    const close = show();
    await settled();
    expect(asked()).toEqual([1, 0, 0, 0, 0]);
    close();
    for (const end of ends) end();
    expect(models.map(({ listeners }) => listeners)).toEqual([0, 0, 0, 0, 0]);
  });

  test("two models share nothing", async () => {
    const one = await live([message(1)]);
    const two = await live([message(2)]);
    expect(one.text()).not.toContain("Message 2");
    expect(two.text()).not.toContain("Message 1");
  });

  test("leave nothing behind", async () => {
    const shown = await live([message(1)], { state: "offline", nextTryIn: 60_000 });
    const remove = vi.spyOn(document, "removeEventListener");
    shown.end();
    expect(shown.model.listeners).toBe(0);
    expect(shown.el.childElementCount).toBe(0);
    expect(remove.mock.calls.map(([type]) => type)).toContain("visibilitychange");
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    shown.model.say(null);
    expect(warn).not.toHaveBeenCalled();
  });
});

test("where a host passes on answers alone, a page asks again and again", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    const shown = await live([message(1)], { asks: 2_000 });
    const seen = (): number => shown.model.sent.filter(({ op }) => op === "seen").length;
    const before = seen();
    vi.advanceTimersByTime(6_000);
    expect(seen()).toBe(before + 3);
  } finally {
    vi.useRealTimers();
  }
});
