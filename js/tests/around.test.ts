import { afterEach, describe, expect, test, vi } from "vitest";
import type { Fields } from "../src/core/messages";
import { message, messages, nameless, room, staffRoom } from "./mock";
import { keydown } from "./mount";
import { PATIENT } from "./patience";
import { closeAll, live, type Stage, settled } from "./stage";

afterEach(closeAll);

const mira = { me: { id: "u-mira", name: "Mira", role: "instructor" } };
const at = new Date().setHours(10, 0, 0, 0);

const student = (docs: unknown[], others: Record<string, unknown[]> = {}): Promise<Stage> =>
  live(docs, {}, {}, { room: [room()], ...others });

const staff = (docs: unknown[], others: Record<string, unknown[]> = {}): Promise<Stage> =>
  live(docs, mira, {}, { room: [staffRoom()], ...others });

const asked = (shown: Stage): [string, Fields][] =>
  shown.model
    .asked("intent")
    .filter(({ do: action }) => action !== "chat.read")
    .map(({ do: action, args }) => [action, args]);

const pin = (born: number, more: Fields = {}): Fields => ({
  ...{ id: `m${born}`, born, seq: born, user: "u-priya", name: "Priya", at, byName: "Mira" },
  text: `Message ${born}`,
  ...more,
});

const question = (born: number, more: Fields = {}): Fields => ({
  ...{ id: `m${born}`, born, seq: born, user: "u-priya", name: "Priya", at, votes: 0 },
  text: `Why ${born}?`,
  ...more,
});

const line = (element: HTMLElement): string =>
  element.innerText
    .replace(/[\u2068\u2069]/g, "")
    .replace(/\s+/g, " ")
    .trim();

const press = async (shown: Stage, selector: string): Promise<void> => {
  shown.find(selector).click();
  await settled();
};

describe("pins", () => {
  test("stand under the header, the newest first, one at a time", async () => {
    const shown = await student(messages(1, 3), { pins: [pin(1), pin(2), pin(3)] });
    const bar = shown.find(".pinbar");
    expect(line(bar)).toBe("Priya Message 3 1 of 3");
    await press(shown, ".pinbar .btn");
    expect(line(bar)).toBe("Priya Message 2 2 of 3");
    await press(shown, ".pinbar .btn");
    await press(shown, ".pinbar .btn");
    expect(line(bar)).toBe("Priya Message 3 1 of 3");
    shown.model.say({ op: "batch", n: 1, del: { pins: ["m1", "m2"] } });
    await settled();
    expect(line(bar)).toBe("Priya Message 3");
    shown.model.say({ op: "batch", n: 2, del: { pins: ["m3"] } });
    await settled();
    expect(shown.all(".pinbar")).toEqual([]);
  });

  test("lead to their message, which is fetched if it is not there", async () => {
    const docs = messages(60, 100);
    const shown = await live(
      docs,
      {},
      { floor: 60, more: true },
      {
        room: [room()],
        pins: [pin(2), pin(70)],
      },
    );
    await press(shown, ".pinbar .said");
    await expect.poll(() => shown.all("[data-id=m70] .flash").length).toBe(1);
    await press(shown, ".pinbar .btn");
    await press(shown, ".pinbar .said");
    expect(asked(shown).at(-1)).toEqual(["chat.reach", { id: "m2", born: 2, before: 60 }]);
    const page = { op: "page", to: shown.model.page, in: "messages", floor: 2, more: false };
    shown.model.say({ ...page, docs: messages(2, 59) });
    await expect.poll(() => shown.all("[data-id=m2] .flash").length).toBe(1);
  });

  test("say that their message is gone if it is nowhere", async () => {
    const docs = messages(60, 100);
    const shown = await live(
      docs,
      {},
      { floor: 60, more: true },
      { room: [room()], pins: [pin(9)] },
    );
    await press(shown, ".pinbar .said");
    const page = { op: "page", to: shown.model.page, in: "messages" };
    shown.model.say({ ...page, docs: messages(10, 59), floor: 8, more: true });
    // The pin is younger than its message: that one may be on the page before.
    await expect.poll(() => shown.model.asked("intent", "chat.older").length).toBe(1);
    shown.model.say({ ...page, docs: [], floor: 1, more: false });
    await expect
      .poll(() => shown.find(".refusal").textContent)
      .toBe("That message is not there any more.");
  });

  test("are all in a list, from which staff unpin", async () => {
    const shown = await staff([message(1), message(2)], { pins: [pin(1), pin(2)] });
    await press(shown, ".pinbar .ib");
    const list = shown.find("[role=dialog]");
    expect(list.getAttribute("aria-label")).toBe("All pinned messages");
    expect(shown.all(".pinlist li").map(line)).toEqual([
      "Priya Message 2 10:00 · Pinned by Mira",
      "Priya Message 1 10:00 · Pinned by Mira",
    ]);
    shown.find<HTMLElement>(".pinlist .ib").click();
    expect(asked(shown)).toEqual([["chat.pin", { id: "m2", on: false }]]);
    const reader = await student([message(1)], { pins: [pin(1)] });
    await press(reader, ".pinbar .ib");
    expect(reader.all(".pinlist .ib")).toEqual([]);
    await press(reader, ".pinlist .excerpt");
    expect(reader.all("[role=dialog]")).toEqual([]);
    await expect.poll(() => reader.all("[data-id=m1] .flash").length).toBe(1);
  });

  test("are set from a message's menu, and taken away there", async () => {
    const shown = await staff([message(1), message(2)], { pins: [pin(2)] });
    const menu = async (id: string): Promise<HTMLElement[]> => {
      shown.find(`[data-id=${id}] article`).focus();
      await settled();
      shown.find(`[data-id=${id}] [aria-label=More]`).click();
      await settled();
      return shown.all("[role=menu] .item");
    };
    (await menu("m1")).find((item) => line(item) === "Pin")?.click();
    await settled();
    (await menu("m2")).find((item) => line(item) === "Unpin")?.click();
    expect(asked(shown)).toEqual([
      ["chat.pin", { id: "m1", on: true }],
      ["chat.pin", { id: "m2", on: false }],
    ]);
  });
});

describe("questions", () => {
  const docs = [
    message(1, { question: true, body: "Why 1?" }),
    message(2, { body: "Why 2?" }),
    message(3, { question: true, body: "Why 3?" }),
  ];
  const questions = [
    question(1, { votes: 2 }),
    question(2, { votes: 5, name: "Emre" }),
    question(3, { votes: 2, own: true }),
    question(4, { votes: 9, answered: at }),
    question(5, { votes: 0, mine: true }),
  ];

  test("are marked among the messages, and answered ones by a check and a word", async () => {
    const shown = await student(docs, { questions: [question(1), question(3, { answered: at })] });
    expect(line(shown.find("[data-id=m1] header"))).toContain("Question");
    expect(line(shown.find("[data-id=m3] header"))).toContain("Answered");
    const { color } = getComputedStyle(shown.find("[data-id=m3] .mark"));
    const host = shown.el.firstElementChild as HTMLElement;
    const ok = host.style
      .getPropertyValue("--edu-ok")
      .replace(/\(|\)|rgb/g, "")
      .split(" ");
    expect(color).toBe(`rgb(${ok.join(", ")})`);
    expect(shown.find("[data-id=m3] article").ariaLabel).toContain("Answered");
  });

  test("stand in place of the messages: open ones by votes, then age, answered ones below", async () => {
    const shown = await student(docs, { questions });
    expect(line(shown.find(".tab"))).toBe("Questions (4)");
    await press(shown, ".tab");
    expect(shown.find(".tab").ariaPressed).toBe("true");
    expect(shown.all(".log")).toEqual([]);
    expect(shown.all(".asked .excerpt > span").map(line)).toEqual([
      ...["Why 2?", "Why 1?", "Why 3?", "Why 5?", "Why 4?"],
    ]);
    expect(shown.all(".asked ul")).toHaveLength(2);
    expect(shown.all("textarea")).toHaveLength(1);
    shown.find(".asked .excerpt").focus();
    shown.press("Escape");
    await settled();
    expect(shown.all(".log")).toHaveLength(1);
  });

  test("are voted for once, and the vote is taken back; never for one's own", async () => {
    const shown = await student(docs, { questions });
    await press(shown, ".tab");
    const chips = () => shown.all(".asked li .chip");
    expect(chips().map((chip) => [chip.tagName, chip.ariaPressed])).toEqual([
      ["BUTTON", "false"],
      ["BUTTON", "false"],
      ["BUTTON", "true"],
      ["SPAN", null],
      ["SPAN", null],
    ]);
    chips()[0]?.click();
    chips()[2]?.click();
    await settled();
    expect(asked(shown)).toEqual([
      ["chat.upvote", { id: "m2", on: true }],
      ["chat.upvote", { id: "m3", on: false }],
    ]);
    expect(chips()[0]?.ariaLabel).toBe("Upvote, 6 votes");
    const [intent] = shown.model.asked("intent", "chat.upvote");
    const refusal = { op: "refused", to: shown.model.page, id: intent?.id, code: 1 };
    shown.model.say({ ...refusal, message: "Closed." });
    await settled();
    expect(chips()[0]?.ariaLabel).toBe("Upvote, 5 votes");
  });

  test("do not move while one is at them, and do afterwards", async () => {
    const shown = await student(docs, { questions: [question(1, { votes: 3 }), question(2)] });
    await press(shown, ".tab");
    const order = () => shown.all(".asked .excerpt > span").map(line);
    const list = shown.find(".asked");
    list.dispatchEvent(new PointerEvent("pointerenter"));
    await settled();
    const more = [question(2, { seq: 9, votes: 8 }), question(3, { votes: 20 })];
    shown.model.say({ op: "batch", n: 1, set: { questions: more } });
    await settled();
    expect(order()).toEqual(["Why 1?", "Why 2?", "Why 3?"]);
    list.dispatchEvent(new PointerEvent("pointerleave"));
    await settled();
    expect(order()).toEqual(["Why 3?", "Why 2?", "Why 1?"]);
    const [first] = shown.all(".asked .chip");
    first?.focus();
    await settled();
    const last = [question(2, { seq: 10, votes: 40 })];
    shown.model.say({ op: "batch", n: 2, set: { questions: last } });
    await settled();
    expect(order()).toEqual(["Why 3?", "Why 2?", "Why 1?"]);
    shown.find("textarea").focus();
    await settled();
    expect(order()).toEqual(["Why 2?", "Why 3?", "Why 1?"]);
  });

  test("can be voted for where they were asked", async () => {
    const shown = await student(docs, { questions });
    await press(shown, "[data-id=m1] .chip");
    expect(asked(shown)).toEqual([["chat.upvote", { id: "m1", on: true }]]);
    expect(shown.find("[data-id=m1] .chip").ariaLabel).toBe("Upvote, 3 votes");
  });

  test("give way to what one writes, but not to another question", async () => {
    const shown = await student(docs, { questions });
    await press(shown, ".tab");
    await press(shown, ".composer [aria-label='Ask as a question']");
    await shown.send("Why 6?");
    expect(shown.all(".asked")).toHaveLength(1);
    await shown.send("no question");
    expect(shown.all(".asked")).toHaveLength(0);
    const last = shown.all("article").at(-1);
    expect(last?.innerText).toContain("no question");
    expect(last?.checkVisibility({ visibilityProperty: true })).toBe(true);
  });

  test("are marked as answered by staff and by who asked, and opened again", async () => {
    const shown = await staff(docs, { questions });
    await press(shown, ".tab");
    expect(shown.all(".asked li > .btn")).toHaveLength(5);
    shown.find("[aria-label='Mark as answered']").click();
    shown.find("[aria-label='Mark as open']").click();
    expect(asked(shown)).toEqual([
      ["chat.answered", { id: "m2", on: true }],
      ["chat.answered", { id: "m4", on: false }],
    ]);
    const asker = await student(docs, { questions });
    await press(asker, ".tab");
    expect(asker.all(".asked li > .btn")).toHaveLength(1);
  });

  test("say what their message says or, of one that is not loaded, what the kernel does", async () => {
    const body = [["p", "Is ", ["code", "b"], " a copy?"]];
    const asked = [question(1, { text: "Is b a copy?" }), question(9, { text: "And `c`?" })];
    const shown = await student([message(1, { question: true, body })], { questions: asked });
    await press(shown, ".tab");
    expect(shown.all(".asked .excerpt > span").map(line)).toEqual(["Is b a copy?", "And `c`?"]);
  });

  test("lead to their message, back among the others", async () => {
    const shown = await student(docs, { questions });
    await press(shown, ".tab");
    shown.all(".asked .excerpt")[1]?.click();
    await expect.poll(() => shown.all("[data-id=m1] .flash").length).toBe(1);
    expect(shown.all(".asked")).toEqual([]);
    expect(shown.root.activeElement?.closest<HTMLElement>(".slot")?.dataset.id).toBe("m1");
  });

  test("are shown to a class by staff: open ones by votes, large, and nobody's name", async () => {
    expect((await student(docs, { questions })).all(".asked .show")).toEqual([]);
    const shown = await staff(docs, { questions });
    await press(shown, ".tab");
    await press(shown, ".asked .show");
    const rows = (): string[] => shown.all(".wall li").map((row) => line(row));
    const wall = ["5 5 votes Why 2?", "2 2 votes Why 1?", "2 2 votes Why 3?", "0 0 votes Why 5?"];
    expect(rows()).toEqual(wall);
    expect(shown.text()).not.toMatch(/Emre|Priya|Deniz|Why 4/);
    expect(shown.all("textarea, .log, .hd, [aria-pressed]")).toEqual([]);
    const size = Number.parseFloat(getComputedStyle(shown.find(".wall .bd")).fontSize);
    expect(size).toBeGreaterThan(22);
    shown.model.say({ op: "batch", n: 1, set: { questions: [question(1, { votes: 7, seq: 9 })] } });
    await settled();
    expect(rows()[0]).toContain("Why 1?");
    document.body.dispatchEvent(keydown("Escape"));
    await settled();
    expect(shown.all(".wall")).toEqual([]);
    expect(shown.all("textarea")).toHaveLength(1);
  });

  test("are asked anonymously where that is allowed, and nobody is told that one types", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const ask = ".composer [aria-label='Ask as a question']";
    const plain = await student(docs, { questions });
    await press(plain, ask);
    expect(plain.all(".composer [role=switch]")).toEqual([]);
    const shown = await student(docs, { questions, room: [nameless()] });
    await press(shown, ask);
    await press(shown, ".composer [role=switch]");
    expect(shown.find("textarea").ariaLabel).toBe("Ask without your name");
    await shown.type("Why 6?");
    await vi.advanceTimersByTimeAsync(1_000);
    await shown.send("Why 6?");
    vi.useRealTimers();
    expect(shown.model.asked("intent", "chat.typing")).toEqual([]);
    const [sent] = shown.model.asked("intent", "chat.send");
    expect(sent?.args).toMatchObject({ text: "Why 6?", question: true, anonymous: true });
    const last = shown.all("article").at(-1);
    expect(line(last?.querySelector("header") as HTMLElement)).toMatch(/^You anonymously/);
    await shown.send("and this is plain");
    expect(shown.model.asked("intent", "chat.send").at(-1)?.args).not.toHaveProperty("anonymous");
  });

  test("are not asked with a name when that was turned off meanwhile, but at a second try", async () => {
    const shown = await student(docs, { questions, room: [nameless()] });
    await press(shown, ".composer [aria-label='Ask as a question']");
    await press(shown, ".composer [role=switch]");
    shown.model.say({ op: "batch", n: 1, set: { room: [room({ rev: 5 })] } });
    await settled();
    await shown.send("Why 6?");
    expect(shown.model.asked("intent", "chat.send")).toEqual([]);
    expect(shown.text()).toContain("Not sent: anonymous questions were turned off.");
    expect(shown.find<HTMLTextAreaElement>("textarea").value).toBe("Why 6?");
    await shown.send("Why 6?");
    const [sent] = shown.model.asked("intent", "chat.send");
    expect(sent?.args).toEqual({ id: expect.any(String), text: "Why 6?", question: true });
  });

  test("of nobody who is named have no author, are not run together, and mute nobody", async () => {
    const nobody = { user: "", name: "", question: true };
    const shown = await staff([
      message(1, { ...nobody, body: "One?" }),
      message(2, { ...nobody, body: "Two?" }),
    ]);
    expect(shown.all("article header b").map(line)).toEqual(["Anonymous", "Anonymous"]);
    expect(shown.all(".msg.cont")).toEqual([]);
    shown.find("[data-id=m1] article").focus();
    await settled();
    await press(shown, "[data-id=m1] [aria-label=More]");
    expect(line(shown.find("[role=menu]"))).not.toContain("Mute");
    expect(line(shown.find("[role=menu]"))).toContain("Delete");
  });

  test("staff allows them in the settings, and forbids them", async () => {
    const shown = await staff(docs, { questions });
    await press(shown, ".hd [aria-haspopup=menu]");
    const item = shown.all("[role^=menuitem]").find((one) => line(one) === "Allowed");
    expect(item?.ariaChecked).toBe("false");
    item?.click();
    expect(asked(shown)).toEqual([["chat.anonymous", { on: true }]]);
  });

  test.each([
    ["en", "No questions yet"],
    ["tr", "Henüz soru yok"],
  ])("that nobody asked: says so in %s", async (lang, words) => {
    const shown = await student(docs);
    shown.model.set("options", { height: 420, lang });
    await press(shown, ".tab");
    expect(shown.text()).toContain(words);
  });

  test("are not spoken of where there are none to be had", async () => {
    const shown = await live(docs);
    expect(shown.all(".tab")).toEqual([]);
  });
});

describe("moderation", () => {
  const menu = async (shown: Stage): Promise<HTMLElement[]> => {
    await press(shown, ".hd [aria-haspopup=menu]");
    return shown.all("[role=menu] .item");
  };

  test("is in the header for staff, and for nobody else", async () => {
    const shown = await student([message(1)]);
    expect(shown.all(".hd [aria-haspopup=menu]")).toEqual([]);
    const muted = [{ id: "u-emre", name: "Emre", until: at }];
    const mira = await staff([message(1)], { room: [staffRoom({ slow: 10 })], mutes: muted });
    const items = await menu(mira);
    expect(items.map((item) => [line(item), item.ariaChecked])).toEqual([
      ["Off", "false"],
      ["5 s", "false"],
      ["10 s", "true"],
      ["30 s", "false"],
      ["1 min", "false"],
      ["Allowed", "false"],
      ["Off", "true"],
      ["Unmute Emre until 10:00", null],
    ]);
    items[3]?.click();
    await settled();
    (await menu(mira))[7]?.click();
    expect(asked(mira)).toEqual([
      ["chat.slow", { seconds: 30 }],
      ["chat.mute", { user: "u-emre", name: "Emre", on: false, minutes: 0 }],
    ]);
  });

  test("says that nobody is muted", async () => {
    const shown = await staff([message(1)]);
    await menu(shown);
    expect(line(shown.find("[role=menu]"))).toContain("Muted people Nobody is muted");
  });

  test("mutes for a time from a message's menu, or lifts it there", async () => {
    const shown = await staff([message(1)]);
    const open = async (): Promise<void> => {
      shown.find("article").focus();
      await settled();
      await press(shown, "[aria-label=More]");
    };
    const item = (name: string) =>
      shown.all("[role=menu] .item").find((one) => line(one).startsWith(name));
    await open();
    item("Mute Priya")?.click();
    await settled();
    expect(shown.all("[role=menu] .item").map(line)).toEqual([
      ...["For 5 minutes", "For 15 minutes", "Until I lift it"],
    ]);
    item("For 15")?.click();
    await settled();
    expect(asked(shown)).toEqual([
      ["chat.mute", { user: "u-priya", name: "Priya", on: true, minutes: 15 }],
    ]);
    const mutes = [{ id: "u-priya", rev: 1, name: "Priya", until: at }];
    shown.model.say({ op: "batch", n: 1, set: { mutes } });
    await settled();
    await open();
    item("Unmute Priya")?.click();
    expect(asked(shown).at(-1)?.[1]).toMatchObject({ user: "u-priya", on: false });
  });

  test.each([
    ["en", 10, "Slow mode: one message every 10\u00a0s"],
    ["en", 60, "Slow mode: one message every 1\u00a0min"],
    ["tr", 10, "Yavaş mod: her 10 saniyede bir ileti"],
    ["tr", 120, "Yavaş mod: her 2 dakikada bir ileti"],
  ])("tells everybody of slow mode in %s: %i s", async (lang, slow, words) => {
    const shown = await student([message(1)], { room: [room({ slow })] });
    shown.model.set("options", { height: 420, lang });
    await settled();
    expect(shown.find(".slow").innerText.trim()).toBe(words);
    shown.model.say({ op: "batch", n: 1, set: { room: [room({ rev: 2 })] } });
    await settled();
    expect(shown.find(".slow").innerText).toBe("");
  });

  test.each([
    ["en", at, "You are muted until 10:00. You can read."],
    ["en", 0, "You are muted until an instructor lifts it. You can read."],
    ["tr", at, "Sessize alındınız. Bitiş: 10:00. Okuyabilirsiniz."],
    ["tr", 0, "Eğitmen kaldırana kadar sessize alındınız. Okuyabilirsiniz."],
  ])("says to who is muted until when, in place of the box, in %s", async (lang, muted, words) => {
    const shown = await student([message(1)], { room: [room({ can: ["search"], muted })] });
    shown.model.set("options", { height: 420, lang });
    await settled();
    expect(shown.all("textarea")).toEqual([]);
    expect(line(shown.find(".readonly"))).toBe(words);
    shown.model.say({ op: "batch", n: 1, set: { room: [room({ rev: 2 })] } });
    await settled();
    expect(shown.all("textarea")).toHaveLength(1);
  });

  test("keeps the draft of who is muted", async () => {
    const shown = await student([message(1)]);
    await shown.type("half a thou");
    const muted = room({ rev: 2, can: [], muted: 0 });
    shown.model.say({ op: "batch", n: 1, set: { room: [muted] } });
    await settled();
    shown.model.say({ op: "batch", n: 2, set: { room: [room({ rev: 3 })] } });
    await settled();
    expect(shown.find<HTMLTextAreaElement>("textarea").value).toBe("half a thou");
  });

  test("a notice of the kernel is said", async () => {
    const shown = await student([message(1)]);
    const data = { message: "The message was changed meanwhile." };
    shown.model.say({ op: "signal", name: "notice", data });
    await settled();
    expect(shown.text()).toContain(data.message);
  });

  test("a signal for another page is not ours", async () => {
    const shown = await student([message(1)]);
    const data = { message: "Not for us." };
    shown.model.say({ op: "signal", name: "notice", to: "another", data });
    await settled();
    expect(shown.text()).not.toContain(data.message);
  });
});

describe("code goes into a cell", () => {
  afterEach(() => {
    Reflect.deleteProperty(globalThis, "jupyterapp");
  });

  const code = message(1, { body: [["pre", { lang: "python" }, "a = 1\n"]] });

  const notebook = () => {
    const cells = [{ model: { sharedModel: { setSource: vi.fn<(source: string) => void>() } } }];
    const content = { activeCell: cells[0] };
    const execute = vi.fn(async () => {
      const cell = { model: { sharedModel: { setSource: vi.fn<(source: string) => void>() } } };
      cells.push(cell);
      content.activeCell = cell;
    });
    const commands = { hasCommand: (id: string) => id === "notebook:insert-cell-below", execute };
    Object.assign(globalThis, { jupyterapp: { commands, shell: { currentWidget: { content } } } });
    return { cells, execute };
  };

  test("only where the host allows it", async () => {
    const shown = await student([code]);
    expect(shown.all(".code button")).toHaveLength(1);
    const { cells, execute } = notebook();
    const inside = await student([code]);
    const insert = inside.find("[aria-label='Insert into a new cell']");
    insert.click();
    await settled();
    expect(execute).toHaveBeenCalledWith("notebook:insert-cell-below");
    expect(cells[1]?.model.sharedModel.setSource).toHaveBeenCalledWith("a = 1");
    expect(cells[0]?.model.sharedModel.setSource).not.toHaveBeenCalled();
    expect(inside.find(".copied").textContent).toBe("Inserted");
    // Of two things that were done, the last is said.
    vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    inside.find("[aria-label='Copy code']").click();
    await vi.waitFor(() => expect(inside.find(".copied").textContent).toBe("Copied"), PATIENT);
    insert.click();
    await vi.waitFor(() => expect(inside.find(".copied").textContent).toBe("Inserted"), PATIENT);
  });

  test("never into a cell that was there before", async () => {
    const { cells, execute } = notebook();
    execute.mockResolvedValue(undefined);
    const shown = await student([code]);
    shown.find(".code .insert").click();
    await settled();
    expect(cells[0]?.model.sharedModel.setSource).not.toHaveBeenCalled();
    expect(shown.find(".copied").textContent).toBe("");
  });
});
