import axe from "axe-core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { contrast, readColor } from "../src/core/color";
import type { Fields } from "../src/core/messages";
import { dress, finishAnimations, inDress, isGrave, themes, told } from "./accessible";
import { message } from "./mock";
import { closeAll, type Stage, settled, stage } from "./stage";

afterEach(() => {
  closeAll();
  document.documentElement.removeAttribute("style");
});

interface Case {
  name: string;
  play: (shown: Stage) => void;
  en: string[];
  tr: string[];
}

const snapshot =
  (docs: unknown[], lesson: Fields = {}) =>
  ({ model }: Stage): void =>
    model.snapshot(docs, { course: "py101", ...lesson });

const own = (state: string, more: Fields = {}): Fields => {
  const { born: _, seq: __, ...doc } = message(1, { user: "u-tomas", name: "Tomas" });
  return { ...doc, state, ...more };
};

const cases: Case[] = [
  { name: "connecting", play: () => {}, en: ["Connecting"], tr: ["Bağlanıyor"] },
  {
    name: "empty",
    play: snapshot([], { online: 4 }),
    en: ["Chat py101 · 4 here Live", "No messages yet"],
    tr: ["Sohbet py101 · 4 kişi Canlı", "Henüz ileti yok"],
  },
  {
    name: "live",
    play: snapshot([message(2, { role: "instructor", edited: 1 })]),
    en: ["Emre Instructor 10:00 edited Message 2"],
    tr: ["Emre Eğitmen 10:00 düzenlendi Message 2"],
  },
  {
    name: "reconnecting, one kept",
    play: snapshot([message(1)], { state: "reconnecting", queued: 1, messages: 1 }),
    en: ["Reconnecting. 1 message is kept and will be sent."],
    tr: ["Yeniden bağlanıyor. 1 ileti sırada, gönderilecek."],
  },
  {
    name: "offline, two kept",
    play: (shown) => {
      const nextTryIn = 41_900;
      snapshot([message(1)], { state: "offline", queued: 2, messages: 2, nextTryIn })(shown);
    },
    en: ["Offline. 2 messages are kept and will be sent. Next try in 42 s. Retry now"],
    tr: ["Çevrimdışı. 2 ileti sırada. Bağlantı gelince gider. Yeniden deneme: 42 sn Şimdi dene"],
  },
  {
    name: "messages and other changes kept",
    play: snapshot([message(1)], { state: "offline", queued: 5, messages: 2 }),
    en: ["Offline. 2 messages and 3 other changes are kept and will be sent."],
    tr: ["Çevrimdışı. 2 ileti ve 3 başka değişiklik sırada. Bağlantı gelince gider."],
  },
  {
    name: "a message and another change kept",
    play: snapshot([message(1)], { state: "reconnecting", queued: 2, messages: 1 }),
    en: ["Reconnecting. 1 message and 1 other change are kept and will be sent."],
    tr: ["Yeniden bağlanıyor. 1 ileti ve 1 başka değişiklik sırada, gönderilecek."],
  },
  {
    name: "a reaction kept",
    play: snapshot([message(1)], { state: "reconnecting", queued: 1 }),
    en: ["Reconnecting. 1 change is kept and will be sent."],
    tr: ["Yeniden bağlanıyor. 1 değişiklik sırada, gönderilecek."],
  },
  {
    name: "kernel gone",
    play(shown) {
      snapshot([message(1)])(shown);
      shown.model.emit("comm:close");
    },
    en: ["Not connected", "The kernel has stopped. Run the notebook's first cells again."],
    tr: ["Bağlı değil", "Çekirdek durdu. Not defterinin ilk hücrelerini yeniden çalıştırın."],
  },
  {
    name: "not permitted",
    play: (shown) => {
      const reason = shown.root.querySelector("[lang=tr]")
        ? "Davetin süresi dolmuş."
        : "The invite has expired.";
      snapshot([], { state: "stopped", code: 4508, reason })(shown);
    },
    en: ["You cannot enter py101. The invite has expired.", "Ask your instructor"],
    tr: ["py101 dersine girilemiyor. Davetin süresi dolmuş.", "Eğitmeninizden yeni bir davet"],
  },
  {
    name: "read-only",
    play: snapshot([message(1)], { readonly: true }),
    en: ["You can read here, but not write."],
    tr: ["Burada okuyabilirsiniz, yazamazsınız."],
  },
  {
    name: "pending",
    play: snapshot([own("pending")]),
    en: ["You 10:00 Message 1 Sending"],
    tr: ["Siz 10:00 Message 1 Gönderiliyor"],
  },
  { name: "queued", play: snapshot([own("queued")]), en: ["Waiting"], tr: ["Sırada"] },
  {
    name: "slowed",
    play: (shown) => snapshot([own("slowed", { retryIn: 2_900 })])(shown),
    en: ["Sends in 3 s"],
    tr: ["3 sn sonra gönderilecek"],
  },
  {
    name: "failed",
    play: snapshot([own("failed", { error: "Too long." })]),
    en: ["Not sent · Too long. Retry Delete"],
    tr: ["Gönderilemedi · Too long. Yeniden dene Sil"],
  },
  {
    name: "held",
    play: snapshot([own("held")]),
    en: ["Not sent Retry Delete"],
    tr: ["Gönderilemedi Yeniden dene Sil"],
  },
  {
    name: "typing",
    play(shown) {
      snapshot([message(1)])(shown);
      const data = { names: ["Jonas", "Lina"] };
      shown.model.say({ op: "signal", name: "typing", data });
    },
    en: ["Jonas and Lina are typing"],
    tr: ["Jonas ve Lina yazıyor"],
  },
];

describe.each(cases)("$name", ({ play, en, tr }) => {
  test.each([
    ["en", en],
    ["tr", tr],
  ])("says what is so in %s", async (lang, words) => {
    const shown = stage({ options: { lang } });
    play(shown);
    await settled();
    for (const part of words) expect(shown.text()).toContain(part);
  });

  test.each(Object.keys(themes))("is accessible in %s", async (theme) => {
    dress(themes[theme]);
    const shown = stage({ options: { lang: "en" } });
    play(shown);
    await settled();
    finishAnimations(shown.root);
    const { violations, passes } = await axe.run(shown.el, {
      runOnly: inDress(theme),
    });
    expect(told(violations.filter(isGrave))).toEqual([]);
    expect(passes.map(({ id }) => id)).toContain("color-contrast");
  });
});

test("the kernel is busy when a message is not confirmed, and says so", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const shown = stage({ options: { lang: "tr" } });
  shown.model.snapshot([]);
  await settled();
  await shown.send("merhaba");
  expect(shown.text()).not.toContain("Çekirdek");
  vi.advanceTimersByTime(800);
  await settled();
  expect(shown.text()).toContain(
    "Çekirdek meşgul. Okuyabilirsiniz; yazdıklarınız hücre bitince gider.",
  );
  expect(shown.text()).toContain("Canlı");
});

test("one banner at a time: stopped, then offline, then busy", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const shown = stage({ options: { lang: "en" } });
  shown.model.snapshot([], { state: "offline" });
  await settled();
  await shown.send("x");
  vi.advanceTimersByTime(800);
  await settled();
  expect(shown.all(".banner").map((banner) => banner.querySelector("b")?.textContent)).toEqual([
    "Offline.",
  ]);
  shown.model.say({ op: "batch", n: 1, lesson: { state: "stopped", code: 4502, reason: "Odd." } });
  await settled();
  expect(shown.all(".banner").map((banner) => banner.textContent)).toEqual([
    "Not connected. Odd.Retry now",
  ]);
});

describe("Retry now", () => {
  const retries = (shown: Stage): number => shown.model.asked("intent", "lesson.retry").length;
  const button = (shown: Stage) => shown.root.querySelector<HTMLElement>(".banner button");

  test("is offered while stopped, with what is kept", async () => {
    const lesson = { state: "stopped", code: 4508, reason: "The invite has expired.", queued: 2 };
    const shown = stage({ options: { lang: "en" } });
    snapshot([], lesson)(shown);
    await settled();
    expect(shown.text()).toContain(
      "You cannot enter py101. The invite has expired. 2 changes are kept. Retry now",
    );
    button(shown)?.click();
    expect(retries(shown)).toBe(1);
    const turkish = stage({ options: { lang: "tr" } });
    snapshot([], { ...lesson, code: 4502, reason: "Olmadı.", messages: 2 })(turkish);
    await settled();
    expect(turkish.text()).toContain("Bağlı değil. Olmadı. 2 ileti saklanıyor. Şimdi dene");
  });

  test.each(["reconnecting", "connecting"])("is offered after 8 s of %s", async (state) => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
    const shown = stage({ options: { lang: "en" } });
    snapshot([message(1)], { state })(shown);
    await settled();
    expect(button(shown)).toBeNull();
    vi.advanceTimersByTime(9_000);
    await settled();
    expect(shown.find(".banner b").textContent?.toLowerCase()).toBe(`${state}.`);
    expect(button(shown)?.textContent).toBe("Retry now");
    shown.model.say({ op: "batch", n: 1, lesson: { state: "live" } });
    await settled();
    expect(button(shown)).toBeNull();
  });

  test.each(["reconnecting", "connecting"])(
    "is offered while %s waits for a try",
    async (state) => {
      const shown = stage({ options: { lang: "en" } });
      snapshot([message(1)], { state, nextTryIn: 4_900 })(shown);
      await settled();
      expect(shown.find(".banner").textContent).toContain("Next try in 5\u00a0s.");
      expect(button(shown)?.textContent).toBe("Retry now");
    },
  );

  test("rests for a second once pressed", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const shown = stage({ options: { lang: "en" } });
    snapshot([], { state: "offline" })(shown);
    await settled();
    expect(button(shown)?.getAttribute("aria-disabled")).toBe("false");
    button(shown)?.click();
    await settled();
    expect(button(shown)?.getAttribute("aria-disabled")).toBe("true");
    button(shown)?.click();
    expect(retries(shown)).toBe(1);
    vi.advanceTimersByTime(1_000);
    await settled();
    button(shown)?.click();
    expect(retries(shown)).toBe(2);
  });
});

test("a kernel that is gone counts for more than a lesson that was left", async () => {
  const shown = stage({ options: { lang: "en" } });
  snapshot([message(1)])(shown);
  shown.model.say({ op: "batch", n: 1, lesson: { state: "closed" } });
  await settled();
  expect(shown.text()).toContain("You have left the lesson. Run the cell that opened it again.");
  shown.model.emit("comm:close");
  await settled();
  expect(shown.text()).toContain("The kernel has stopped. Run the notebook's first cells again.");

  const late = stage({ options: { lang: "en" } });
  snapshot([message(1)])(late);
  late.model.emit("comm:close");
  late.model.say({ op: "batch", n: 1, lesson: { state: "closed" } });
  await settled();
  expect(late.text()).toContain("The kernel has stopped. Run the notebook's first cells again.");
});

test.each([
  ["en", "The lesson's service has ended.", "Start it again", "Copied: run it in a cell"],
  ["tr", "Dersin hizmeti sona erdi.", "Yeniden başlat", "Kopyalandı: bir hücrede çalıştırın"],
])("who hosted is told how the service runs again, in %s", async (lang, lead, start, copied) => {
  const shown = stage({ options: { lang } });
  const restart = 'edu.host("py101")';
  shown.model.snapshot([message(1)], { state: "reconnecting", restart });
  await settled();
  expect(shown.find(".banner b").textContent).toBe(lead);
  expect(shown.find(".banner code").textContent).toBe(restart);
  const button = shown.find<HTMLButtonElement>(".banner button");
  expect(button.textContent).toBe(start);
  vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
  button.click();
  await settled();
  expect(navigator.clipboard.writeText).toHaveBeenCalledWith(restart);
  expect(button.textContent).toBe(copied);
  // Where there are cells, it is put into one and run.
  const sources: string[] = [];
  const ran: string[] = [];
  const content = { activeCell: { model: { sharedModel: { setSource: () => {} } } } };
  (globalThis as { jupyterapp?: unknown }).jupyterapp = {
    commands: {
      hasCommand: () => true,
      execute: async (id: string) => {
        ran.push(id);
        const setSource = (source: string) => sources.push(source);
        content.activeCell = { model: { sharedModel: { setSource } } } as never;
      },
    },
    shell: { currentWidget: { content } },
  };
  button.click();
  await settled();
  delete (globalThis as { jupyterapp?: unknown }).jupyterapp;
  expect([sources, ran]).toEqual([[restart], ["notebook:insert-cell-below", "notebook:run-cell"]]);
  shown.model.say({ op: "batch", n: 1, lesson: { state: "live", restart: null } });
  await settled();
  expect(shown.all(".banner button")).toEqual([]);
});

test("Retry now asks the kernel to connect", async () => {
  const shown = stage({ options: { lang: "en" } });
  shown.model.snapshot([], { state: "offline", nextTryIn: 9_000 });
  await settled();
  shown.find(".banner button").click();
  expect(shown.model.asked("intent", "lesson.retry")).toHaveLength(1);
});

test("the countdown counts", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
  const shown = stage({ options: { lang: "en" } });
  shown.model.snapshot([], { state: "offline", nextTryIn: 42_000 });
  await settled();
  expect(shown.text()).toContain("Next try in 42 s.");
  vi.advanceTimersByTime(2_000);
  await settled();
  expect(shown.text()).toContain("Next try in 40 s.");
});

test("the language is the option's, else the page's, and follows a change of it", async () => {
  document.documentElement.lang = "tr-TR";
  const shown = stage({ options: { lang: "" } });
  await settled();
  expect(shown.text()).toContain("Bağlanıyor");
  shown.model.snapshot([own("failed")]);
  await settled();
  expect(shown.text()).toContain("Siz 10:00 Message 1 Gönderilemedi");
  shown.model.set("options", { lang: "en" });
  await settled();
  expect(shown.text()).toContain("You 10:00 Message 1 Not sent Retry Delete");
  document.documentElement.lang = "en";
});

const token = (shown: Stage, name: string) =>
  readColor((shown.el.firstElementChild as HTMLElement).style.getPropertyValue(`--edu-${name}`))
    ?.color ?? [0, 0, 0];

describe("the theme", () => {
  test("is followed when it changes, by the luminance of its background", async () => {
    dress(themes.light);
    const shown = stage();
    const host = shown.el.firstElementChild as HTMLElement;
    expect(host.dataset.scheme).toBe("light");
    dress(themes.dark);
    await expect.poll(() => host.dataset.scheme).toBe("dark");
    expect(token(shown, "bg")).toEqual([33, 33, 33]);
    dress({ "--jp-layout-color1": "#111", "--jp-ui-font-color0": "#fff" });
    await expect.poll(() => host.dataset.scheme).toBe("contrast");
  });

  test.each([
    ["weak", "#ffffff", "#8a8a8a", "#ffd54f"],
    ["weak and dark", "#1f1f1f", "#777777", "#0b3d91"],
    ["middling", "#808080", "#707070", "#7f7f90"],
  ])("that is %s is corrected to its floors", (_, bg, ink, accent) => {
    dress({ "--jp-layout-color1": bg, "--jp-ui-font-color0": ink, "--jp-brand-color1": accent });
    const shown = stage();
    const ground = token(shown, "bg");
    for (const name of ["fg", "muted", "link", "ok", "warn", "bad", "code-k", "code-o"]) {
      expect(contrast(token(shown, name), ground), name).toBeGreaterThanOrEqual(4.4);
    }
    // A menu's items and a row that stands out have grounds of their own.
    for (const name of ["fg", "muted", "link", "ok", "bad"]) {
      for (const under of ["hover", "soft"]) {
        const found = contrast(token(shown, name), token(shown, under));
        expect(found, `${name} on ${under}`).toBeGreaterThanOrEqual(4.4);
      }
    }
    for (const name of ["edge", "mark"]) {
      expect(contrast(token(shown, name), ground), name).toBeGreaterThanOrEqual(2.95);
    }
  });
});
