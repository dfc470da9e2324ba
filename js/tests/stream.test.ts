import axe from "axe-core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { live, picture, streams } from "../gallery/stream";
import type { Fields } from "../src/core/messages";
import { gapBefore } from "../src/stream/backoff";
import type { Kind, Source } from "../src/stream/documents";
import { readStage } from "../src/stream/documents";
import { faultOf, faultOfStatus, onForbidden } from "../src/stream/faults";
import widget from "../src/stream/index";
import { Publisher } from "../src/stream/publisher";
import { dress, finishAnimations, isGrave, RULES, themes, told } from "./accessible";
import type { FakeHls } from "./fake_hls";
import { MockModel } from "./mock";
import { mount } from "./mount";
import { closeStreams, type StreamStage, shown } from "./stream_stage";

afterEach(() => {
  closeStreams();
  vi.restoreAllMocks();
  sessionStorage.clear();
  document.documentElement.removeAttribute("style");
  picture();
});

const soon = (read: () => unknown) => expect.poll(read, { interval: 10 });
const source = (url: string, kind: Kind = "hls"): Source => ({ url, kind });

/** The last picture that was fetched. */
const fetched = (): FakeHls => {
  const { hlsMade = [] } = globalThis as unknown as { hlsMade?: FakeHls[] };
  return hlsMade.at(-1) as FakeHls;
};

async function watching(document: Fields = {}): Promise<StreamStage> {
  const stage = await shown(document);
  stage.button("Watch").click();
  await soon(() => stage.all(".sc .lv:not(.bh)").length).toBe(1);
  await soon(() => stage.asked("stream.watching").length).toBe(1);
  return stage;
}

describe("an address", () => {
  test.each([
    ["javascript:alert(1)", "hls", "https:", "address"],
    ["data:text/html,x", "file", "http:", "address"],
    ["no address", "whep", "https:", "address"],
    ["http://media.example/a.m3u8", "hls", "https:", "insecure"],
    ["http://media.example/a.m3u8", "hls", "http:", null],
    ["http://localhost.evil.example/a.m3u8", "hls", "https:", "insecure"],
    ["http://127.0.0.1:8888/a.m3u8", "hls", "https:", null],
    ["http://localhost:8888/a.m3u8", "hls", "https:", null],
    ["https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "embed", "https:", null],
    ["https://player.vimeo.com/video/76979871", "embed", "https:", null],
    ["https://evil.example/embed/dQw4w9WgXcQ", "embed", "https:", "embed"],
    ["https://www.youtube-nocookie.com/embed/../../evil", "embed", "https:", "embed"],
  ])("%s as %s on %s: %s", (url, kind, protocol, fault) => {
    expect(faultOf(source(url, kind as Kind), protocol)).toBe(fault);
  });

  test("that a server refuses is told from one that will come back", () => {
    const faults = [401, 403, 404, 429, 500, 503, 400, 405, 415].map(faultOfStatus);
    expect(faults.join(" ")).toBe("refused refused gone gone gone gone type type type");
  });

  test("that the page's policy forbids is noticed, and that of others is not", () => {
    const forbidden = vi.fn();
    const end = onForbidden("https://media.example/a.m3u8", forbidden);
    const violate = (effectiveDirective: string, blockedURI: string): void => {
      const init = { effectiveDirective, blockedURI } as SecurityPolicyViolationEventInit;
      document.dispatchEvent(new SecurityPolicyViolationEvent("securitypolicyviolation", init));
    };
    violate("img-src", "https://media.example/a.png");
    violate("connect-src", "https://other.example/a");
    expect(forbidden).not.toHaveBeenCalled();
    violate("connect-src", "https://media.example/b.ts");
    violate("media-src", "blob");
    expect(forbidden).toHaveBeenCalledTimes(2);
    end();
    violate("media-src", "blob");
    expect(forbidden).toHaveBeenCalledTimes(2);
  });
});

test("tries come at once, then within 2.5 s for two minutes, then less often", () => {
  const gaps = Array.from({ length: 6 }, (_, tries) => gapBefore(tries, () => 1));
  expect(gaps).toEqual([0, 500, 1_000, 2_000, 2_500, 2_500]);
  expect(gapBefore(4, () => 0)).toBe(1_500);
  expect([gapBefore(60, () => 1), gapBefore(1_000, () => 1)]).toEqual([7_500, 30_000]);
});

test("what a kernel says of a stream is read, and what is none is left out", () => {
  expect(readStage("nothing")).toBeNull();
  const stage = readStage({
    ...{ id: "stage", offered: 1, can: ["run", 7], watching: "many" },
    ...{ stream: { id: "s", state: "over" }, asked: 3, chapters: [5, { at: 2, text: "Why?" }] },
  });
  expect(stage).toMatchObject({ offered: false, can: ["run"], watching: 0, stream: null });
  expect(stage?.chapters).toEqual([{ at: 2, text: "Why?" }]);
  const odd = readStage({ id: "stage", stream: { ...live(), source: "flash" } });
  expect(odd?.stream?.source).toEqual({ url: "", kind: "page" });
});

describe("a stream", () => {
  test("that is announced tells when it begins, and reminds", async () => {
    const starts = Date.now() + 299_000;
    const announced = live({ state: "announced", starts, began: undefined });
    const stage = await shown({ stream: announced });
    expect(stage.text()).toContain("Starts in 5 min Group by month, with Mira");
    stage.button("Remind me").click();
    expect(stage.asked("stream.remind")).toEqual([{ on: true }]);
    await soon(() => stage.all("[aria-pressed=true]").length).toBe(1);
    expect(stage.find("[aria-pressed=true]").textContent).toBe("You will be reminded");
  });

  test("fetches nothing before one wants to watch, then plays and says so", async () => {
    const before = fetched();
    const stage = await shown();
    expect(fetched()).toBe(before);
    stage.button("Watch").click();
    await soon(() => stage.text()).toContain("LIVE 42 watching 3 s delay");
    expect(fetched().url).toBe("https://media.example/live.m3u8");
    await soon(() => stage.asked("stream.watching").length).toBeGreaterThan(0);
    expect(stage.asked("stream.watching")[0]).toMatchObject({ on: true });
  });

  test("that is paused or closed is not watched any more", async () => {
    const stage = await watching();
    stage.press(" ");
    await soon(() => stage.find(".lv").textContent).toBe("Paused");
    expect(stage.asked("stream.watching").at(-1)).toEqual({ on: false, delay: 0 });
    stage.button("Go live").click();
    await soon(() => stage.asked("stream.watching").at(-1)?.on).toBe(true);
    stage.tell({ stream: live({ state: "ended", url: "" }) });
    await soon(() => stage.asked("stream.watching").at(-1)?.on).toBe(false);
    expect(stage.text()).toContain("The stream has ended.");
  });

  test("that is behind says by how much, and goes live", async () => {
    picture({ behind: 12, latency: 15 });
    const stage = await shown();
    stage.button("Watch").click();
    await soon(() => stage.all(".lv.bh").map(({ textContent }) => textContent)).toEqual([
      "12\u00a0s behind",
    ]);
    expect(stage.text()).not.toContain("42 watching");
    picture();
    stage.button("Go live").click();
    await soon(() => stage.find(".lv").textContent).toBe("LIVE");
  });

  test("whose picture stops keeps the last one in sight, and comes back by itself", async () => {
    const stage = await watching();
    const first = fetched();
    picture({ make: () => new MediaStream() });
    first.failed?.("error", { fatal: true, type: "networkError", details: "fragLoadError" });
    await soon(() => stage.text()).toContain(
      "Mira's picture has stopped. It comes back by itself.",
    );
    expect(stage.find<HTMLCanvasElement>(".still").hidden).toBe(false);
    expect(stage.find<HTMLCanvasElement>(".still").width).toBe(898);
    expect(stage.asked("stream.watching").at(-1)?.on).toBe(false);
    await soon(() => fetched() !== first).toBe(true);
    picture();
    fetched().failed?.("error", { fatal: true, type: "networkError", details: "levelLoadError" });
    await soon(() => stage.find(".lv").textContent).toBe("LIVE");
    expect(stage.find<HTMLCanvasElement>(".still").hidden).toBe(true);
    expect(stage.find(".trouble").textContent).toBe("");
  });

  test.each([
    ["manifestParsingError", {}, "This is no video."],
    ["manifestIncompatibleCodecsError", {}, "This browser cannot show this video."],
    ["manifestLoadError", { response: { code: 403 } }, "You cannot watch this stream."],
  ])("with %s is one sentence, and is tried again when asked", async (details, more, said) => {
    const stage = await watching();
    fetched().failed?.("error", { fatal: true, type: "networkError", details, ...more });
    await soon(() => stage.text()).toContain(said);
    stage.button("Try again").click();
    await soon(() => stage.find(".lv").textContent).toBe("LIVE");
  });

  test("that other pages may not read is told from one that is not there", async () => {
    const stage = await watching();
    const failed = () => Promise.reject(new TypeError("Failed to fetch"));
    const answers = vi
      .spyOn(globalThis, "fetch")
      .mockImplementation((_, init) =>
        init?.mode === "no-cors" ? Promise.resolve(new Response()) : failed(),
      );
    const fatal = { fatal: true, type: "networkError", details: "manifestLoadError" };
    fetched().failed?.("error", { ...fatal, response: { code: 0 } });
    await soon(() => stage.text()).toContain("Access-Control-Allow-Origin");
    expect(answers.mock.calls[0]?.[1]).toMatchObject({ mode: "no-cors", credentials: "omit" });
    stage.button("Try again").click();
    await soon(() => stage.find(".lv").textContent).toBe("LIVE");
    answers.mockImplementation(failed);
    fetched().failed?.("error", { ...fatal, response: { code: 0 } });
    await soon(() => stage.text()).toContain("It comes back by itself.");
  });

  test("that has come back since a request failed is no refusal, and goes on", async () => {
    const stage = await watching();
    const first = fetched();
    const fetch = vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response());
    const fatal = { fatal: true, type: "networkError", details: "manifestLoadError" };
    first.failed?.("error", { ...fatal, response: { code: 0 } });
    await soon(() => fetched() !== first && stage.find(".lv").textContent).toBe("LIVE");
    expect(fetch).toHaveBeenCalled();
    expect(stage.text()).not.toContain("Access-Control-Allow-Origin");
  });

  test("with an address that is none is never fetched", async () => {
    const before = fetched();
    const stage = await shown({ stream: live({ url: "javascript:alert(1)" }) });
    stage.button("Watch").click();
    await soon(() => stage.text()).toContain("This is no address of a stream.");
    expect(fetched()).toBe(before);
    expect(stage.all("a, iframe")).toEqual([]);
  });

  test("that the browser does not start with sound goes on without, and says so", async () => {
    const play = HTMLMediaElement.prototype.play;
    vi.spyOn(HTMLMediaElement.prototype, "play").mockImplementation(function (
      this: HTMLVideoElement,
    ) {
      if (!this.muted) return Promise.reject(new DOMException("no", "NotAllowedError"));
      return play.call(this);
    });
    const stage = await watching();
    expect(stage.find<HTMLVideoElement>("video").muted).toBe(true);
    // A person's press; a script's is none to the browser.
    vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
    stage.button("Sound is off: turn it on").click();
    await soon(() => stage.all(".newpill").length).toBe(0);
    expect(stage.find<HTMLVideoElement>("video").muted).toBe(false);
  });

  test("that the browser does not start at all waits for a press", async () => {
    const refused = vi
      .spyOn(HTMLMediaElement.prototype, "play")
      .mockRejectedValue(new DOMException("no", "NotAllowedError"));
    const stage = await shown();
    stage.button("Watch").click();
    await soon(() => stage.text()).toContain("The browser starts no video by itself. Press Watch.");
    refused.mockRestore();
    stage.button("Watch").click();
    await soon(() => stage.find(".lv").textContent).toBe("LIVE");
  });

  test("that was watched goes on after a reload, without sound until somebody wants it", async () => {
    const stage = await watching();
    const { course } = stage.model.proxy().get("course") as unknown as { course: string };
    const again = await shown({}, { course: course ?? String(stage.model.proxy().get("course")) });
    await soon(() => again.all(".newpill").length).toBe(1);
    expect(again.find<HTMLVideoElement>("video").muted).toBe(true);
  });

  test("of a page that may be embedded is loaded on a press, sandboxed", async () => {
    const url = "https://www.youtube-nocookie.com/embed/aaaaaaaaaaa";
    const stage = await shown({ stream: live({ url, source: "embed" }) });
    expect(stage.all("iframe")).toEqual([]);
    expect(stage.text()).toContain("Loads the player of www.youtube-nocookie.com");
    const bad = await shown({ stream: live({ url: "https://evil.example/", source: "embed" }) });
    expect(bad.text()).toContain("This page cannot be embedded.");
    expect(bad.all("iframe, button.fill")).toEqual([]);
  });
});

describe("keys", () => {
  test("act on the picture, and not where something is typed", async () => {
    const stage = await watching({ can: ["run"] });
    const video = stage.find<HTMLVideoElement>("video");
    stage.press("m");
    await soon(() => video.muted).toBe(true);
    stage.press("k");
    stage.find<HTMLElement>("summary").click();
    stage.press(" ");
    await soon(() => video.paused).toBe(true);
    stage.press("l");
    await soon(() => video.paused).toBe(false);
  });

  test("go through the bar, which is one tab stop", async () => {
    const stage = await watching();
    const buttons = stage.all(".sc button");
    expect(buttons.filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
    buttons[0]?.focus();
    stage.press("ArrowRight");
    await soon(() => stage.root.activeElement).toBe(buttons[1]);
    stage.press("End");
    await soon(() => stage.root.activeElement?.getAttribute("aria-label")).toBe("Full screen (F)");
  });
});

describe("a poll", () => {
  const asked = (since: number): Fields => ({ asked: { id: "p1", round: 1, since } });

  test("waits for one's own picture, and comes at once where one says so", async () => {
    picture({ latency: 30 });
    const stage = await watching();
    stage.model.set("_asks", "IPY_MODEL_polls");
    stage.tell(asked(21_000));
    await soon(() => stage.all(".held").length).toBe(1);
    expect(stage.find(".held").textContent).toContain(
      "A poll appears with your picture, in 9\u00a0s",
    );
    stage.button("Vote now").click();
    await soon(() => stage.all(".pcard").length).toBe(1);
    stage.button("Not now: it stays in Polls (Esc)").focus();
    stage.press("Escape");
    await soon(() => stage.all(".pcard, .held").length).toBe(0);
    stage.tell({ asked: { id: "p1", round: 2, since: 60_000 } });
    await soon(() => stage.all(".pcard").length).toBe(1);
    stage.tell({});
    await soon(() => stage.all(".pcard").length).toBe(0);
  });

  test("is there at once for who does not watch, and nowhere without a widget of polls", async () => {
    picture({ latency: 30 });
    const stage = await shown(asked(0));
    expect(stage.all(".pcard, .held")).toEqual([]);
    stage.model.set("_asks", "IPY_MODEL_polls");
    stage.tell({ ...asked(0), watching: 43 });
    await soon(() => stage.all(".pcard").length).toBe(1);
  });
});

describe("an instructor", () => {
  const write = (stage: StreamStage, name: string, value: string): void => {
    const field = stage
      .all("label")
      .find(({ textContent }) => textContent === name)
      ?.querySelector("input") as HTMLInputElement;
    field.value = value;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  };

  test("starts a stream, announces one and stops it", async () => {
    const stage = await shown({ can: ["run"], stream: undefined });
    write(stage, "Address of the picture", "https://media.example/live.m3u8");
    write(stage, "Title", "Months");
    stage.button("Start").click();
    const first = { url: "https://media.example/live.m3u8", title: "Months", kind: "", minutes: 0 };
    expect(stage.asked("stream.start")).toEqual([first]);
    write(stage, "Minutes until it begins", "5");
    await soon(() => stage.all("button[type=submit]")[0]?.textContent).toBe("Announce");
    stage.tell({ stream: live() });
    await soon(() => stage.all(".desk .fields").length).toBe(0);
    stage.button("Stop the stream").click();
    await soon(() => stage.all(".confirm").length).toBe(1);
    stage.find<HTMLElement>(".confirm .danger").click();
    expect(stage.asked("stream.stop")).toEqual([{ recording: "" }]);
  });

  test("sees why something was refused", async () => {
    const stage = await shown({ can: ["run"] });
    stage.model.say({
      op: "signal",
      name: "notice",
      data: { message: "There is no such stream." },
    });
    await soon(() => stage.find(".refusals").textContent).toBe("There is no such stream.");
  });

  test("publishes a picture only after a preview, and says what is wrong", async () => {
    const canvas = document.createElement("canvas");
    canvas.getContext("2d")?.fillRect(0, 0, 9, 9);
    const taken = canvas.captureStream();
    const asked = vi.spyOn(navigator.mediaDevices, "getDisplayMedia").mockResolvedValue(taken);
    const posted = vi
      .spyOn(globalThis, "fetch")
      .mockResolvedValue(new Response("", { status: 403 }));
    const stage = await shown({ can: ["run"] });
    stage.button("Screen or window").click();
    await soon(() => stage.all(".preview").length).toBe(1);
    expect(stage.find(".preview").textContent).toBe("Preview: only you see this");
    expect([asked.mock.calls.length, posted.mock.calls.length]).toEqual([1, 0]);
    write(stage, "WHIP address of the media server", "https://media.example/live/whip");
    write(stage, "Token, if it wants one", "secret");
    stage.button("Go live").click();
    await soon(() => stage.find(".publish .why").textContent).toContain(
      "The media server has refused it.",
    );
    const [url, request] = posted.mock.calls[0] ?? [];
    expect(url).toBe("https://media.example/live/whip");
    expect(request).toMatchObject({ headers: { authorization: "Bearer secret" } });
    expect(JSON.stringify(stage.model.sent) + JSON.stringify({ ...sessionStorage })).not.toContain(
      "secret",
    );
    stage.button("Cancel").click();
    expect(taken.getTracks().map(({ readyState }) => readyState)).toEqual(["ended"]);
    await soon(() => stage.all(".preview").length).toBe(0);
  });

  test("is told where the browser gives no picture", async () => {
    vi.spyOn(navigator.mediaDevices, "getUserMedia").mockRejectedValue(
      new DOMException("no", "NotAllowedError"),
    );
    const publisher = new Publisher();
    await publisher.choose("camera");
    expect(publisher.status.value).toMatchObject({ phase: "off", fault: "denied" });
  });
});

const looked: [name: string, theme: string][] = [
  ["stream-live", "light"],
  ["stream-turkish", "dark"],
  ["stream-stopped", "light"],
  ["stream-ended", "dark"],
  ["stream-insecure", "light"],
  ["stream-reminded", "dark"],
  ["stream-desk-tr", "light"],
];

test.each(looked)("%s is clean for axe, %s", async (name, theme) => {
  dress(themes[theme]);
  const state = streams[name];
  const model = new MockModel({ kind: "stream", options: state?.options ?? {} });
  const end = widget.initialize({ model: model.proxy() });
  const mounted = mount(widget, model);
  state?.play(model);
  await soon(() => mounted.all(".skels").length).toBe(0);
  await state?.act?.(mounted.root, model);
  finishAnimations(mounted.root);
  const { violations } = await axe.run(mounted.el, { runOnly: RULES });
  expect(told(violations.filter(isGrave))).toEqual([]);
  mounted.close();
  end();
});
