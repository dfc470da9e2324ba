import axe from "axe-core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { notifications as pictures } from "../gallery/notifications";
import type { Fields } from "../src/core/messages";
import { LEAD, offer } from "../src/core/navigation";
import widget from "../src/notifications/index";
import { dress, finishAnimations, inDress, isGrave, RULES, themes, told } from "./accessible";
import { MockModel } from "./mock";
import { closeNotifications, note, START, shown } from "./notifications_stage";
import { closeAll, freshCourse, settled } from "./stage";

afterEach(() => {
  vi.useRealTimers();
  closeNotifications();
  closeAll();
  sessionStorage.clear();
  document.documentElement.removeAttribute("style");
});

const at = (time: number): void => {
  vi.useFakeTimers({ toFake: ["Date"], now: time });
};

describe("the list", () => {
  test("has the newest first, says how many are not read, and when each was", async () => {
    at(START + 90 * 60_000);
    const stage = await shown({
      docs: [
        note("Last week", { born: START - 9 * 86_400_000, read: true }),
        note("On Friday", { born: START - 3 * 86_400_000, read: true }),
        note("Yesterday", { born: START - 86_400_000, read: true }),
        note("Earlier", { born: START, text: "Two\nlines" }),
        note("Six minutes", { born: START + 84 * 60_000 }),
        note("Just now", { born: START + 90 * 60_000 - 20_000 }),
      ],
    });
    expect(stage.rows()).toEqual([
      "Unread: Just now | now",
      "Unread: Six minutes | 6 min",
      "Unread: Earlier | Two\nlines | 10:00",
      "Yesterday | yesterday",
      "On Friday | Fri",
      "Last week | Nov 14, 2026",
    ]);
    expect(stage.find(".sub").textContent).toBe("3 unread");
    const time = stage.find<HTMLTimeElement>("time");
    expect(time.dateTime).toBe(new Date(START + 90 * 60_000 - 20_000).toISOString());
  });

  test("is in Turkish", async () => {
    at(START + 120_000);
    const mention = note("", { born: START, kind: "mention", about: "Mira" });
    const poll = note("", { born: START + 60_000, kind: "poll" });
    const stage = await shown({ lang: "tr", docs: [mention, poll], inbox: { quiet: true } });
    expect(stage.rows()).toEqual([
      "Okunmamış: Anket açıldı | 1 dk",
      "Okunmamış: Mira sizden söz etti | 2 dk",
    ]);
    expect(stage.text()).toContain("Bildirimler 2 okunmamış Tümünü okundu say Rahatsız etme");
  });

  test("goes on as time does, with what comes, and without what ends", async () => {
    at(START + 10_000);
    const stage = await shown({ docs: [note("One", { id: "one", born: START })] });
    await stage.tell([note("Two", { id: "two", born: START + 5_000 })]);
    expect(stage.rows()).toEqual(["Unread: Two | now", "Unread: One | now"]);
    await stage.gone("two");
    expect(stage.rows()).toEqual(["Unread: One | now"]);
    await stage.gone("one");
    expect(stage.text()).toContain("Nothing new");
  });

  test("marks one as read, or all, at once", async () => {
    const stage = await shown({ docs: [note("One"), note("Two", { id: "two" }), note("Three")] });
    stage.button("Mark as read: Two").click();
    await settled();
    expect(stage.find(".sub").textContent).toBe("2 unread");
    expect(stage.asked()).toEqual([["notifications.read", { id: "two" }]]);
    stage.button("Mark all read").click();
    await settled();
    expect(stage.all(".mark, .all")).toEqual([]);
    const [, [action, args]] = stage.asked() as [unknown, [string, { upTo: number }]];
    expect(action).toBe("notifications.read_all");
    expect(args.upTo).toBe(Math.max(...stage.all("time").map(timeOf)));
  });

  test("is cleared only once it was confirmed", async () => {
    const stage = await shown({ docs: [note("One"), note("Two")] });
    stage.button("Clear all").click();
    await settled();
    expect(stage.root.activeElement?.textContent).toBe("Cancel");
    stage.button("Cancel").click();
    await settled();
    expect(stage.root.activeElement?.textContent).toBe("Clear all");
    expect(stage.asked()).toEqual([]);
    stage.button("Clear all").click();
    await settled();
    stage.button("Clear 2").click();
    await settled();
    expect(stage.text()).toContain("Nothing new");
    expect(stage.asked().map(([action]) => action)).toEqual(["notifications.clear"]);
  });

  test("is one tab stop; arrows, Home and End move in it", async () => {
    const stage = await shown({ docs: ["One", "Two", "Three"].map((title) => note(title)) });
    const rows = (): HTMLElement[] => stage.all(".nt");
    const stops = (): string[] =>
      stage.all(".rows [tabindex='0'], .rows button:not([tabindex])").map((e) => e.className);
    expect(stops()).toEqual(["nt un info", "mark"]);
    rows()[0]?.focus();
    const place = (): number => rows().indexOf(stage.root.activeElement as HTMLElement);
    const moved = ["ArrowDown", "ArrowDown", "ArrowDown", "Home", "End", "ArrowUp"].map((key) => {
      const event = stage.press(key);
      expect(event.defaultPrevented).toBe(true);
      return place();
    });
    expect(moved).toEqual([1, 2, 2, 0, 2, 1]);
    await settled();
    expect(stops()).toEqual(["nt un info", "mark"]);
    expect(rows()[1]?.tabIndex).toBe(0);
  });
});

const timeOf = (time: HTMLElement): number =>
  new Date((time as HTMLTimeElement).dateTime).getTime();

describe("actions", () => {
  const link = (href: string): Record<string, string> => ({
    label: "Open",
    style: "primary",
    href,
  });

  test("a link says where it leads, as the browser will", async () => {
    const stage = await shown({
      docs: [note("Graded", { id: "g", actions: [link("https://Campus.Example.edu:8443/a?b#c")] })],
    });
    const a = stage.find<HTMLAnchorElement>(".out a");
    expect([a.target, a.rel]).toEqual(["_blank", "noopener noreferrer"]);
    expect(a.getAttribute("aria-label")).toBe(
      "Open, leads to campus.example.edu:8443, opens in a new tab",
    );
    expect(stage.find(".to").textContent).toBe("leads to campus.example.edu:8443");
    a.addEventListener("click", (event) => event.preventDefault());
    a.click();
    await settled();
    expect(stage.asked()).toEqual([["notifications.read", { id: "g" }]]);
  });

  test.each([
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "mailto:a@b.example",
    "/relative",
    "",
    5,
    null,
  ])("%s is no link and no button", async (href) => {
    const stage = await shown({ docs: [note("x", { actions: [{ label: "Open", href }] })] });
    expect(stage.all(".ac")).toEqual([]);
  });

  test("letters that look like others are shown as they are sent", async () => {
    const stage = await shown({ docs: [note("x", { actions: [link("https://аррӏе.com/")] })] });
    expect(stage.find(".to").textContent).toBe("leads to xn--80ak6aa92e.com");
  });

  test("what is posted shows as chosen, on its way, and as what became of it", async () => {
    const actions = [
      { label: "Done", style: "primary", action: "done" },
      { label: "Not yet", style: "danger", action: "later" },
    ];
    const doc = note("Done?", { id: "d", actions });
    const stage = await shown({ docs: [doc] });
    stage.button("Done").click();
    await settled();
    expect(stage.asked()).toEqual([["notifications.act", { id: "d", action: "done" }]]);
    expect(stage.button("Done").getAttribute("aria-pressed")).toBe("true");
    expect(stage.text()).toContain("Sending");
    await stage.tell([{ ...doc, rev: 50, read: true, taken: "done" }]);
    expect(stage.text()).not.toContain("Sending");
    stage.button("Done").click();
    stage.button("Not yet").click();
    await settled();
    expect(stage.asked().slice(1)).toEqual([["notifications.act", { id: "d", action: "later" }]]);
  });

  test("a choice that is refused is taken back, and said", async () => {
    const actions = [{ label: "Done", style: "secondary", action: "done" }];
    const stage = await shown({ docs: [note("Done?", { actions })] });
    stage.button("Done").click();
    const [intent] = stage.model.asked("intent", "notifications.act");
    const message = "This notification is not there any more.";
    stage.model.say({ op: "refused", to: stage.model.page, id: intent?.id, code: 1, message });
    await settled();
    expect(stage.button("Done").getAttribute("aria-pressed")).toBe("false");
    expect(stage.find("[role=alert]").textContent).toBe(message);
  });

  test("nothing can be posted where the kernel says so, but links open", async () => {
    const actions = [{ label: "Done", action: "done" }, link("https://a.example")];
    const stage = await shown({ docs: [note("x", { actions })], inbox: { can: [] } });
    expect(stage.all(".ac .btn").map((button) => button.textContent)).toEqual(["Open"]);
  });

  test("what happened elsewhere leads there, if the page shows it", async () => {
    const leads = { in: "chat", id: "m1", born: 7 };
    const stage = await shown({ docs: [note("", { kind: "mention", about: "Mira", leads })] });
    expect(stage.all(".ac")).toEqual([]);
    const led: unknown[] = [];
    const end = offer(stage.course, "chat", stage.el, (target) => led.push(target));
    await settled();
    const onLead = vi.fn();
    document.addEventListener(LEAD, onLead, { once: true });
    stage.button("Show").click();
    await settled();
    expect(led).toEqual([leads]);
    expect(onLead, "a tab it stands in can come to the front").toHaveBeenCalledOnce();
    expect(stage.all(".un")).toEqual([]);
    end();
    await settled();
    expect(stage.all(".ac")).toEqual([]);
  });
});

test("hostile text is text", async () => {
  const stage = await shown({
    docs: [
      note("<img src=x onerror=alert(1)>", { text: [["script", "alert(1)"]] }),
      note("\u202Ecba", { type: "nonsense", kind: "odd", actions: "no", leads: 5 }),
      { id: 5 },
      { id: "x", born: "no" },
      note("", { kind: "mention", about: "\u202EMira" }),
    ],
  });
  expect(stage.all("img, script")).toEqual([]);
  expect(stage.rows()).toHaveLength(3);
  expect(stage.find("p.title").textContent).toBe("Unread: \u2068\u202EMira\u2069 mentioned you");
});

test("what stands in place of a list", async () => {
  const empty = await shown();
  expect(empty.text()).toContain("Nothing new Polls, mentions and notes from your instructor");
  const waiting = await shown({ bare: true });
  expect(waiting.all(".skel")).toHaveLength(3);
  const refused = { state: "stopped", code: 4508, reason: "The invite has expired." };
  const stopped = await shown({ lesson: refused });
  expect(stopped.text()).toContain("The invite has expired.");
  expect(stopped.text()).not.toContain("Nothing new");
});

test("do not disturb is a switch that the kernel has the last word on", async () => {
  const stage = await shown();
  const toggle = stage.button("Do not disturb");
  expect([toggle.getAttribute("role"), toggle.getAttribute("aria-checked")]).toEqual([
    "switch",
    "false",
  ]);
  toggle.click();
  await settled();
  expect(toggle.getAttribute("aria-checked")).toBe("true");
  expect(stage.asked()).toEqual([["notifications.quiet", { on: true }]]);
  stage.model.say({ op: "got", to: stage.model.page, ids: [stage.model.asked("intent")[0]?.id] });
  expect(toggle.getAttribute("aria-checked")).toBe("true");
  await stage.state({ quiet: false });
  expect(toggle.getAttribute("aria-checked")).toBe("false");
});

describe("what is new", () => {
  test("is read out while the list is in sight, at most every ten seconds", async () => {
    const stage = await shown();
    const said = (): string => stage.find(".edu > .sr[role=status]").textContent ?? "";
    const wait = async (time: number): Promise<void> => {
      await vi.advanceTimersByTimeAsync(time);
      await settled();
    };
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
    await stage.tell([note("5 minutes left")], true);
    await wait(600);
    expect(said()).toBe("New notification: 5 minutes left");
    expect(stage.toast()).toBeNull();
    await stage.tell([note("4 minutes left"), note("3 minutes left")], true);
    await wait(600);
    expect(said()).toBe("New notification: 5 minutes left");
    await wait(10_000);
    expect(said()).toBe("2 new notifications");
  });

  test("pops up also if it is told of before it is here", async () => {
    const stage = await shown();
    await stage.sight(false);
    const late = note("5 minutes left");
    stage.model.say({ op: "signal", name: "news", data: { ids: [late.id] } });
    await settled();
    expect(stage.toast()).toBeNull();
    await stage.tell([late]);
    expect(stage.toastText()).toBe("5 minutes left");
    await stage.tell([{ ...late, rev: 99 }]);
    await stage.tell([note("an older one")]);
    expect(stage.toastText(), "and nothing that was not told").toBe("5 minutes left");
  });

  test("pops up while it is not, takes no focus, and goes after six seconds", async () => {
    const stage = await shown();
    const area = document.body.appendChild(document.createElement("textarea"));
    area.focus();
    await stage.sight(false);
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
    await stage.tell([note("5 minutes left", { text: "Finish 3.2", type: "warning" })], true);
    expect(stage.toastText()).toBe("5 minutes left Finish 3.2");
    expect(stage.toast()?.parentElement?.getAttribute("role")).toBe("status");
    expect(document.activeElement).toBe(area);
    await vi.advanceTimersByTimeAsync(5_900);
    await settled();
    expect(stage.toast()).not.toBeNull();
    await vi.advanceTimersByTimeAsync(200);
    await settled();
    expect(stage.toast()).toBeNull();
    expect(stage.asked(), "not seen, perhaps: it stays unread").toEqual([]);
    area.remove();
  });

  test("stays while the pointer or the focus is there", async () => {
    const stage = await shown();
    await stage.sight(false);
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
    await stage.tell([note("5 minutes left")], true);
    const toast = stage.toast() as HTMLElement;
    const close = toast.querySelector("button") as HTMLElement;
    await vi.advanceTimersByTimeAsync(5_000);
    toast.dispatchEvent(new MouseEvent("mouseenter"));
    close.focus();
    await vi.advanceTimersByTimeAsync(60_000);
    toast.dispatchEvent(new MouseEvent("mouseleave"));
    await vi.advanceTimersByTimeAsync(60_000);
    await settled();
    expect(stage.toast()).toBe(toast);
    close.blur();
    await vi.advanceTimersByTimeAsync(900);
    expect(stage.toast()).toBe(toast);
    await vi.advanceTimersByTimeAsync(200);
    await settled();
    expect(stage.toast()).toBeNull();
  });

  test("is read once it was sent away, and the focus goes back", async () => {
    const stage = await shown();
    const area = document.body.appendChild(document.createElement("textarea"));
    area.focus();
    await stage.sight(false);
    await stage.tell([note("One", { id: "one" }), note("Two", { id: "two" })], true);
    expect(stage.toastText()).toBe("One");
    const close = (): HTMLElement => stage.toast()?.querySelector("button") as HTMLElement;
    expect(close().getAttribute("aria-label")).toBe("Dismiss");
    close().focus();
    close().dispatchEvent(
      new KeyboardEvent("keydown", { key: "Escape", bubbles: true, composed: true }),
    );
    await settled();
    expect(document.activeElement).toBe(area);
    expect(stage.toastText()).toBe("Two");
    close().click();
    await settled();
    expect(stage.toast()).toBeNull();
    expect(stage.asked()).toEqual([
      ["notifications.read", { id: "one" }],
      ["notifications.read", { id: "two" }],
    ]);
    area.remove();
  });

  test("does not pop up while presenting, and goes when that begins", async () => {
    const stage = await shown({ inbox: { quiet: true } });
    await stage.sight(false);
    await stage.tell([note("One")], true);
    expect(stage.toast()).toBeNull();
    await stage.state({ quiet: false });
    await stage.tell([note("Two")], true);
    expect(stage.toastText()).toBe("Two");
    await stage.state({ quiet: true });
    expect(stage.toast()).toBeNull();
  });

  test("goes when the list comes into sight, or it was read or taken back elsewhere", async () => {
    const stage = await shown();
    await stage.sight(false);
    const [one, two, three] = ["one", "two", "three"].map((id) => note(id, { id }));
    await stage.tell([one ?? {}, two ?? {}, three ?? {}], true);
    await stage.tell([{ ...one, rev: 90, read: true }]);
    expect(stage.toastText()).toBe("two");
    await stage.gone("two");
    expect(stage.toastText()).toBe("three");
    await stage.sight(true);
    expect(stage.toast()).toBeNull();
  });

  test("does not pop up where what it is about is in sight", async () => {
    const stage = await shown();
    await stage.sight(false);
    const chat = document.body.appendChild(document.createElement("div"));
    chat.style.height = "50px";
    const end = offer(stage.course, "chat", chat, () => {});
    const mention = (): Fields =>
      note("", { kind: "mention", about: "Mira", leads: { in: "chat", id: "m1" } });
    await stage.tell([mention()], true);
    expect(stage.toast()).toBeNull();
    chat.style.display = "none";
    await stage.tell([mention()], true);
    expect(stage.toastText()).toBe("\u2068Mira\u2069 mentioned you");
    end();
    chat.remove();
  });

  test("is at most three more, whatever comes", async () => {
    const stage = await shown();
    await stage.sight(false);
    await stage.tell(
      ["a", "b", "c", "d", "e", "f"].map((title) => note(title)),
      true,
    );
    const seen: string[] = [];
    while (stage.toast()) {
      seen.push(stage.toastText());
      stage.toast()?.querySelector("button")?.click();
      await settled();
    }
    expect(seen).toEqual(["d", "e", "f"]);
  });

  test("is never over a composer, nor over what has the focus", async () => {
    const { live } = await import("./stage");
    const chat = await live();
    chat.el.style.cssText = "position:fixed;right:0;bottom:0;width:420px;background:white";
    const stage = await shown();
    await stage.sight(false);
    await stage.tell([note("5 minutes left", { text: "Finish exercise 3.2." })], true);
    const box = chat.find(".composer").getBoundingClientRect();
    const toast = (): DOMRect => (stage.toast() as HTMLElement).getBoundingClientRect();
    expect(toast().bottom).toBeLessThanOrEqual(box.top);
    expect(toast().right).toBeLessThanOrEqual(innerWidth);
    const cell = document.body.appendChild(document.createElement("textarea"));
    cell.style.cssText = `position:fixed;right:0;top:${toast().top}px;width:300px;height:60px`;
    cell.focus();
    await expect.poll(() => toast().bottom).toBeLessThanOrEqual(cell.getBoundingClientRect().top);
    cell.remove();
  });
});

test("nothing of it is left in the page", async () => {
  const before = document.body.childElementCount;
  const model = new MockModel({ kind: "notifications", course: freshCourse() });
  const end = widget.initialize({ model: model.proxy() });
  const el = document.createElement("div");
  const close = widget.render({ model: model.proxy(), el });
  const again = widget.render({ model: model.proxy(), el: document.createElement("div") });
  await settled();
  expect(document.body.childElementCount, "one corner for two views").toBe(before + 1);
  close();
  again();
  expect(document.body.childElementCount, "it pops up where no pane is shown").toBe(before + 1);
  end();
  expect([document.body.childElementCount, model.listeners]).toEqual([before, 0]);
});

describe.each(Object.entries(pictures))("%s", (_, { options, play, act }) => {
  test.each([
    ["light", 900],
    ["dark", 360],
  ])("is accessible in %s, %i px wide, and nothing is cut sideways", async (theme, width) => {
    dress(themes[theme]);
    const model = new MockModel({ kind: "notifications", course: freshCourse(), options });
    const end = widget.initialize({ model: model.proxy() });
    const el = document.body.appendChild(document.createElement("div"));
    el.style.width = `${width}px`;
    const close = widget.render({ model: model.proxy(), el });
    play(model);
    await settled();
    const root = (el.firstElementChild as HTMLElement).shadowRoot as ShadowRoot;
    await act?.(root, model);
    await settled();
    const corner = document.body.lastElementChild as HTMLElement;
    for (const shadow of [root, corner.firstElementChild?.shadowRoot as ShadowRoot]) {
      finishAnimations(shadow);
    }
    for (const part of [el, corner]) {
      const { violations } = await axe.run(part, {
        runOnly: inDress(theme, [...RULES, "wcag22aa"]),
      });
      expect(told(violations.filter(isGrave))).toEqual([]);
    }
    const view = root.querySelector(".edu") as HTMLElement;
    expect(view.scrollWidth).toBe(view.clientWidth);
    for (const button of root.querySelectorAll("button, .ac a")) {
      const { width: wide, height: high } = button.getBoundingClientRect();
      if (wide === 0) continue;
      expect(Math.min(wide, high), button.outerHTML.slice(0, 120)).toBeGreaterThanOrEqual(24);
    }
    close();
    end();
    el.remove();
  });
});
