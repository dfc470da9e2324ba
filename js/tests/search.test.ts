import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { message, messages } from "./mock";
import { closeAll, live, type Stage, settled, stage } from "./stage";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(closeAll);

const state = { id: "room", rev: 1, can: ["send", "search", "reply"], slow: 0, read: 0, unread: 0 };

async function open(docs: unknown[], { lang = "en", lesson = {}, window = {} } = {}) {
  const shown = stage({ options: { height: 420, lang } });
  shown.model.snapshot(docs, lesson, window, { room: [state] });
  await settled();
  return shown;
}

const input = (shown: Stage): HTMLInputElement => shown.find<HTMLInputElement>(".search input");

const focused = (shown: Stage): Element | null => shown.root.activeElement;

async function press(shown: Stage, key: string): Promise<KeyboardEvent> {
  const event = shown.press(key);
  await settled();
  return event;
}

async function write(shown: Stage, text: string): Promise<void> {
  input(shown).focus();
  input(shown).value = text;
  input(shown).dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
  await settled();
}

async function rest(time = 260): Promise<void> {
  vi.advanceTimersByTime(time);
  await settled();
}

async function lookFor(shown: Stage, text: string): Promise<void> {
  if (shown.all(".search").length === 0) shown.find(".lookup").click();
  await settled();
  await write(shown, text);
  await rest();
}

const asked = (shown: Stage): unknown[] =>
  shown.model.asked("intent", "chat.search").map(({ args }) => args);

async function answer(shown: Stage, query: string, docs: unknown[], more = false): Promise<void> {
  const data = { query, docs, more };
  shown.model.say({ op: "signal", name: "found", to: shown.model.page, data });
  await settled();
}

const hits = (shown: Stage): string[] => shown.all(".hit").map((hit) => hit.innerText);

const status = (shown: Stage): string => shown.find(".search [role=status]").innerText;

const old = (born: number, more = {}) =>
  message(born, { at: new Date(2026, 2, 4).getTime(), ...more });

describe("searching the service", () => {
  test("asks once one rests, and shows what was found, newest first, with marks", async () => {
    const shown = await open(messages(101, 150), { window: { floor: 101, more: true } });
    shown.find(".lookup").click();
    await settled();
    expect(focused(shown)).toBe(input(shown));
    await write(shown, "sh");
    await rest(200);
    await write(shown, "shape");
    await rest(200);
    expect(asked(shown)).toEqual([]);
    await rest(60);
    expect(asked(shown)).toEqual([{ query: "shape" }]);
    expect(status(shown)).toBe("Searching");
    await answer(shown, "sh", [old(9)]);
    expect(hits(shown)).toEqual([]);
    const body = [["p", "The ", ["code", "Shape"], " of <b>a</b>"]];
    await answer(shown, "shape", [old(20, { body }), old(3, { name: "Shapeshifter", body: "x" })]);
    expect(status(shown)).toBe("2 found");
    expect(hits(shown).map((hit) => hit.replace(/\s+/g, " "))).toEqual([
      "Deniz Mar 4, 2026 00:00 The Shape of <b>a</b>",
      "Shapeshifter Mar 4, 2026 00:00 x",
    ]);
    expect(shown.all(".hit mark").map((mark) => mark.textContent)).toEqual(["Shape", "Shape"]);
    expect(shown.all(".hit b b")).toEqual([]);
  });

  test("More asks for older ones, and adds them", async () => {
    const shown = await open(messages(1, 3));
    await lookFor(shown, "x");
    await answer(shown, "x", [old(40), old(30)], true);
    expect(status(shown)).toBe("2+ found");
    shown.find(".hits > .btn").click();
    await settled();
    expect(asked(shown).at(-1)).toEqual({ query: "x", before: 30 });
    await answer(shown, "x", [old(40), old(30)], true);
    await answer(shown, "x", [old(20)]);
    expect(shown.all(".hit")).toHaveLength(3);
    expect(shown.all(".hits > .btn")).toEqual([]);
  });

  test("More goes on where the kernel says, also if nothing of that page could be shown", async () => {
    const shown = await open(messages(1, 3));
    await lookFor(shown, "x");
    const data = { query: "x", docs: [], more: true, floor: 17 };
    shown.model.say({ op: "signal", name: "found", to: shown.model.page, data });
    await settled();
    shown.find(".hits > .btn").click();
    expect(asked(shown).at(-1)).toEqual({ query: "x", before: 17 });
  });

  test("nothing found says so, in Turkish too", async () => {
    const shown = await open(messages(1, 3), { lang: "tr" });
    await lookFor(shown, "ısı");
    await answer(shown, "ısı", []);
    expect(status(shown)).toBe("Sonuç yok");
    expect(shown.find(".hits").innerText).toContain("Sonuç yok");
    await answer(shown, "ısı", [old(1, { body: "çok" })]);
    expect(hits(shown)).toEqual([]);
  });

  test("a service that does not answer leaves what is loaded", async () => {
    const shown = await open([message(1, { body: "the shape" }), message(2)]);
    await lookFor(shown, "SHAPE");
    await rest(5_000);
    expect(hits(shown)).toHaveLength(1);
    expect(shown.find(".note").textContent).toBe("Searching only what is loaded");
  });
});

describe("what is loaded", () => {
  const docs = [
    message(1, { body: "Isı ve ışık" }),
    message(2, { body: [["p", "İSTANBUL"]] }),
    message(3, { body: "crème" }),
  ];

  test.each([
    ["isi", 1],
    ["istanbul", 1],
    ["CREME", 1],
    ["priya", 1],
    ["i", 2],
    ["zzz", 0],
  ])("is searched offline: %s", async (query, count) => {
    const shown = await open(docs, { lesson: { state: "offline" } });
    await lookFor(shown, query);
    expect(shown.all(".hit")).toHaveLength(count);
    expect(asked(shown)).toEqual([]);
    expect(shown.find(".note").textContent).toBe("Searching only what is loaded");
  });

  test("and again on the service, once there is a connection", async () => {
    const shown = await open(docs, { lesson: { state: "offline" } });
    await lookFor(shown, "isi");
    shown.model.say({ op: "batch", n: 1, lesson: { state: "live" } });
    await settled();
    await press(shown, "Enter");
    expect(asked(shown)).toEqual([{ query: "isi" }]);
    await answer(shown, "isi", [message(40, { body: "ısı" }), docs[0]]);
    expect(shown.all(".hit")).toHaveLength(2);
    expect(shown.all(".note")).toEqual([]);
  });

  test("and on a service that cannot search, page by page", async () => {
    const shown = await live(messages(1, 120));
    await lookFor(shown, "message");
    expect(shown.all(".hit")).toHaveLength(50);
    expect(hits(shown)[0]).toContain("Message 120");
    shown.find(".hits > .btn").click();
    await settled();
    expect(shown.all(".hit")).toHaveLength(100);
    expect(status(shown)).toBe("100+ found");
  });
});

describe("by keyboard", () => {
  test("/ in the list opens it, arrows move, Enter goes to the message, Esc back", async () => {
    const shown = await open(messages(1, 200));
    const scrolled = shown.find(".log");
    scrolled.scrollTop = scrolled.scrollHeight - 1_500;
    await settled();
    await settled();
    const top = scrolled.getBoundingClientRect().top;
    const firstSeen = () =>
      shown.all(".slot").find((slot) => slot.getBoundingClientRect().bottom > top);
    const before = { id: firstSeen()?.dataset.id, at: firstSeen()?.getBoundingClientRect().top };
    shown.find<HTMLElement>('article[tabindex="0"]').focus({ preventScroll: true });
    expect((await press(shown, "/")).defaultPrevented).toBe(true);
    expect(focused(shown)).toBe(input(shown));
    await write(shown, "message 7");
    await rest();
    await answer(shown, "message 7", [message(79), message(7)]);
    await press(shown, "ArrowDown");
    expect(focused(shown)?.textContent).toContain("Message 79");
    await press(shown, "ArrowDown");
    expect(focused(shown)?.textContent).toContain("Message 7");
    await press(shown, "ArrowUp");
    await press(shown, "ArrowUp");
    expect(focused(shown)).toBe(input(shown));
    await press(shown, "Enter");
    (focused(shown) as HTMLElement).click();
    await vi.waitFor(() => expect(shown.all(".flash")).toHaveLength(1));
    const article = shown.find(".flash");
    expect(article.closest<HTMLElement>(".slot")?.dataset.id).toBe("m79");
    await settled();
    expect(focused(shown)).toBe(article);
    expect(shown.all(".hit")).toEqual([]);
    const box = article.getBoundingClientRect();
    expect(box.top).toBeGreaterThan(scrolled.getBoundingClientRect().top);
    input(shown).focus();
    await press(shown, "Escape");
    await settled();
    expect(shown.all(".search")).toEqual([]);
    expect(firstSeen()?.dataset.id).toBe(before.id);
    expect(firstSeen()?.getBoundingClientRect().top).toBeCloseTo(before.at ?? 0, 0);
    expect(focused(shown)?.closest<HTMLElement>(".slot")?.dataset.id).toBe(before.id);
  });

  test("/ and all else in text boxes is text", async () => {
    const shown = await open(messages(1, 3));
    await shown.type("a");
    expect((await press(shown, "/")).defaultPrevented).toBe(false);
    expect(shown.all(".search")).toEqual([]);
  });

  test("Esc without a jump leaves everything as it was", async () => {
    const shown = await open(messages(1, 100));
    const scrolled = shown.find(".log");
    scrolled.scrollTop = 700;
    await settled();
    await settled();
    const top = shown.find('[data-id="m60"]').getBoundingClientRect().top;
    await lookFor(shown, "Message 3");
    await answer(shown, "Message 3", [message(3)]);
    await press(shown, "Escape");
    expect(shown.all(".search, .hits")).toEqual([]);
    expect(shown.find('[data-id="m60"]').getBoundingClientRect().top).toBe(top);
  });
});

test("a message that is not loaded is loaded, with a word for it, and then shown", async () => {
  const shown = await open(messages(101, 150), { window: { floor: 101, more: true } });
  await lookFor(shown, "message 12");
  await answer(shown, "message 12", [message(12)]);
  shown.find(".hit").click();
  await settled();
  expect(shown.model.asked("intent", "chat.reach").map(({ args }) => args)).toEqual([
    { id: "m12", born: 12, before: 101 },
  ]);
  expect(shown.text()).toContain("Loading earlier messages");
  expect(focused(shown)).toBe(input(shown));
  const page = { op: "page", to: shown.model.page, in: "messages" };
  shown.model.say({ ...page, docs: messages(51, 100), floor: 51, more: true });
  await settled();
  expect(shown.text()).toContain("Loading earlier messages");
  shown.model.say({ ...page, docs: messages(1, 50), floor: 1, more: false });
  await vi.waitFor(() => expect(shown.all(".flash")).toHaveLength(1));
  expect(shown.find(".flash").textContent).toContain("Message 12");
  await settled();
  expect(shown.text()).not.toContain("Loading earlier messages");
});

test.each(["en", "tr"])("is accessible in %s", async (lang) => {
  vi.useRealTimers();
  const shown = await open(messages(1, 30), { lang });
  shown.find(".lookup").click();
  await settled();
  await write(shown, "message");
  shown.press("Enter");
  await answer(shown, "message", [message(20), message(3)], true);
  for (const animation of shown.root.getAnimations()) {
    if (Number(animation.effect?.getComputedTiming().endTime) < Infinity) animation.finish();
  }
  const { violations } = await axe.run(shown.el, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    rules: { region: { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
});
