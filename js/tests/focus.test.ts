import { afterEach, describe, expect, test } from "vitest";
import { message, messages } from "./mock";
import { closeAll, live, type Stage, settled } from "./stage";

afterEach(closeAll);

const log = (shown: Stage): HTMLElement => shown.find(".log");

const focused = (shown: Stage): string | undefined =>
  shown.root.activeElement?.closest<HTMLElement>(".slot")?.dataset.id;

/** Whether what has the focus is wholly in the view. */
function inSight(shown: Stage): boolean {
  const view = log(shown).getBoundingClientRect();
  const row = shown.root.activeElement?.getBoundingClientRect();
  return row !== undefined && row.top >= view.top - 1 && row.bottom <= view.bottom + 1;
}

async function toList(shown: Stage): Promise<void> {
  await shown.type("");
  shown.press("Escape");
  await settled();
}

async function press(shown: Stage, key: string, times = 1): Promise<void> {
  for (let time = 0; time < times; time++) {
    shown.press(key);
    await settled();
  }
}

describe("arrows in a long list", () => {
  test("move the view with the focus", async () => {
    const shown = await live(messages(1, 1_000));
    await toList(shown);
    for (let row = 999; row >= 975; row--) {
      await press(shown, "ArrowUp");
      expect([focused(shown), inSight(shown)]).toEqual([`m${row}`, true]);
    }
    await press(shown, "ArrowDown", 3);
    expect([focused(shown), inSight(shown)]).toEqual(["m978", true]);
  });

  test("also when a key repeats faster than the page draws", async () => {
    const shown = await live(messages(1, 1_000));
    await toList(shown);
    for (let row = 0; row < 25; row++) shown.press("ArrowUp");
    await settled();
    await settled();
    expect([focused(shown), inSight(shown)]).toEqual(["m975", true]);
  });

  test("hold the view while others write", async () => {
    const shown = await live(messages(1, 100));
    await toList(shown);
    await press(shown, "ArrowUp", 20);
    shown.model.say({ op: "batch", n: 1, set: { messages: [message(101)] } });
    await settled();
    expect([focused(shown), inSight(shown)]).toEqual(["m80", true]);
    expect(shown.find(".newpill").textContent).toBe("1 new");
  });

  test("reach the oldest, and ask for what is before it", async () => {
    const shown = await live(messages(171, 250), {}, { floor: 171, more: true });
    await toList(shown);
    await press(shown, "ArrowUp", 85);
    expect([focused(shown), inSight(shown)]).toEqual(["m171", true]);
    expect(shown.model.asked("intent", "chat.older").length).toBeGreaterThan(0);
    const to = shown.model.page;
    const docs = messages(121, 170);
    shown.model.say({ op: "page", to, in: "messages", docs, floor: 121, more: false });
    await settled();
    await press(shown, "ArrowUp", 2);
    expect([focused(shown), inSight(shown)]).toEqual(["m169", true]);
  });
});

describe("the focus is never lost", () => {
  test("End goes to the newest, also where the window does not reach it", async () => {
    const shown = await live(messages(1, 1_000));
    for (let step = 0; step < 8; step++) {
      log(shown).scrollTop = 0;
      await settled();
    }
    shown.find(".slot article").focus();
    await settled();
    await press(shown, "End");
    expect([focused(shown), inSight(shown)]).toEqual(["m1000", true]);
  });

  test("the pill takes it to the newest", async () => {
    const shown = await live(messages(1, 50));
    log(shown).scrollTop = 300;
    await settled();
    shown.model.say({ op: "batch", n: 1, set: { messages: [message(51)] } });
    await settled();
    shown.find(".newpill button").focus();
    shown.find(".newpill button").click();
    await settled();
    expect([focused(shown), inSight(shown)]).toEqual(["m51", true]);
  });

  const failed = (born: number) => {
    const { seq: _, ...doc } = message(born, { user: "u-tomas", state: "failed" });
    return doc;
  };

  test("Delete hands it to the neighbour, Retry to its row", async () => {
    const shown = await live([message(1), failed(2), message(3)]);
    shown.find(".state .quiet").focus();
    shown.model.say({ op: "batch", n: 1, del: { messages: ["m2"] } });
    await settled();
    expect(focused(shown)).toBe("m3");

    const again = await live([message(1), failed(2)]);
    again.find(".state .btn").focus();
    const pending = { ...failed(2), rev: 1, state: "pending" };
    again.model.say({ op: "batch", n: 1, set: { messages: [pending] } });
    await settled();
    expect(focused(again)).toBe("m2");
  });

  test("Delete of the only message hands it to the box", async () => {
    const shown = await live([failed(1)]);
    shown.find(".state .quiet").focus();
    shown.model.say({ op: "batch", n: 1, del: { messages: ["m1"] } });
    await settled();
    expect(shown.root.activeElement?.tagName).toBe("TEXTAREA");
  });

  test("the list keeps it when its row leaves the window", async () => {
    const shown = await live(messages(1, 1_000));
    await toList(shown);
    expect(focused(shown)).toBe("m1000");
    for (let step = 0; step < 8; step++) {
      log(shown).scrollTop = 0;
      await settled();
    }
    expect(shown.root.activeElement).toBe(log(shown));
    const { top } = log(shown).getBoundingClientRect();
    await press(shown, "ArrowUp");
    expect(shown.root.activeElement?.tagName).toBe("ARTICLE");
    expect(shown.root.activeElement?.getBoundingClientRect().top).toBeGreaterThanOrEqual(top - 1);
  });
});

test("all words follow a change of language, also of what renders again on its own", async () => {
  const reactions = [{ emoji: "👍", count: 1 }];
  const shown = await live(messages(1, 3).map((doc) => ({ ...doc, reactions })));
  shown.model.set("options", { height: 420, lang: "tr" });
  await settled();
  await shown.type("m");
  expect(shown.find("textarea").getAttribute("aria-label")).toBe("Sınıfa yaz");
  expect(shown.find(".composer button:last-child").title).toBe("Gönder");
  shown.model.say({ op: "batch", n: 1, set: { messages: [message(4, { reactions })] } });
  shown.model.say({ op: "batch", n: 2, lesson: { state: "offline", queued: 1 } });
  await settled();
  expect(shown.find(".banner").textContent).toContain("Çevrimdışı.");
  expect(shown.find(".banner button").textContent).toBe("Şimdi dene");
  for (const list of shown.all(".rx")) expect(list.getAttribute("aria-label")).toBe("Tepkiler");
});

test("a message unfolds downwards, also at the end", async () => {
  const body = Array.from({ length: 60 }, (_, line) => `Line ${line}`).join("\n");
  const shown = await live([...messages(1, 30), message(31, { body })]);
  const text = shown.find(".folded");
  const { top } = text.getBoundingClientRect();
  shown.find("[aria-expanded=false].btn:not(.sub .btn)").click();
  await settled();
  await settled();
  expect(text.clientHeight).toBeGreaterThan(800);
  expect(text.getBoundingClientRect().top).toBeCloseTo(top, 0);
});

test("a message that folds stays in sight", async () => {
  const body = Array.from({ length: 60 }, (_, line) => `Line ${line}`).join("\n");
  const shown = await live([...messages(1, 30), message(31, { body }), ...messages(32, 60)]);
  const long = shown.all("article")[30] as HTMLElement;
  const button = long.querySelector("button") as HTMLElement;
  button.scrollIntoView({ block: "center" });
  await settled();
  button.click();
  await settled();
  button.scrollIntoView({ block: "center" });
  await settled();
  button.focus({ preventScroll: true });
  button.click();
  await settled();
  await settled();
  expect(long.querySelector(".folded")).not.toBeNull();
  expect([shown.root.activeElement === button, inSight(shown)]).toEqual([true, true]);
  const top = long.getBoundingClientRect().top - log(shown).getBoundingClientRect().top;
  expect(top).toBeGreaterThanOrEqual(-1);
});

test("a wider chat keeps the reader's place", async () => {
  const body = "A sentence that takes several lines in a narrow place. ".repeat(4);
  const shown = await live(messages(1, 40).map((doc) => ({ ...doc, body })));
  shown.el.style.width = "300px";
  await settled();
  await settled();
  log(shown).scrollTop = 5_000;
  await settled();
  const view = () => log(shown).getBoundingClientRect().top;
  const rows = shown.all(".slot");
  const first = rows.find((row) => row.getBoundingClientRect().bottom > view()) as HTMLElement;
  const top = () => first.getBoundingClientRect().top - view();
  const before = top();
  shown.el.style.width = "860px";
  // Laid out and clamped, and told of it before anything is told of the new width.
  expect(log(shown).scrollHeight).toBeGreaterThan(0);
  log(shown).dispatchEvent(new Event("scroll"));
  await settled();
  await settled();
  expect(Math.abs(top() - before)).toBeLessThan(5);
});
