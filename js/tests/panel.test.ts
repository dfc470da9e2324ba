import axe from "axe-core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Connection } from "../src/core/connection";
import { canLead, lead, offer } from "../src/core/navigation";
import { OTHER_DRESS } from "./accessible";
import { MockModel } from "./mock";
import { keydown } from "./mount";
import { partsOf, staff, student } from "./panel_parts";
import { closePanels, loaded, type PanelStage, real, shown, stubbed } from "./panel_stage";
import { PATIENT } from "./patience";
import { closeAll, freshCourse, settled } from "./stage";

afterEach(() => {
  closePanels();
  closeAll();
  sessionStorage.clear();
});

const made = (stage: PanelStage, tab: string): string[] =>
  (stage.parts[tab]?.sent ?? []).map(({ op }) => String(op));

/** The figures as they are seen. */
const figuresOf = (strip: Element): string =>
  [...strip.querySelectorAll<HTMLElement>(".ct > :not(.sr)")]
    .flatMap((part) => part.innerText ?? [])
    .join(" ");

describe("tabs", () => {
  test("the first is in front; what is in another is made when it is looked at, and kept", async () => {
    const stage = await shown();
    expect(stage.tabs()).toEqual(["Chat", "Polls", "People", "Notifications"]);
    expect(stage.content()).toBe("This is the part chat");
    expect(made(stage, "polls")).toEqual([]);
    stage.tab("Polls").click();
    await loaded();
    expect(stage.content()).toBe("This is the part polls");
    expect(stage.find("[role=tabpanel]:not([hidden])").getAttribute("aria-labelledby")).toBe(
      "tab-polls",
    );
    stage.tab("Chat").click();
    await loaded();
    expect(stage.content()).toBe("This is the part chat");
    expect([made(stage, "chat"), made(stage, "polls")]).toEqual([["made"], ["made"]]);
    expect(made(stage, "people")).toEqual([]);
  });

  test("notifications can pop up from the start", async () => {
    const stage = await shown();
    expect(made(stage, "notifications")).toEqual(["made"]);
    expect(stage.content()).not.toContain("notifications");
  });

  test("by keys: arrows go round, Home and End to the ends, one stop of the Tab key", async () => {
    const stage = await shown();
    const selected = (): [string, string] => [
      stage.find("[aria-selected=true]").id,
      (stage.root.activeElement as HTMLElement).id,
    ];
    stage.tab("Chat").focus();
    const pressed = await stage.press("ArrowRight");
    expect(selected()).toEqual(["tab-polls", "tab-polls"]);
    expect(pressed.defaultPrevented).toBe(true);
    expect(stage.content()).toBe("This is the part polls");
    await stage.press("End");
    expect(selected()).toEqual(["tab-notifications", "tab-notifications"]);
    await stage.press("ArrowRight");
    expect(selected()).toEqual(["tab-chat", "tab-chat"]);
    await stage.press("ArrowLeft");
    await stage.press("Home");
    expect(selected()).toEqual(["tab-chat", "tab-chat"]);
    expect(stage.all("[role=tab]").map(({ tabIndex }) => tabIndex)).toEqual([0, -1, -1, -1]);
    const owned = stage.all("[role=tablist] > *");
    expect(owned.map((child) => child.getAttribute("role"))).toEqual(Array(4).fill("tab"));
  });

  test("only those that were asked for, in their order", async () => {
    const stage = await shown({ parts: { people: stubbed("people"), chat: stubbed("chat") } });
    expect(stage.tabs()).toEqual(["People", "Chat"]);
    expect(stage.content()).toBe("This is the part people");
  });

  test.each(["en", "tr"])(
    "labels are whole or shapes with a name, at any width (%s)",
    async (lang) => {
      const kinds = ["chat", "polls", "board", "cells", "stream", "people", "progress", "notes"];
      const parts = Object.fromEntries([...kinds, "notifications"].map((k) => [k, stubbed(k)]));
      const offered = ["chat", "polls", "presence", "board", "cells", "stream", "progress"];
      const stage = await shown({
        lang,
        parts,
        lesson: { features: [...offered, "notes_sharing"] },
        panel: staff({ unread: { polls: 12, people: 3 } }),
      });
      const host = stage.root.host as HTMLElement;
      for (const width of [340, 600, 700, 900, 1300]) {
        host.style.width = `${width}px`;
        const labelled = width > 1200 ? 9 : 1;
        await expect.poll(() => wholeLabels(stage)).toBe(labelled);
        for (const tab of stage.all(".tab").filter((one) => !isWhole(one)))
          expect(tab.title, `${width}`).toBe(tab.querySelector(".t")?.textContent);
      }
    },
  );

  test("what the course does not offer has no tab; a base service has chat and notifications", async () => {
    const stage = await shown({ lesson: { features: ["chat"] } });
    expect(stage.tabs()).toEqual(["Chat", "Notifications"]);
    stage.model.say({ op: "batch", n: 1, lesson: { features: ["chat", "polls"] } });
    await loaded();
    expect(stage.tabs()).toEqual(["Chat", "Polls", "Notifications"]);
    expect(stage.content()).toBe("This is the part chat");
    expect(made(stage, "chat")).toEqual(["made"]);
  });

  test("the tab that was looked at is in front again after a reload", async () => {
    const stage = await shown();
    stage.tab("People").click();
    await loaded();
    stage.close();
    expect((await stage.again()).content()).toBe("This is the part people");
  });

  test("a page loaded again goes back to that tab once it is known who looks", async () => {
    const course = freshCourse();
    const stage = await shown({ course });
    stage.tab("People").click();
    stage.close();
    expect((await shown({ course })).content()).toBe("This is the part people");
  });

  test("two views of a panel show what each was asked for", async () => {
    const stage = await shown();
    const other = await stage.again();
    other.tab("Polls").click();
    await loaded();
    expect(stage.content()).toBe("This is the part chat");
    expect(other.content()).toBe("This is the part polls");
  });

  test("Python brings one to the front, once", async () => {
    const stage = await shown();
    await stage.say(student({ front: { tab: "polls", n: 1 } }));
    expect(stage.content()).toBe("This is the part polls");
    stage.tab("Chat").click();
    await stage.say(student({ front: { tab: "polls", n: 1 }, quiet: true }));
    expect(stage.content()).toBe("This is the part chat");
    await stage.say(student({ front: { tab: "polls", n: 2 } }));
    expect(stage.content()).toBe("This is the part polls");
  });

  test("a widget that was made anew takes the place of the old one", async () => {
    const stage = await shown();
    const next = stubbed("new chat");
    stage.model.others.set("m-next", next);
    stage.model.set("_parts", partsOf({ chat: "IPY_MODEL_m-next", polls: "IPY_MODEL_m-polls" }));
    await loaded();
    expect(stage.content()).toBe("This is the part new chat");
    expect(made(stage, "chat")).toEqual(["made", "ended"]);
  });

  test("what cannot be found says so", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    vi.spyOn(console, "error").mockReturnValue();
    const pending = shown({ parts: { chat: stubbed("chat") } });
    await vi.advanceTimersByTimeAsync(10);
    await pendingWith(pending);
    vi.useRealTimers();
    const stage = await pending;
    stage.model.set("_parts", partsOf({ chat: "IPY_MODEL_gone" }));
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await settled();
    await vi.advanceTimersByTimeAsync(9_000);
    vi.useRealTimers();
    await settled();
    expect(stage.content()).toMatch(/could not be loaded. Run the cell again/);
  });

  test("closed, it ends what it shows", async () => {
    const stage = await shown();
    stage.close();
    await settled();
    expect(made(stage, "chat")).toEqual(["made", "ended"]);
    expect(made(stage, "notifications")).toEqual(["made", "ended"]);
  });
});

/** Let timers of a stage that is being made run. */
async function pendingWith(pending: Promise<unknown>): Promise<void> {
  let done = false;
  pending.finally(() => {
    done = true;
  });
  while (!done) await vi.advanceTimersByTimeAsync(5);
}

describe("what is new", () => {
  test("counts stand in the tabs that are not shown, and in their names", async () => {
    const unread = { chat: 3, polls: 1, people: 0, notifications: 120 };
    const stage = await shown({ panel: student({ unread }) });
    expect(stage.tabs()).toEqual([
      "Chat",
      "Polls 1 to vote in",
      "People",
      "Notifications 120 unread",
    ]);
    expect(stage.all(".cnt").map((count) => count.innerText)).toEqual(["1", "99+"]);
    stage.tab("Polls").click();
    await loaded();
    expect(stage.tabs()[0]).toBe("Chat 3 unread");
    expect(stage.tabs()[1]).toBe("Polls");
    await stage.say(student({ unread: { ...unread, chat: 0 } }));
    expect(stage.tabs()[0]).toBe("Chat");
  });

  test("for staff people are hands that wait, for a student a dot: help is coming", async () => {
    const stage = await shown({ panel: staff({ unread: { people: 2 } }) });
    expect(stage.tabs()[2]).toBe("People 2 hands waiting");
    await stage.say(student({ helped: true }));
    expect(stage.tabs()[2]).toBe("People help is coming");
    expect(stage.all(".dot")).toHaveLength(1);
  });

  test("it is read out, but not at once and not what was so at first", async () => {
    const stage = await shown({ panel: student({ unread: { chat: 1, polls: 1 } }) });
    const spoken = (): string => stage.find(".tabs > [role=status].sr").innerText;
    expect(spoken()).toBe("");
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
    stage.model.say({
      ...{ op: "batch", n: 1 },
      set: { panel: [{ ...student({ unread: { chat: 1, polls: 2 } }), rev: 2 }] },
    });
    await vi.advanceTimersByTimeAsync(10_500);
    vi.useRealTimers();
    await settled();
    expect(spoken()).toBe("Polls: 2 to vote in");
  });

  test("in Turkish, without suffixes on numbers", async () => {
    const unread = { chat: 0, polls: 1, people: 4, notifications: 2 };
    const stage = await shown({ panel: staff({ unread }), lang: "tr" });
    expect(stage.tabs()).toEqual([
      "Sohbet",
      "Anketler oy bekleyen 1",
      "Kişiler bekleyen 4 el",
      "Bildirimler 2 okunmamış",
    ]);
    expect(figuresOf(stage.find(".desk"))).toBe("24 bitirdi 5 takıldı 3 uzakta 3 el");
  });

  test("what makes no sense is nothing", async () => {
    const unread = { chat: { unread: "<b>9</b>" }, polls: { unread: -4 } };
    const hostile = { id: "panel", rev: 2, parts: unread, desk: 7 };
    const stage = await shown({ panel: hostile });
    expect(stage.tabs()).toEqual(["Chat", "Polls", "People", "Notifications"]);
    expect(stage.all(".desk")).toEqual([]);
  });
});

/** Whether a tab's label is in sight, all of it. */
function isWhole(tab: Element): boolean {
  const label = tab.querySelector(".t");
  return label !== null && label.clientWidth > 1 && label.scrollWidth <= label.clientWidth;
}

const wholeLabels = (stage: PanelStage): number => stage.all(".tab").filter(isWhole).length;

describe("the instructor's strip", () => {
  test("students have none", async () => {
    expect((await shown()).all(".desk")).toEqual([]);
  });

  test("says how far the class is; hands lead to people", async () => {
    const stage = await shown({ panel: staff() });
    const strip = stage.find(".desk");
    expect(figuresOf(strip)).toBe("24 done 5 stuck 3 away 3 hands");
    expect(stage.find(".leads").textContent).toMatch(/3\s*hands show people/);
    stage.find(".leads").click();
    await loaded();
    expect(stage.content()).toBe("This is the part people");
  });

  test("switches show at once and are told to the kernel", async () => {
    const stage = await shown({ panel: staff() });
    stage.button("Hide names").click();
    stage.button("Do not disturb").click();
    await settled();
    expect(stage.button("Hide names").getAttribute("aria-checked")).toBe("true");
    expect(stage.button("Do not disturb").getAttribute("aria-checked")).toBe("true");
    const asked = stage.model.asked("intent").map(({ do: what, args }) => [what, args]);
    expect(asked).toEqual([
      ["panel.switch", { name: "hide_names", on: true }],
      ["panel.switch", { name: "quiet", on: true }],
    ]);
    const ids = stage.model.asked("intent").map(({ id }) => id);
    stage.model.say({ op: "got", to: stage.model.page, ids });
    await stage.say(staff({ quiet: false }));
    expect(stage.button("Do not disturb").getAttribute("aria-checked")).toBe("false");
  });
});

describe("projector mode", () => {
  const project = async (): Promise<PanelStage> => {
    const stage = await shown({ panel: staff({ unread: { chat: 7 } }) });
    stage.button("Projector mode").focus();
    stage.button("Projector mode").click();
    await loaded();
    return stage;
  };

  test("of the chat it goes to the poll; tabs, figures and light go away", async () => {
    const stage = await project();
    expect(stage.content()).toBe("This is the part polls");
    expect(stage.all(".tabs, .desk, .light, .banner, .cnt")).toEqual([]);
    expect(stage.model.asked("intent", "panel.projector").map(({ args }) => args)).toEqual([
      { on: true },
    ]);
  });

  test("a class that looks at what stands still is told why", async () => {
    const stage = await project();
    stage.model.emit("comm:close");
    await settled();
    expect(stage.find(".banners").innerText).toContain("The kernel has stopped.");
  });

  test("Escape leaves it, back to where it was switched on", async () => {
    const stage = await project();
    expect(stage.root.activeElement).toBe(stage.button("Leave projector mode (Esc)"));
    await stage.press("Escape");
    expect(stage.content()).toBe("This is the part chat");
    expect(stage.root.activeElement).toBe(stage.button("Projector mode"));
    const asked = stage.model.asked("intent", "panel.projector").map(({ args }) => args.on);
    expect(asked).toEqual([true, false]);
  });

  test("is of the view that was put into it; Escape ends it from anywhere in the page", async () => {
    const stage = await shown({ panel: staff() });
    const wall = await stage.again();
    wall.button("Projector mode").click();
    await loaded();
    expect(wall.all(".tabs")).toEqual([]);
    expect(stage.tabs()).toHaveLength(4);
    expect(stage.model.asked("intent", "panel.projector")).toHaveLength(1);
    document.body.dispatchEvent(keydown("Escape"));
    await settled();
    expect(wall.tabs()).toHaveLength(4);
    const asked = stage.model.asked("intent", "panel.projector").map(({ args }) => args.on);
    expect(asked).toEqual([true, false]);
    // A view for the wall that is closed is no more projected; the only one of a page will be.
    wall.button("Projector mode").click();
    await settled();
    wall.close();
    await settled();
    expect(stage.tabs()).toHaveLength(4);
    stage.button("Projector mode").click();
    await settled();
    stage.close();
    const rerun = await stage.again();
    expect(rerun.all(".tabs")).toEqual([]);
  });

  test("what the kernel had still to say before it heard of it does not end it", async () => {
    const stage = await project();
    await stage.say(staff({ unread: { chat: 8 } }));
    expect(stage.content()).toBe("This is the part polls");
  });

  test("Python turns it on and off; a page tells nothing that it was told", async () => {
    const stage = await shown({ panel: staff() });
    await stage.say(staff({ projector: true }));
    expect(stage.all(".tabs")).toEqual([]);
    await stage.say(staff({ projector: false }));
    expect(stage.tabs()).toHaveLength(4);
    expect(stage.model.asked("intent")).toEqual([]);
  });

  test("people stay in front; neither chat nor notifications ever are", async () => {
    const stage = await shown({ panel: staff() });
    stage.tab("People").click();
    await stage.say(staff({ projector: true }));
    expect(stage.content()).toBe("This is the part people");
    const parts = { chat: stubbed("chat"), notifications: stubbed("notifications") };
    const other = await shown({ panel: staff({ projector: true }), parts });
    expect(other.content()).toBe("Hidden while projecting.");
  });

  test("a page that was projected is still after a reload, and tells the kernel", async () => {
    const course = freshCourse();
    const first = await shown({ panel: staff({ projector: true }), course });
    first.close();
    const second = await shown({ panel: staff(), course });
    expect(second.all(".tabs")).toEqual([]);
    expect(second.model.asked("intent", "panel.projector").map(({ args }) => args.on)).toEqual([
      true,
    ]);
  });
});

describe("one light, one banner", () => {
  test("the chat in its tab has neither, nor a title, nor a frame of its own", async () => {
    const course = freshCourse();
    const chat = real("chat", course);
    const stage = await shown({
      parts: { chat },
      course,
      lesson: { state: "offline", queued: 2, messages: 2 },
    });
    await vi.waitFor(() => expect(chat.asked("ready")).toBe(1), PATIENT);
    chat.snapshot([], { course, state: "offline", queued: 2 });
    await loaded();
    const inner = stage.find(".content").firstElementChild?.shadowRoot as ShadowRoot;
    const text = (inner.querySelector(".edu") as HTMLElement).innerText;
    expect(text).toContain("No messages yet");
    expect(text).not.toContain("Offline");
    expect(text).not.toMatch(/^Chat/);
    expect(getComputedStyle(inner.querySelector(".edu") as Element).borderWidth).toBe("0px");
    expect(stage.find(".light").innerText).toBe("Offline");
    expect(stage.find(".banners").innerText).toContain("2 messages are kept");
  });

  test("what is in the tabs is of one height, whatever it has around what scrolls", async () => {
    const course = freshCourse();
    const kinds = ["chat", "people", "board"];
    const parts = Object.fromEntries(
      kinds.map((kind) => [kind, real(kind === "people" ? "presence" : kind, course)]),
    );
    const features = ["chat", "presence", "board"];
    const stage = await shown({ parts, course, lesson: { features } });
    for (const [name, part] of Object.entries(parts)) {
      stage.tab(name[0]?.toUpperCase() + name.slice(1)).click();
      await vi.waitFor(() => expect(part.asked("ready")).toBe(1), PATIENT);
      part.snapshot([], { course, features });
      await loaded();
      await expect.poll(() => stage.find("[role=tabpanel]:not([hidden])").offsetHeight).toBe(420);
    }
    for (const height of [600, 300]) {
      stage.model.set("options", { height, lang: "en" });
      await expect
        .poll(() => stage.find("[role=tabpanel]:not([hidden])").offsetHeight)
        .toBe(height);
    }
  });

  test("an empty chat's box stands at the end of its tab", async () => {
    const course = freshCourse();
    const chat = real("chat", course);
    const stage = await shown({ parts: { chat }, course });
    await vi.waitFor(() => expect(chat.asked("ready")).toBe(1), PATIENT);
    chat.snapshot([], { course });
    await loaded();
    const inner = stage.find(".content").firstElementChild?.shadowRoot as ShadowRoot;
    const bottom = (element: Element | null): number =>
      element?.getBoundingClientRect().bottom ?? Number.NaN;
    expect(inner.querySelector(".empty")).not.toBeNull();
    const end = bottom(stage.find("[role=tabpanel]:not([hidden])"));
    expect(end - bottom(inner.querySelector(".writing"))).toBeLessThan(16);
  });

  test("a kernel that is busy with what was asked in a tab is said above them", async () => {
    const course = freshCourse();
    const stage = await shown({ course });
    const chat = new MockModel({ course });
    const connection = new Connection(chat.proxy(), () => "en");
    connection.show();
    chat.snapshot([], { course });
    connection.intend("chat.send", { text: "hello" });
    await vi.waitFor(
      () => expect(stage.find(".banners").innerText).toContain("The kernel is busy."),
      PATIENT,
    );
    const [sent] = chat.asked("intent");
    chat.say({ op: "got", to: chat.page, ids: [sent?.id] });
    await settled();
    expect(stage.find(".banners").innerText).toBe("");
    connection.dispose();
  });

  test("a kernel that is gone says so", async () => {
    const stage = await shown({ panel: staff() });
    stage.model.emit("comm:close");
    await settled();
    expect(stage.find(".light").innerText).toBe("Not connected");
    expect(stage.find(".banners").innerText).toContain("The kernel has stopped.");
  });
});

describe("being led to a tab", () => {
  test("what is in a tab that was never shown is led to once it stands", async () => {
    const course = freshCourse();
    const stage = await shown({ course });
    expect(canLead(course, "polls")).toBe(true);
    const led = vi.fn();
    lead(course, "polls", { id: "p1" });
    await loaded();
    expect(stage.content()).toBe("This is the part polls");
    const end = offer(course, "polls", stage.find(".stub"), led);
    expect(led).toHaveBeenCalledWith({ id: "p1" });
    end();
  });

  test("what is in a hidden tab comes to the front", async () => {
    const course = freshCourse();
    const stage = await shown({ course });
    const inside = stage.find("#pane-chat .stub");
    const led = vi.fn();
    const end = offer(course, "chat", inside, led);
    stage.tab("People").click();
    await loaded();
    lead(course, "chat", { id: "m1" });
    await loaded();
    expect(stage.content()).toBe("This is the part chat");
    expect(led).toHaveBeenCalledTimes(1);
    end();
  });
});

test.each([
  ["a student", student({ unread: { chat: 0, polls: 2 }, helped: true })],
  ["an instructor", staff({ unread: { chat: 2, polls: 1 } })],
  ["a class that is shown it", staff({ projector: true })],
])("axe finds nothing: %s", async (_, panel) => {
  const stage = await shown({ panel });
  for (const theme of ["#fff", "#111"]) {
    document.documentElement.style.setProperty("--jp-layout-color1", theme);
    document.documentElement.style.setProperty(
      "--jp-ui-font-color0",
      theme === "#fff" ? "#000" : "#fff",
    );
    await loaded();
    const { violations, passes } = await axe.run(stage.el, {
      rules: { region: { enabled: false } },
      ...(theme === "#111" && { runOnly: OTHER_DRESS }),
    });
    expect(violations).toEqual([]);
    expect(passes.map(({ id }) => id)).toContain("color-contrast");
  }
  document.documentElement.removeAttribute("style");
});
