import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { finishAnimations, RULES, told } from "./accessible";
import { message, messages } from "./mock";
import { PATIENT } from "./patience";
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

const note = (shown: Stage): string =>
  shown
    .all(".hits .note")
    .map((line) => line.textContent?.trim())
    .join();

const old = (born: number, more = {}) =>
  message(born, { at: new Date(2020, 2, 4).getTime(), ...more });

describe("searching the service", () => {
  test("what one writes is seen, and not under what was found", async () => {
    const shown = await open(messages(1, 50));
    await lookFor(shown, "shape");
    await answer(shown, "shape", [message(7, { body: "the shape" })]);
    expect(hits(shown)).toHaveLength(1);
    await shown.send("I see");
    expect(hits(shown)).toHaveLength(0);
    const last = shown.all("article").at(-1);
    expect(last?.innerText).toContain("I see");
    expect(last?.checkVisibility({ visibilityProperty: true })).toBe(true);
  });

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
      "Deniz Mar 4, 2020, 00:00 The Shape of <b>a</b>",
      "Shapeshifter Mar 4, 2020, 00:00 x",
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

  test("a service that does not answer leaves what is loaded, until it does", async () => {
    const shown = await open([message(1, { body: "the shape" }), message(2)]);
    await lookFor(shown, "SHAPE");
    await rest(5_000);
    expect(hits(shown)).toHaveLength(1);
    expect(note(shown)).toBe(
      "Only what is loaded was searched. The service has not answered yet; the rest follows when it does.",
    );
    await answer(shown, "SHAPE", [old(40, { body: "shapes" }), old(1, { body: "the shape" })]);
    expect(hits(shown)).toHaveLength(2);
    expect(note(shown)).toBe("");
  });
});

describe("a search that the service refuses for now", () => {
  const limited = { code: 4004, message: "Too many questions; again in 3 s.", again: 3_000 };

  async function refuse(shown: Stage, query: string, docs: unknown[], missed: unknown) {
    const data = { query, docs, more: false, floor: 0, missed };
    shown.model.say({ op: "signal", name: "found", to: shown.model.page, data });
    await settled();
  }

  test.each([
    [
      "en",
      "Only what is loaded was searched. Too many searches in a short time; it is tried again by itself.",
      "Next try in 3\u00a0s.",
    ],
    [
      "tr",
      "Yalnızca yüklenenlerde arandı. Kısa sürede çok fazla arama yapıldı; kendiliğinden yeniden denenir.",
      "Yeniden deneme: 3\u00a0sn",
    ],
  ])("says why, also to readers, and is asked again by itself: %s", async (lang, why, next) => {
    const shown = await open([message(1, { body: "the shape" })], { lang });
    await lookFor(shown, "shape");
    await refuse(shown, "shape", [message(1, { body: "the shape" })], limited);
    expect(hits(shown)).toHaveLength(1);
    expect(note(shown)).toBe(`${why} ${next}`);
    expect(shown.find(".search .sr[role=status]").textContent).toBe(why);
    expect(asked(shown)).toHaveLength(1);
    await rest(3_100);
    expect(asked(shown)).toEqual([{ query: "shape" }, { query: "shape" }]);
    await answer(shown, "shape", [old(40, { body: "shapes" }), message(1, { body: "the shape" })]);
    expect(hits(shown)).toHaveLength(2);
    expect(note(shown)).toBe("");
    expect(shown.find(".search .sr[role=status]").textContent).toBe("");
  });

  test("what the service has found already stays when More is refused", async () => {
    const shown = await open(messages(1, 3));
    await lookFor(shown, "x");
    await answer(shown, "x", [old(40), old(30)], true);
    shown.find(".hits > .btn").click();
    await refuse(shown, "x", [message(2)], limited);
    expect(hits(shown)).toHaveLength(2);
    expect(note(shown)).toContain("Older messages were not searched. Too many searches");
    await rest(3_100);
    expect(asked(shown).at(-1)).toEqual({ query: "x", before: 30 });
    await answer(shown, "x", [old(20)]);
    expect(hits(shown)).toHaveLength(3);
    expect(note(shown)).toBe("");
  });

  test("is not asked again once the search was closed, or another is typed", async () => {
    const shown = await open(messages(1, 3));
    await lookFor(shown, "x");
    await refuse(shown, "x", [], limited);
    await write(shown, "xy");
    await rest();
    expect(asked(shown).at(-1)).toEqual({ query: "xy" });
    await refuse(shown, "xy", [], limited);
    await press(shown, "Escape");
    await rest(5_000);
    expect(asked(shown)).toHaveLength(2);
  });

  test("nor after a refusal for good, which is said as it is", async () => {
    const shown = await open(messages(1, 3));
    await lookFor(shown, "x");
    await refuse(shown, "x", [], { code: 4501, message: "You may not.", again: null });
    expect(note(shown)).toBe("Only what is loaded was searched. You may not.");
    await rest(70_000);
    expect(asked(shown)).toHaveLength(1);
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
    expect(note(shown)).toBe(
      "Only what is loaded was searched. There is no connection; the rest follows when there is one.",
    );
  });

  test.each(["stopped", "reconnecting"])(
    "while %s, and not as if there were no search",
    async (s) => {
      const shown = await open(docs, { lesson: { state: s, code: 4508, reason: "Expired." } });
      await lookFor(shown, "isi");
      expect(note(shown)).toContain("Only what is loaded was searched. There is no connection");
    },
  );

  test("and again on the service, once there is a connection", async () => {
    const shown = await open(docs, { lesson: { state: "offline" } });
    await lookFor(shown, "isi");
    shown.model.say({ op: "batch", n: 1, lesson: { state: "live" } });
    await settled();
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
    expect(note(shown)).toBe("Only what is loaded was searched. This service has no search.");
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
    await vi.waitFor(() => expect(shown.all(".flash")).toHaveLength(1), PATIENT);
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
  await vi.waitFor(() => expect(shown.all(".flash")).toHaveLength(1), PATIENT);
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
  finishAnimations(shown.root);
  const { violations } = await axe.run(shown.el, {
    runOnly: RULES,
    rules: { region: { enabled: false } },
  });
  expect(told(violations)).toEqual([]);
});
