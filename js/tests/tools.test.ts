import { afterEach, describe, expect, test, vi } from "vitest";
import type { Fields } from "../src/core/messages";
import { message, messages, room, staffRoom } from "./mock";
import { PATIENT } from "./patience";
import { closeAll, live, type Stage, settled } from "./stage";

afterEach(() => {
  closeAll();
  sessionStorage.clear();
});

const mine = { user: "u-tomas", name: "Tomas" };
const mira = { me: { id: "u-mira", name: "Mira", role: "instructor" } };

const student = (docs: unknown[], others: Record<string, unknown[]> = {}): Promise<Stage> =>
  live(docs, {}, {}, { room: [room()], ...others });

const staff = (docs: unknown[], others: Record<string, unknown[]> = {}): Promise<Stage> =>
  live(docs, mira, {}, { room: [staffRoom()], ...others });

const row = (shown: Stage, id: string): HTMLElement => shown.find(`[data-id=${id}] article`);

async function point(shown: Stage, id: string): Promise<void> {
  const event = new PointerEvent("pointerover", { bubbles: true, pointerType: "mouse" });
  row(shown, id).dispatchEvent(event);
  // While the list still scrolls, nothing is pointed at.
  await vi.waitFor(() => expect(row(shown, id).querySelector(".tools")).not.toBeNull(), PATIENT);
}

const button = (within: Element | ShadowRoot, name: string): HTMLElement => {
  const all = [...within.querySelectorAll<HTMLElement>("button")];
  const found = all.find((one) => (one.ariaLabel ?? one.innerText.trim()) === name);
  if (!found) throw new Error(`no ${name} in ${all.map((one) => one.ariaLabel ?? one.innerText)}`);
  return found;
};

async function more(shown: Stage, id: string): Promise<HTMLElement> {
  await point(shown, id);
  button(row(shown, id), "More").click();
  await settled();
  return shown.find("[role=menu]");
}

const items = (shown: Stage): string[] =>
  shown
    .all("[role=menu] .item")
    .map((item) => (item.querySelector("span")?.textContent ?? "").replace(/[\u2068\u2069]/g, ""));

async function choose(shown: Stage, name: string): Promise<void> {
  const found = shown.all("[role=menu] .item").find((item) => item.textContent?.startsWith(name));
  if (!found) throw new Error(`no ${name} in ${items(shown)}`);
  found.click();
  await settled();
}

async function key(shown: Stage, id: string, pressed: string): Promise<void> {
  row(shown, id).focus();
  await settled();
  shown.press(pressed);
  await settled();
}

const asked = (shown: Stage): [string, Fields][] =>
  shown.model
    .asked("intent")
    .filter(({ do: action }) => action !== "chat.read")
    .map(({ do: action, args }) => [action, args]);

describe("the tools of a message", () => {
  test("are those that can be used, and nothing else", async () => {
    const shown = await student([message(1), message(2, mine)]);
    await more(shown, "m1");
    expect(items(shown)).toEqual(["React", "Reply", "Copy text"]);
    shown.press("Escape");
    await settled();
    await more(shown, "m2");
    expect(items(shown)).toEqual(["React", "Reply", "Copy text", "Edit", "Delete"]);
  });

  test("of somebody who may only send: to copy", async () => {
    const shown = await live([message(1), message(2, mine)]);
    await point(shown, "m1");
    expect(row(shown, "m1").querySelectorAll(".tools button")).toHaveLength(1);
    await more(shown, "m2");
    expect(items(shown)).toEqual(["Copy text"]);
  });

  test("of staff: everybody's text, pins and voices, but no other staff's voice", async () => {
    const shown = await staff([message(1), message(2, { role: "instructor" })]);
    await more(shown, "m1");
    const all = ["React", "Reply", "Copy text", "Edit", "Pin", "Mute Priya", "Delete"];
    expect(items(shown)).toEqual(all);
    shown.press("Escape");
    await more(shown, "m2");
    expect(items(shown)).not.toContain("Mute Emre");
  });

  test("are none on what is not there yet", async () => {
    const { born: _, seq: __, ...doc } = message(1, { ...mine, state: "queued" });
    const shown = await student([message(2), doc]);
    await point(shown, "m2");
    row(shown, "m1").focus();
    await settled();
    expect(row(shown, "m1").querySelectorAll(".tools")).toHaveLength(0);
  });

  test("are none but to copy once the kernel is gone", async () => {
    const shown = await student([message(1)]);
    shown.model.emit("comm:close");
    await settled();
    await more(shown, "m1");
    expect(items(shown)).toEqual(["Copy text"]);
  });

  test("change when what one may do changes", async () => {
    const shown = await student([message(1)]);
    await point(shown, "m1");
    expect(row(shown, "m1").querySelectorAll(".tools button")).toHaveLength(3);
    const muted = room({ rev: 2, can: ["search"], muted: 0 });
    shown.model.say({ op: "batch", n: 1, set: { room: [muted] } });
    await settled();
    expect(row(shown, "m1").querySelectorAll(".tools button")).toHaveLength(1);
  });

  test("are seen under the pointer and with the focus, and are tab stops of one row only", async () => {
    const shown = await student([message(1), message(2), message(3)]);
    const stops = () => shown.all(".tools [tabindex='0']").length;
    expect([shown.all(".tools").length, stops()]).toEqual([1, 3]);
    const tools = () => getComputedStyle(row(shown, "m3").querySelector(".tools") as Element);
    expect(tools().opacity).toBe("0");
    row(shown, "m3").focus();
    await settled();
    expect(tools().opacity).toBe("1");
    await point(shown, "m1");
    expect(shown.all(".tools")).toHaveLength(2);
    expect(stops()).toBe(3);
  });
});

describe("a message's menu", () => {
  test("is one by the book: arrows, Home, End, letters, Escape", async () => {
    const shown = await staff([message(1), message(2)]);
    const menu = await more(shown, "m1");
    const at = () => shown.root.activeElement?.querySelector("span")?.textContent;
    expect(menu.getAttribute("aria-label")).toBe("Message actions");
    expect(at()).toBe("React");
    shown.press("ArrowUp");
    expect(at()).toBe("Delete");
    shown.press("ArrowDown");
    shown.press("ArrowDown");
    expect(at()).toBe("Reply");
    shown.press("End");
    expect(at()).toBe("Delete");
    shown.press("p");
    expect(at()).toBe("Pin");
    shown.press("Home");
    expect(at()).toBe("React");
    // Letters in quick succession are one word: nobody who types `mute` lands on another item.
    for (const letter of "mute") shown.press(letter);
    expect(at()).toContain("Mute");
    shown.press("Home");
    for (const letter of "rr") shown.press(letter);
    expect(at()).toBe("React");
    shown.press("Escape");
    await settled();
    expect(shown.all("[role=menu]")).toEqual([]);
    expect(shown.root.activeElement?.ariaLabel).toBe("More");
  });

  test("closes with a press elsewhere, and with a second one on its button", async () => {
    const shown = await student([message(1)]);
    await more(shown, "m1");
    shown
      .find("textarea")
      .dispatchEvent(new PointerEvent("pointerdown", { bubbles: true, composed: true }));
    await settled();
    expect(shown.all("[role=menu]")).toEqual([]);
    await more(shown, "m1");
    button(row(shown, "m1"), "More").click();
    await settled();
    expect(shown.all("[role=menu]")).toEqual([]);
  });

  test.each([
    ["low", 420, "m9"],
    ["short", 120, "m9"],
    ["very short", 40, "m9"],
    ["high", 420, "m1"],
  ])("is wholly in the view where it is %s", async (_, height, id) => {
    const shown = await staff(messages(1, 9).slice(id === "m1" ? 0 : 5));
    shown.model.set("options", { height, lang: "en" });
    await settled();
    const menu = await more(shown, id);
    const box = shown.find(".edu").getBoundingClientRect();
    const { top, bottom, left, right } = menu.getBoundingClientRect();
    expect([top >= box.top, bottom <= box.bottom, left >= box.left, right <= box.right]).toEqual([
      ...[true, true, true, true],
    ]);
    shown.press("End");
    const last = shown.root.activeElement?.getBoundingClientRect();
    expect(last?.bottom).toBeLessThanOrEqual(bottom);
  });

  test("holds the view while others write", async () => {
    const shown = await student(messages(1, 40));
    await more(shown, "m40");
    const { top } = row(shown, "m40").getBoundingClientRect();
    shown.model.say({ op: "batch", n: 1, set: { messages: messages(41, 44) } });
    await settled();
    expect(row(shown, "m40").getBoundingClientRect().top).toBeCloseTo(top, 0);
    expect(shown.all("[role=menu]")).toHaveLength(1);
  });

  test("copies the text", async () => {
    const shown = await student([message(1, { body: [["p", "a ", ["em", "b"]]] })]);
    const write = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    await more(shown, "m1");
    await choose(shown, "Copy text");
    expect(write).toHaveBeenCalledWith("a b");
  });
});

describe("keys on a message", () => {
  test("Delete asks in its place, and only its button does it", async () => {
    const shown = await student([message(1), message(2, mine)]);
    await key(shown, "m2", "Delete");
    expect(shown.find("[role=alertdialog]").innerText.replace(/\s+/g, " ")).toBe(
      "Delete this message? Delete Cancel",
    );
    expect(shown.root.activeElement?.textContent).toBe("Cancel");
    expect(asked(shown)).toEqual([]);
    button(shown.find("[role=alertdialog]"), "Delete").click();
    await settled();
    expect(asked(shown)).toEqual([["chat.delete", { id: "m2" }]]);
    expect(shown.all("[role=alertdialog]")).toEqual([]);
    expect(shown.root.activeElement).toBe(row(shown, "m2"));
  });

  test("Escape takes the question back", async () => {
    const shown = await student([message(2, mine)]);
    await key(shown, "m2", "Delete");
    shown.press("Escape");
    await settled();
    expect(shown.all("[role=alertdialog]")).toEqual([]);
    expect([asked(shown), shown.root.activeElement]).toEqual([[], row(shown, "m2")]);
  });

  test("the menu key opens the menu, Escape in a tool goes back to the message", async () => {
    const shown = await student([message(1)]);
    await key(shown, "m1", "ContextMenu");
    expect(items(shown)).toEqual(["React", "Reply", "Copy text"]);
    shown.press("Escape");
    await settled();
    expect(shown.root.activeElement).toBe(row(shown, "m1"));
    button(row(shown, "m1"), "Reply").focus();
    shown.press("Escape");
    expect(shown.root.activeElement).toBe(row(shown, "m1"));
  });

  test("do nothing where they may not", async () => {
    const shown = await student([message(1)]);
    await key(shown, "m1", "Delete");
    await key(shown, "m1", "e");
    expect(shown.all("[role=alertdialog]")).toEqual([]);
    expect(asked(shown)).toEqual([]);
  });

  test("R replies, E edits, + picks, but never with Ctrl", async () => {
    const shown = await student([message(1), message(2, mine)]);
    row(shown, "m1").focus();
    shown.press("+", { ctrlKey: true });
    shown.press("r", { metaKey: true });
    await settled();
    expect(shown.all("[role=dialog], .bar")).toEqual([]);
    await key(shown, "m1", "r");
    expect(shown.find(".bar").innerText).toContain("Message 1");
    await key(shown, "m2", "e");
    expect(asked(shown)).toEqual([["chat.source", { id: "m2" }]]);
    await key(shown, "m1", "+");
    expect(shown.find("[role=dialog]").getAttribute("aria-label")).toBe("Pick an emoji");
  });
});

describe("reactions", () => {
  const reactions = [
    { emoji: "👍", count: 5, names: ["Ada", "Jonas"], own: true },
    { emoji: "🎉", count: 1, names: ["Wei"] },
  ];

  test("say who, and whether one's own is among them", async () => {
    const shown = await student([message(1, { reactions })]);
    const chips = shown.all(".rx .chip[aria-pressed]");
    expect(
      chips.map((chip) => [chip.ariaLabel?.replace(/[\u2068\u2069]/g, ""), chip.ariaPressed]),
    ).toEqual([
      ["👍 5: Ada, Jonas and 3 more", "true"],
      ["🎉 1: Wei", "false"],
    ]);
    expect(chips[0]?.title).toBe(chips[0]?.ariaLabel);
    shown.model.set("options", { height: 420, lang: "tr" });
    await settled();
    expect(chips[0]?.title.replace(/[\u2068\u2069]/g, "")).toBe("👍 5: Ada, Jonas ve 3 kişi daha");
  });

  test("are set and unset with a press, seen at once", async () => {
    const shown = await student([message(1, { reactions })]);
    const counts = () => shown.all(".rx .chip[aria-pressed]").map((chip) => chip.innerText.trim());
    const chip = (place: number) => shown.all(".rx .chip[aria-pressed]")[place] as HTMLElement;
    chip(1).click();
    await settled();
    expect([chip(1).ariaPressed, chip(1).innerText.replace(/\s/g, "")]).toEqual(["true", "🎉2"]);
    chip(0).click();
    chip(1).click();
    await settled();
    expect(counts().map((text) => text.replace(/\s/g, ""))).toEqual(["👍4", "🎉1"]);
    expect(asked(shown)).toEqual([
      ["chat.react", { id: "m1", emoji: "🎉", on: true }],
      ["chat.react", { id: "m1", emoji: "👍", on: false }],
      ["chat.react", { id: "m1", emoji: "🎉", on: false }],
    ]);
  });

  test("are what the kernel says, and go back if it refuses", async () => {
    const shown = await student([message(1, { reactions })]);
    const chip = () => shown.all(".rx .chip[aria-pressed]")[1] as HTMLElement;
    chip().click();
    await settled();
    const [intent] = shown.model.asked("intent", "chat.react");
    const refusal = { op: "refused", to: shown.model.page, id: intent?.id, code: 1 };
    shown.model.say({ ...refusal, message: "Not now." });
    await settled();
    expect([chip().ariaPressed, chip().innerText.replace(/\s/g, "")]).toEqual(["false", "🎉1"]);
    expect(shown.text()).toContain("Not now.");
    chip().click();
    const changed = message(1, { seq: 9, reactions: [{ emoji: "❤️", count: 1, names: [] }] });
    shown.model.say({ op: "batch", n: 1, set: { messages: [changed] } });
    await settled();
    expect(shown.find(".rx .chip[aria-pressed]").innerText.replace(/\s/g, "")).toBe("❤️1");
  });

  test("cannot be pressed by who may not, nor taken back where that is not to be had", async () => {
    const watching = await live([message(1, { reactions })], {}, {}, { room: [room({ can: [] })] });
    expect(watching.all(".rx button")).toEqual([]);
    expect(watching.find(".rx .sr").textContent).toContain("including yours");
    const base = room({ can: ["send", "react"] });
    const shown = await live([message(1, { reactions })], {}, {}, { room: [base] });
    expect(shown.all(".rx .chip.own button, button.chip.own")).toEqual([]);
    expect(shown.all(".rx button[aria-pressed]")).toHaveLength(1);
  });
});

describe("the picker", () => {
  const open = async (lang = "en"): Promise<Stage> => {
    const shown = await student([message(1), message(2)]);
    shown.model.set("options", { height: 420, lang });
    await settled();
    await key(shown, "m2", "+");
    return shown;
  };

  const type = async (shown: Stage, text: string): Promise<void> => {
    const box = shown.find<HTMLInputElement>(".picker .find input");
    box.value = text;
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await settled();
  };

  const names = (shown: Stage): (string | null)[] =>
    shown.all(".grids button").map((one) => one.ariaLabel);

  test("finds by a word in English, and Enter takes the first", async () => {
    const shown = await open();
    expect(shown.root.activeElement).toBe(shown.find(".picker .find input"));
    await type(shown, "light bu");
    expect(names(shown)).toEqual(["light bulb"]);
    expect(shown.find(".picker [role=status]").textContent).toBe("1 found");
    shown.press("Enter");
    await settled();
    expect(asked(shown)).toEqual([["chat.react", { id: "m2", emoji: "💡", on: true }]]);
    expect(shown.all("[role=dialog]")).toEqual([]);
    expect(shown.root.activeElement).toBe(row(shown, "m2"));
  });

  test("finds by a word in Turkish, whatever the i, and says when there is none", async () => {
    const shown = await open("tr");
    await type(shown, "YILDIZ");
    expect(names(shown)).toContain("yıldız");
    await type(shown, "zzz");
    expect(names(shown)).toEqual([]);
    expect(shown.find(".picker").innerText).toContain("Emoji bulunamadı");
  });

  test("moves with arrows as it is seen, and back to the box", async () => {
    const shown = await open();
    shown.press("ArrowDown");
    const all = () => shown.all(".grids button");
    const at = () => all().indexOf(shown.root.activeElement as HTMLElement);
    expect(at()).toBe(0);
    shown.press("ArrowRight");
    expect(at()).toBe(1);
    shown.press("ArrowDown");
    const first = all()[1]?.getBoundingClientRect();
    const below = all()[at()]?.getBoundingClientRect();
    expect([below?.left, (below?.top ?? 0) > (first?.top ?? 0)]).toEqual([first?.left, true]);
    shown.press("ArrowUp");
    shown.press("ArrowUp");
    await settled();
    expect(shown.root.activeElement).toBe(shown.find(".picker .find input"));
    shown.press("Tab");
    expect(at()).toBe(1);
    shown.press("Tab", { shiftKey: true });
    expect(shown.root.activeElement).toBe(shown.find(".picker .find input"));
    shown.press("Escape");
    await settled();
    expect(shown.all("[role=dialog]")).toEqual([]);
  });

  test("is left by Tab at both ends, to go on from where it opened", async () => {
    for (const ways of [["Tab", "Tab"], ["Shift+Tab"]]) {
      const shown = await open();
      const last = ways.map((way) => shown.press("Tab", { shiftKey: way.startsWith("Shift") }));
      expect(last.at(-1)?.defaultPrevented).toBe(false);
      expect(shown.root.activeElement).toBe(row(shown, "m2"));
      await settled();
      expect(shown.all("[role=dialog]")).toEqual([]);
      closeAll();
    }
  });

  test("offers eight at once, the ones used last first", async () => {
    const shown = await open();
    expect(shown.all("[aria-label='Frequently used'] button")).toHaveLength(8);
    await type(shown, "unicorn");
    shown.press("Enter");
    await settled();
    await key(shown, "m2", "+");
    const often = shown.all("[aria-label='Frequently used'] button").map((one) => one.innerText);
    expect([often[0], often.length]).toEqual(["🦄", 8]);
  });

  test("fits into 360 px", async () => {
    const shown = await student([message(1)]);
    shown.el.style.width = "360px";
    await settled();
    await key(shown, "m1", "+");
    const box = shown.find(".edu").getBoundingClientRect();
    const { left, right } = shown.find(".float").getBoundingClientRect();
    expect([left >= box.left, right <= box.right]).toEqual([true, true]);
    expect(shown.find(".grids").scrollWidth).toBe(shown.find(".grids").clientWidth);
    for (const one of shown.all(".grids button").slice(0, 9)) {
      expect(Math.min(one.clientWidth, one.clientHeight)).toBeGreaterThanOrEqual(32);
    }
  });
});

describe("what is changing", () => {
  test.each([
    ["en", "Saving", "Waiting", "Deleting", "Sent, unconfirmed", "edited"],
    ["tr", "Kaydediliyor", "Sırada", "Siliniyor", "Gönderildi, doğrulanmadı", "düzenlendi"],
  ])("says so in %s", async (lang, ...words) => {
    const docs = [
      message(1, { ...mine, editing: "pending" }),
      message(2, { ...mine, editing: "queued", at: 1 }),
      message(3, { ...mine, deleting: true }),
      { ...message(4, mine), state: "unconfirmed" },
      message(6, { edited: 5 }),
      message(7, { user: "u-priya", name: "Priya" }),
      message(8, { user: "u-priya", name: "Priya", edited: 5 }),
    ];
    const shown = await student(docs);
    shown.model.set("options", { height: 900, lang });
    await settled();
    const said = shown.all(".state").map((state) => state.innerText.trim());
    expect(said).toEqual([...words, ...[]]);
    expect(shown.all(".pend")).toHaveLength(3);
    expect(shown.find("[data-id=m6] header").innerText).toContain(words.at(-1));
    await point(shown, "m3");
    expect(row(shown, "m3").querySelectorAll(".tools button")).toHaveLength(1);
  });
});

describe("a quote", () => {
  test("leads to what it quotes, which stands out", async () => {
    const docs = messages(1, 200);
    docs[198] = message(199, { replyTo: "m20" });
    const shown = await student(docs);
    shown.find("[data-id=m199] .quote").click();
    await expect.poll(() => shown.all("[data-id=m20] .flash").length).toBe(1);
    const view = shown.find(".log").getBoundingClientRect();
    await settled();
    const { top, bottom } = row(shown, "m20").getBoundingClientRect();
    expect([top >= view.top, bottom <= view.bottom]).toEqual([true, true]);
    expect(shown.root.activeElement).toBe(row(shown, "m20"));
  });

  test("asks for older messages until it is there", async () => {
    const docs = [...messages(101, 140), message(141, { replyTo: "m30" })];
    const shown = await live(docs, {}, { floor: 101, more: true }, { room: [room()] });
    const older = () => shown.model.asked("intent", "chat.older").length;
    expect(shown.find("[data-id=m141] .quote").innerText).toContain("An earlier message");
    shown.find("[data-id=m141] .quote").click();
    await expect.poll(older).toBe(1);
    const page = { op: "page", to: shown.model.page, in: "messages", more: true };
    shown.model.say({ ...page, docs: messages(51, 100), floor: 51 });
    await expect.poll(older).toBe(2);
    shown.model.say({ ...page, docs: messages(1, 50), floor: 1, more: false });
    await expect.poll(() => shown.all("[data-id=m30] .flash").length).toBe(1);
    expect(shown.find("[data-id=m30] .text").innerText).toBe("Message 30");
  });

  test("says that what it quotes was deleted, also when that happens now", async () => {
    const reply = message(2, { replyTo: "m1" });
    const shown = await live([message(1), reply], {}, { floor: 1, more: true }, { room: [room()] });
    shown.model.say({ op: "batch", n: 1, del: { messages: ["m1"] } });
    await settled();
    expect(shown.find(".quote").textContent).toBe("In reply toDeleted message");
    expect(shown.all("button.quote")).toEqual([]);
  });
});

describe("kinds of messages", () => {
  test("a file has its name and, where it leads somewhere, its host", async () => {
    const link = (href: string) => [["p", ["a", { href }, "notes.ipynb"]]];
    const shown = await student([
      message(1, { type: "file", body: link("https://files.example.org/a/notes.ipynb") }),
      message(2, { type: "file", body: link("javascript:alert(1)") }),
      message(3, { type: "file", body: "data.csv" }),
    ]);
    const anchor = shown.find<HTMLAnchorElement>("a.file");
    expect([anchor.href, anchor.rel]).toEqual([
      ...["https://files.example.org/a/notes.ipynb", "noopener noreferrer"],
    ]);
    expect(anchor.innerText.replace(/\s+/g, " ")).toContain("notes.ipynb files.example.org");
    expect(shown.all("p.file").map((file) => file.textContent)).toEqual([
      ...["Filenotes.ipynb", "Filedata.csv"],
    ]);
  });

  test("a message of the system has no author and no tools", async () => {
    const opened = message(1, { type: "system", body: "Mira opened the poll" });
    const shown = await staff([opened, message(2)]);
    await point(shown, "m2");
    row(shown, "m1").focus();
    await settled();
    expect(row(shown, "m1").innerText).toBe("Mira opened the poll");
    expect(row(shown, "m1").querySelectorAll(".tools")).toHaveLength(0);
  });

  test("long code and long tables are folded, short ones are not", async () => {
    const lines = (count: number) =>
      Array.from({ length: count }, (_, at) => `a = ${at}`).join("\n");
    const table = (count: number) => [
      "table",
      ...Array.from({ length: count }, (_, at) => ["tr", ["td", `${at}`]]),
    ];
    const wide = ["pre", "x".repeat(5_000)];
    const shown = await student([
      message(1, { body: [["pre", lines(30)]] }),
      message(2, { body: [table(14)] }),
      message(3, { body: [["pre", lines(8)]] }),
      message(4, { body: [table(5)] }),
      message(5, { body: [wide] }),
    ]);
    expect(
      shown.all(".folded").map((text) => text.closest<HTMLElement>(".slot")?.dataset.id),
    ).toEqual(["m1", "m2"]);
  });
});
