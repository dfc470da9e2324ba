// What people met in a chat of three, and what they see since.

import { afterEach, expect, test, vi } from "vitest";
import type { Fields } from "../src/core/messages";
import { message, messages, room, staffRoom } from "./mock";
import { PATIENT } from "./patience";
import { closeAll, freshCourse, live, type Stage, settled, stage } from "./stage";

afterEach(() => {
  closeAll();
  sessionStorage.clear();
});

const mine = { user: "u-tomas", name: "Tomas" };
const everything = "send reply edit delete react unreact ask typing read search".split(" ");
const focused = (shown: Stage): Element | null => shown.root.activeElement;
const box = (shown: Stage) => shown.find<HTMLTextAreaElement>("textarea");
const rowOf = (shown: Stage, id: string) => shown.find(`.slot[data-id="${id}"] article`);

const signal = (shown: Stage, name: string, data: Fields): void =>
  shown.model.say({ op: "signal", name, to: shown.model.page, data });

async function open(course: string, docs: unknown[], lang = "en"): Promise<Stage> {
  const shown = stage({ course, options: { height: 420, lang } });
  shown.model.snapshot(docs, {}, {}, { room: [room({ can: everything })] });
  await settled();
  return shown;
}

async function key(shown: Stage, id: string, pressed: string): Promise<void> {
  rowOf(shown, id).focus();
  shown.press(pressed);
  await settled();
}

test("a change that is not saved yet is there again after a reload, and knows what it saw", async () => {
  const course = freshCourse();
  const shown = await open(course, [message(1, mine)]);
  await key(shown, "m1", "e");
  signal(shown, "source", { id: "m1", text: "one", version: 3 });
  await settled();
  await shown.type("one and a half");
  expect(sessionStorage.getItem(`edu-widgets:edit:${course}`)).toContain("one and a half");
  shown.end();

  const again = stage({ course, options: { height: 420, lang: "en" } });
  await settled();
  again.model.snapshot([message(1, mine)], {}, {}, { room: [room({ can: everything })] });
  await settled();
  expect(box(again).value).toBe("one and a half");
  expect(again.find(".bar").textContent).toContain("Editing your message");
  expect(focused(again)).toBeNull();
  box(again).focus();
  again.press("Enter");
  await settled();
  expect(again.model.asked("intent", "chat.edit")[0]?.args).toEqual({
    ...{ id: "m1", text: "one and a half", version: 3 },
  });
  expect(sessionStorage.getItem(`edu-widgets:edit:${course}`)).toBeNull();
});

test("a change of a message that has gone meanwhile becomes the draft", async () => {
  const course = freshCourse();
  const shown = await open(course, [message(1, mine), message(2)]);
  await key(shown, "m1", "e");
  signal(shown, "source", { id: "m1", text: "one", version: 0 });
  await settled();
  await shown.type("one and a half");
  shown.end();
  const again = await open(course, [message(2)]);
  expect(again.all(".bar")).toEqual([]);
  expect(box(again).value).toBe("one and a half");
});

test("why something was refused is said in the reader's language, in full", async () => {
  const shown = await open(freshCourse(), [message(1, mine)], "tr");
  const why = "You are muted until 2026-11-23 10:15 UTC.";
  signal(shown, "notice", { message: why, code: 4501, what: "add_reaction", id: "m1" });
  await settled();
  expect(shown.find(".refusal").textContent).toBe("Buna izniniz yok.");
  // What no code tells is shown as it came; at 360 px it takes the lines it needs.
  const said = "Please be kind, and wait until the instructor has answered the others. ".repeat(2);
  shown.el.style.width = "360px";
  signal(shown, "notice", { message: said });
  await settled();
  const text = shown.find(".refusal > span");
  expect(text.textContent).toBe(said);
  expect(text.scrollWidth).toBeLessThanOrEqual(text.clientWidth);
  expect(text.scrollHeight).toBeLessThanOrEqual(text.clientHeight);
  const icon = shown.find(".refusal > .i").getBoundingClientRect();
  expect(text.getBoundingClientRect().left - icon.right).toBeGreaterThanOrEqual(4);
  // Even a service without measure does not push the chat away.
  signal(shown, "notice", { message: "W".repeat(8_000) });
  await settled();
  expect(shown.find(".foot").clientHeight).toBeLessThan(80);
});

test("a message that was not sent says so in the reader's language", async () => {
  const { born: _, seq: __, ...doc } = message(1, mine);
  const failed = { ...doc, state: "failed", error: "Too many of them.", code: 4514 };
  const shown = await open(freshCourse(), [failed], "tr");
  expect(shown.find(".why").textContent).toContain("Bu değer kabul edilmiyor.");
  // It reads on from line to line: what happened is never a column of its own beside the reason.
  const said = { ...failed, rev: 1, code: 1, error: "You are muted until 2026-11-23 10:15 UTC." };
  shown.el.style.width = "360px";
  shown.model.say({ op: "batch", n: 1, set: { messages: [said] } });
  await settled();
  const reason = shown.find(".why bdi").getClientRects();
  expect(reason.length).toBe(2);
  expect(reason[1]?.left).toBeLessThan(reason[0]?.left ?? 0);
});

test("what is said of a text that was not saved has the whole line", async () => {
  const shown = await open(freshCourse(), [message(1, mine)], "tr");
  shown.el.style.width = "360px";
  await key(shown, "m1", "e");
  signal(shown, "source", { id: "m1", text: "one", version: 0 });
  await settled();
  await shown.send("uno");
  signal(shown, "notice", { message: "No.", code: 4511, what: "edit_message", id: "m1" });
  await settled();
  signal(shown, "source", { id: "m1", text: "eins", version: 1 });
  await settled();
  const title = shown.find(".bar b");
  expect(title.textContent).toBe("Kaydedilmedi. Metniniz duruyor.");
  expect(title.scrollWidth).toBeLessThanOrEqual(title.clientWidth);
});

test("who is muted while writing stays in the chat", async () => {
  const shown = await open(freshCourse(), [message(1), message(2)]);
  await shown.type("half a th");
  expect(focused(shown)).toBe(box(shown));
  const muted = room({ rev: 2, can: ["search"], muted: 0 });
  shown.model.say({ op: "batch", n: 1, set: { room: [muted] } });
  await settled();
  expect(shown.all("textarea")).toEqual([]);
  expect(focused(shown)).toBe(rowOf(shown, "m2"));
});

test("a question to delete a message is in sight as a whole", async () => {
  const shown = await open(
    freshCourse(),
    messages(1, 40).map((doc) => ({ ...doc, ...mine })),
  );
  await key(shown, "m40", "Delete");
  await vi.waitFor(() => {
    const dialog = shown.find(".confirm").getBoundingClientRect();
    const log = shown.find(".log").getBoundingClientRect();
    // With the ring around its button.
    expect(dialog.bottom + 4).toBeLessThanOrEqual(log.bottom);
  }, PATIENT);
});

test("Escape ends a search from the message it led to", async () => {
  const shown = await open(freshCourse(), messages(1, 30));
  shown.find(".lookup").click();
  await settled();
  rowOf(shown, "m30").focus();
  shown.press("Escape");
  await settled();
  expect(shown.all(".search")).toEqual([]);
  expect(focused(shown)?.tagName).toBe("ARTICLE");
});

test("the focus goes with a question that is answered", async () => {
  const asked = (born: number, more: Fields = {}): Fields => ({
    ...{ id: `m${born}`, born, seq: born, user: "u-ada", name: "Ada", text: `q${born}` },
    ...{ at: born, votes: 0, own: false, mine: false, ...more },
  });
  const questions = [asked(1), asked(2)];
  const mira = { me: { id: "u-mira", name: "Mira", role: "instructor" } };
  const shown = await live([message(1), message(2)], mira, {}, { room: [staffRoom()], questions });
  shown.find(".tab").click();
  await settled();
  shown.find('li[data-id="m1"] button[aria-label="Mark as answered"]').focus();
  shown.model.say({ op: "batch", n: 1, set: { questions: [asked(1, { seq: 9, answered: 9 })] } });
  await settled();
  expect(focused(shown)?.closest("li")?.dataset.id).toBe("m1");
  expect(focused(shown)?.ariaLabel).toBe("Mark as open");
  // And to the next one, if it is gone.
  shown.model.say({ op: "batch", n: 2, del: { questions: ["m1"] } });
  await settled();
  expect(focused(shown)?.closest("li")?.dataset.id).toBe("m2");
  shown.press("Escape");
  await settled();
  expect(focused(shown)).toBe(shown.find(".tab"));
  expect(shown.all(".log")).toHaveLength(1);
});

test("Retry now keeps the focus in its place once there is a connection", async () => {
  const shown = await open(freshCourse(), [message(1)]);
  const lesson = { state: "offline", nextTryIn: 40_000 };
  shown.model.say({ op: "batch", n: 1, lesson });
  await settled();
  shown.find(".banner button").focus();
  shown.model.say({ op: "batch", n: 2, lesson: { state: "live", nextTryIn: null } });
  await settled();
  // A slow machine may say by now that the kernel does not answer.
  expect(shown.all(".banner button")).toEqual([]);
  expect(focused(shown)?.className).toBe("banners");
});
