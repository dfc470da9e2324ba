import { afterEach, describe, expect, test, vi } from "vitest";
import { message, messages } from "./mock";
import { closeAll, live, type Stage, settled } from "./stage";

afterEach(closeAll);

const log = (shown: Stage): HTMLElement => shown.find(".log");

const below = (shown: Stage): number => {
  const element = log(shown);
  return Math.round(element.scrollHeight - element.scrollTop - element.clientHeight);
};

async function scrollTo(shown: Stage, top: number): Promise<void> {
  log(shown).scrollTop = top;
  await settled();
  await settled();
}

/** Where a row stands in the view. */
function topOf(shown: Stage, id: string): number {
  const row = shown.all(".slot").find((slot) => slot.dataset.id === id);
  if (!row) throw new Error(`${id} is not in the page`);
  return row.getBoundingClientRect().top - log(shown).getBoundingClientRect().top;
}

const firstSeen = (shown: Stage): string => {
  const top = log(shown).getBoundingClientRect().top;
  const row = shown.all(".slot").find((slot) => slot.getBoundingClientRect().bottom > top + 1);
  return row?.dataset.id ?? "";
};

const add = async (shown: Stage, n: number, ...docs: unknown[]): Promise<void> => {
  shown.model.say({ op: "batch", n, set: { messages: docs } });
  await settled();
};

test("starts at the end, and stays there as messages come", async () => {
  const shown = await live(messages(1, 50));
  expect(below(shown)).toBe(0);
  await add(shown, 1, message(51), message(52));
  expect(below(shown)).toBe(0);
  expect(shown.all(".newpill")).toEqual([]);
});

test("away from the end nothing moves, and a pill counts what is new", async () => {
  const shown = await live(messages(1, 50));
  await scrollTo(shown, 900);
  const id = firstSeen(shown);
  const top = topOf(shown, id);
  await add(shown, 1, message(51), message(52));
  await add(shown, 2, message(53), message(54, { user: "u-tomas" }));
  expect(topOf(shown, id)).toBeCloseTo(top, 0);
  expect(shown.find(".newpill").textContent).toBe("3 new");
  expect(log(shown).getAttribute("aria-live")).toBe("off");
  shown.find(".newpill button").click();
  await settled();
  expect(below(shown)).toBe(0);
  expect(shown.all(".newpill")).toEqual([]);
  const fresh = shown.find(".rule.new").closest<HTMLElement>(".slot");
  expect(fresh?.dataset.id).toBe("m51");
});

test("one's own message goes to the end and takes the divider away", async () => {
  const shown = await live(messages(1, 50));
  await scrollTo(shown, 600);
  await add(shown, 1, message(51));
  await shown.send("hello");
  await settled();
  expect(below(shown)).toBe(0);
  expect(shown.all(".slot").at(-1)?.textContent).toContain("hello");
  expect(shown.all(".rule.new")).toEqual([]);
});

test("older messages come on scrolling up, and nothing jumps", async () => {
  const shown = await live(messages(101, 150), {}, { floor: 101, more: true });
  await scrollTo(shown, 300);
  const asked = shown.model.asked("intent", "chat.older");
  expect(asked.map((intent) => intent.args)).toEqual([{ before: 101 }]);
  expect(shown.text()).toContain("Loading earlier messages");
  await scrollTo(shown, 200);
  expect(shown.model.asked("intent", "chat.older")).toHaveLength(1);
  const id = firstSeen(shown);
  const top = topOf(shown, id);
  const to = shown.model.page;
  const docs = messages(51, 100);
  shown.model.say({ op: "page", to, in: "messages", docs, floor: 51, more: true });
  await settled();
  expect(topOf(shown, id)).toBeCloseTo(top, 0);
  expect(shown.all(".slot").length).toBeGreaterThan(50);
  expect(shown.text()).not.toContain("Loading earlier messages");
  for (let step = 0; step < 4; step++) await scrollTo(shown, 0);
  expect(shown.model.asked("intent", "chat.older").at(-1)?.args).toEqual({ before: 51 });
});

describe("ten thousand messages", () => {
  test("never put more than 150 rows into the page, wherever one reads", async () => {
    const shown = await live(messages(1, 10_000));
    let most = 0;
    for (let step = 0; step < 12; step++) {
      await scrollTo(shown, 0);
      most = Math.max(most, shown.all(".slot").length);
    }
    const reached = Number(firstSeen(shown).slice(1));
    expect(reached).toBeLessThan(9_700);
    for (let step = 0; step < 40 && below(shown) > 0; step++) {
      await scrollTo(shown, log(shown).scrollHeight);
      most = Math.max(most, shown.all(".slot").length);
    }
    expect(below(shown)).toBe(0);
    expect(shown.all(".slot").at(-1)?.dataset.id).toBe("m10000");
    expect(most).toBeLessThanOrEqual(150);
    expect(most).toBeGreaterThan(100);
  });

  test("a new one touches as little of the page as among ten", async () => {
    const changes = async (count: number): Promise<number> => {
      const shown = await live(messages(1, count));
      const records: MutationRecord[] = [];
      const observer = new MutationObserver((list) => records.push(...list));
      const watched = { subtree: true, childList: true, attributes: true, characterData: true };
      observer.observe(shown.root, watched);
      await add(shown, 1, message(count + 1));
      observer.disconnect();
      shown.end();
      return records.length;
    };
    const few = await changes(10);
    expect(few).toBeGreaterThan(0);
    expect(await changes(10_000)).toBeLessThanOrEqual(few);
  });
});

test("rows stay bounded while the class talks for hours", async () => {
  const shown = await live([message(1)]);
  for (let n = 1; n <= 10; n++) await add(shown, n, ...messages(n * 40, n * 40 + 39));
  expect(shown.all(".slot").length).toBeLessThanOrEqual(150);
  expect(below(shown)).toBe(0);
});

describe("a view that loses its height and gets it back", () => {
  test("is at the end again if it was", async () => {
    const shown = await live(messages(1, 50));
    shown.el.style.display = "none";
    await settled();
    await add(shown, 1, message(51));
    shown.el.style.display = "";
    await settled();
    expect(below(shown)).toBe(0);
  });

  test("is where the reader was if not", async () => {
    const shown = await live(messages(1, 50));
    await scrollTo(shown, 1_000);
    const id = firstSeen(shown);
    const top = topOf(shown, id);
    shown.el.style.display = "none";
    await settled();
    shown.el.style.display = "";
    await settled();
    expect(topOf(shown, id)).toBeCloseTo(top, 0);
    await add(shown, 1, message(51));
    expect(topOf(shown, id)).toBeCloseTo(top, 0);
  });
});

test("a change of width keeps the end in sight", async () => {
  const body = "A sentence that takes several lines in a narrow place. ".repeat(4);
  const shown = await live(messages(1, 40).map((doc) => ({ ...doc, body })));
  shown.el.style.width = "300px";
  await settled();
  await settled();
  expect(below(shown)).toBeLessThanOrEqual(1);
});

test("the height is the option's", async () => {
  const shown = await live(messages(1, 50));
  expect(log(shown).clientHeight).toBe(420);
  shown.model.set("options", { height: 300, lang: "en" });
  await settled();
  expect(log(shown).clientHeight).toBe(300);
  expect(below(shown)).toBe(0);
});

test("a snapshot that replaces everything keeps the reader's place", async () => {
  const shown = await live(messages(1, 100));
  await scrollTo(shown, 1_200);
  const id = firstSeen(shown);
  const top = topOf(shown, id);
  shown.model.snapshot(messages(1, 103), {}, { n: 9 });
  await settled();
  expect(topOf(shown, id)).toBeCloseTo(top, 0);
  expect(shown.find(".newpill").textContent).toBe("3 new");
});

describe("a rendering between the reader's scrolling and its event", () => {
  const point = (shown: Stage, id: string): void => {
    const article = shown.find(`[data-id=${id}] article`);
    article.dispatchEvent(
      new PointerEvent("pointerover", { bubbles: true, composed: true, pointerType: "mouse" }),
    );
  };

  test("takes nothing of it back, away from the end", async () => {
    const shown = await live(messages(1, 100));
    await scrollTo(shown, 1_200);
    const id = firstSeen(shown);
    const top = topOf(shown, id);
    log(shown).scrollTop -= 150;
    point(shown, id);
    await settled();
    expect(shown.find(`[data-id=${id}] .tools`)).toBeTruthy();
    expect(topOf(shown, id)).toBeCloseTo(top + 150, 0);
  });

  test("nor when it went far, and then shows what is there", async () => {
    const shown = await live(messages(1, 2_000));
    await scrollTo(shown, 0);
    await scrollTo(shown, 0);
    const id = firstSeen(shown);
    log(shown).scrollTop = log(shown).scrollHeight;
    point(shown, id);
    await settled();
    await settled();
    const seen = Number(firstSeen(shown).slice(1)) - Number(id.slice(1));
    expect(seen).toBeGreaterThan(50);
    expect(seen).toBeLessThan(200);
    const above = firstSeen(shown);
    log(shown).scrollTop = 0;
    point(shown, above);
    await settled();
    await settled();
    const back = Number(above.slice(1)) - Number(firstSeen(shown).slice(1));
    expect(back).toBeGreaterThan(50);
    expect(back).toBeLessThan(200);
  });

  test("nor at the end, where what comes then is new", async () => {
    const shown = await live(messages(1, 100));
    log(shown).scrollTop -= 200;
    point(shown, "m98");
    await settled();
    expect(below(shown)).toBe(200);
    log(shown).scrollTop = log(shown).scrollHeight;
    await settled();
    log(shown).scrollTop -= 100;
    await add(shown, 1, message(101));
    expect(below(shown)).toBeGreaterThan(100);
    expect(shown.find(".newpill").textContent).toBe("1 new");
  });
});

test("rows that pass under a pointer get no tools before the wheel is at rest", async () => {
  const shown = await live(messages(1, 100));
  await scrollTo(shown, 1_200);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const wheel = new WheelEvent("wheel", { bubbles: true, deltaY: 100 });
  shown.find(".rows").dispatchEvent(wheel);
  const article = shown.find(`[data-id=${firstSeen(shown)}] article`);
  const init = { bubbles: true, composed: true, pointerType: "mouse" };
  article.dispatchEvent(new PointerEvent("pointerover", init));
  await settled();
  expect(article.querySelector(".tools")).toBeNull();
  await vi.advanceTimersByTimeAsync(200);
  await settled();
  expect(article.querySelector(".tools")).not.toBeNull();
});

describe("when the oldest of very many are held no longer", () => {
  const drop = async (shown: Stage): Promise<void> => {
    const ids = messages(1, 500).map(({ id }) => id);
    shown.model.say({
      op: "batch",
      n: 1,
      set: { messages: [message(801)] },
      del: { messages: ids },
    });
    await settled();
    await settled();
  };

  test("the end stays the end", async () => {
    const shown = await live(messages(1, 800));
    await drop(shown);
    expect(below(shown)).toBe(0);
    expect(shown.all(".slot").at(-1)?.dataset.id).toBe("m801");
  });

  test("a reader of what stays sees no jump, and of what goes finds the oldest there is", async () => {
    const shown = await live(messages(1, 800));
    await scrollTo(shown, log(shown).scrollHeight - 3_000);
    const id = firstSeen(shown);
    const top = topOf(shown, id);
    await drop(shown);
    expect(topOf(shown, id)).toBeCloseTo(top, 0);
    const oldest = async (): Promise<string> => {
      await scrollTo(shown, 0);
      return firstSeen(shown);
    };
    await expect.poll(oldest).toBe("m501");
  });
});
