import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { message, messages } from "./mock";
import { PATIENT } from "./patience";
import { closeAll, live, type Stage, settled, stage } from "./stage";

beforeEach(() => {
  vi.spyOn(document, "hasFocus").mockReturnValue(true);
});
afterEach(closeAll);

const log = (shown: Stage): HTMLElement => shown.find(".log");

const below = (shown: Stage): number =>
  Math.round(log(shown).scrollHeight - log(shown).scrollTop - log(shown).clientHeight);

const state = (read: number, more = {}) => ({
  ...{ id: "room", rev: 1, can: ["send", "read", "search", "reply"], slow: 0, read, unread: 0 },
  ...more,
});

async function open(docs: unknown[], read: number, { lang = "en", window = {}, el = "" } = {}) {
  const shown = stage({ options: { height: 420, lang } });
  shown.el.style.cssText = el;
  shown.model.snapshot(docs, {}, window, { room: [state(read)] });
  await settled();
  await settled();
  return shown;
}

const newAt = (shown: Stage): string | undefined =>
  shown.find(".rule.new").closest<HTMLElement>(".slot")?.dataset.id;

const reads = (shown: Stage): unknown[] =>
  shown.model.asked("intent", "chat.read").map(({ args }) => args.born);

const add = async (shown: Stage, n: number, ...docs: unknown[]): Promise<void> => {
  shown.model.say({ op: "batch", n, set: { messages: docs } });
  await settled();
};

describe("opening", () => {
  test.each([
    ["en", "120 new"],
    ["tr", "120 yeni"],
  ])("with many unread starts at New, with a pill down, in %s", async (lang, words) => {
    const shown = await open(messages(1, 200), 80, { lang });
    expect(newAt(shown)).toBe("m81");
    const top = shown.find(".rule.new").getBoundingClientRect().top;
    const view = log(shown).getBoundingClientRect();
    expect(top).toBeGreaterThanOrEqual(view.top);
    expect(top).toBeLessThan(view.top + 60);
    expect(shown.find(".newpill").textContent).toBe(words);
    expect(reads(shown)).toEqual([]);
    shown.find(".newpill button").click();
    await settled();
    await settled();
    expect(below(shown)).toBe(0);
    expect(shown.all(".newpill")).toEqual([]);
    await vi.waitFor(() => expect(reads(shown)).toEqual([200]), PATIENT);
  });

  test("with few unread is at the end, New in sight, and says that they are read", async () => {
    const shown = await open(messages(1, 50), 48);
    expect(below(shown)).toBe(0);
    expect(newAt(shown)).toBe("m49");
    expect(shown.all(".newpill")).toEqual([]);
    await vi.waitFor(() => expect(reads(shown)).toEqual([50]), PATIENT);
  });

  test("one's own messages are not new, nor is anything to who was never here", async () => {
    const own = [message(49, { user: "u-tomas" }), message(50, { user: "u-tomas" })];
    const shown = await open([...messages(1, 48), ...own], 48);
    expect(shown.all(".rule.new")).toEqual([]);
    const first = await open(messages(1, 50), 0);
    expect(first.all(".rule.new, .newpill")).toEqual([]);
    expect(below(first)).toBe(0);
  });

  test("more unread than is loaded says so, and leads to the first once it is loaded", async () => {
    const shown = await open(messages(101, 150), 70, { window: { floor: 101, more: true } });
    expect(below(shown)).toBe(0);
    expect(shown.find(".newpill").textContent).toBe("50+ new");
    expect(shown.all(".rule.new")).toEqual([]);
    shown.find(".newpill button").click();
    await settled();
    await settled();
    expect(shown.all(".newpill")).toEqual([]);
    expect(shown.model.asked("intent", "chat.older")).toHaveLength(1);
    const docs = messages(51, 100);
    const to = shown.model.page;
    shown.model.say({ op: "page", to, in: "messages", docs, floor: 51, more: true });
    await settled();
    log(shown).scrollTop = 0;
    await settled();
    await settled();
    expect(newAt(shown)).toBe("m71");
  });

  test("says how many are unread where the service has told it, and no more than it knows", async () => {
    const shown = await open(messages(101, 150), 30, { window: { floor: 101, more: true } });
    const pill = () => shown.find(".newpill").textContent;
    const told = async (rev: number, unread: number): Promise<void> => {
      shown.model.say({
        op: "batch",
        n: rev,
        set: { room: [state(30, { rev: rev + 1, unread })] },
      });
      await settled();
    };
    expect(pill()).toBe("50+ new");
    await told(1, 120);
    expect(pill()).toBe("120 new");
    await told(2, 1_000);
    expect(pill()).toBe("1,000+ new");
  });

  test("is as before on a service that knows no read marks", async () => {
    const shown = await live(messages(1, 50));
    expect(shown.all(".rule.new, .newpill")).toEqual([]);
    expect(below(shown)).toBe(0);
    expect(reads(shown)).toEqual([]);
  });
});

describe("what has been read is told", () => {
  test("at most every 2 s, and never less than before", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const shown = await open(messages(1, 20), 17);
    await vi.waitFor(() => expect(reads(shown)).toEqual([20]), PATIENT);
    await add(shown, 1, message(21));
    await add(shown, 2, message(22));
    expect(reads(shown)).toEqual([20]);
    vi.advanceTimersByTime(2_100);
    expect(reads(shown)).toEqual([20, 22]);
    vi.advanceTimersByTime(10_000);
    expect(reads(shown)).toEqual([20, 22]);
  });

  test("not while the page is not looked at; then at once", async () => {
    vi.spyOn(document, "hasFocus").mockReturnValue(false);
    const shown = await open(messages(1, 20), 17);
    await settled();
    expect(reads(shown)).toEqual([]);
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    window.dispatchEvent(new Event("focus"));
    expect(reads(shown)).toEqual([20]);
  });

  test("not while the view is out of sight in the notebook", async () => {
    const shown = await open(messages(1, 20), 17, { el: "margin-top: 3000px" });
    await settled();
    expect(reads(shown)).toEqual([]);
    shown.el.scrollIntoView();
    await vi.waitFor(() => expect(reads(shown)).toEqual([20]), PATIENT);
  });

  test("not while one reads further up", async () => {
    const shown = await open(messages(1, 200), 100);
    await add(shown, 1, message(201));
    expect(reads(shown)).toEqual([]);
    expect(shown.find(".newpill").textContent).toBe("101 new");
  });

  test("what was read elsewhere is no longer new here", async () => {
    const shown = await open(messages(1, 200), 100);
    shown.model.say({ op: "batch", n: 1, set: { room: [state(190, { rev: 2 })] } });
    await settled();
    expect(shown.find(".newpill").textContent).toBe("10 new");
    shown.model.say({ op: "batch", n: 2, set: { room: [state(200, { rev: 3 })] } });
    await settled();
    expect(shown.all(".newpill")).toEqual([]);
  });

  test("all of it by one button, staying where one reads", async () => {
    const shown = await open(messages(1, 200), 100);
    const { scrollTop } = log(shown);
    shown.find('[aria-label="Mark all as read"]').click();
    await settled();
    expect(reads(shown)).toEqual([200]);
    expect(shown.all(".newpill, .rule.new")).toEqual([]);
    expect(Math.abs(log(shown).scrollTop - scrollTop)).toBeLessThan(40);
  });
});

describe("messages that name the reader", () => {
  test("stand out, in words too, and the pill counts them", async () => {
    const shown = await open(messages(1, 60), 60);
    log(shown).scrollTop = 600;
    await settled();
    await settled();
    await add(shown, 1, message(61), message(62, { mentionsMe: true }), message(63));
    expect(shown.find(".newpill").textContent).toBe("3 new · 1 for you");
    shown.find(".newpill button").click();
    await settled();
    const article = shown.find(".named");
    expect(article.closest<HTMLElement>(".slot")?.dataset.id).toBe("m62");
    expect(article.getAttribute("aria-label")).toMatch(/, mentions you: Message 62$/);
    expect(getComputedStyle(article, "::before").width).toBe("3px");
  });
});

test("counting goes on right when new messages are deleted or come in between", async () => {
  const shown = await open(messages(1, 60), 60);
  log(shown).scrollTop = 600;
  await settled();
  await settled();
  await add(shown, 1, message(61), message(63), message(64));
  shown.model.say({ op: "batch", n: 2, del: { messages: ["m63"] } });
  await settled();
  expect(shown.find(".newpill").textContent).toBe("2 new");
  await add(shown, 3, message(62));
  expect(shown.find(".newpill").textContent).toBe("3 new");
});
