import { afterEach, expect, test, vi } from "vitest";
import { message } from "./mock";
import { closeAll, type Stage, settled, stage } from "./stage";

afterEach(closeAll);

const can = ["send", "picture", "reply", "edit"];
const hash = "ab".repeat(32);
const blob = { hash, type: "image/png", bytes: 70, width: 40, height: 30, alt: "A plot" };
const bytes = Uint8Array.from(
  atob(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  ),
  (char) => char.charCodeAt(0),
);

async function open(docs: unknown[] = [], more = {}): Promise<Stage> {
  const shown = stage();
  const room = { id: "room", rev: 1, can, slow: 0, ...more };
  shown.model.snapshot(docs, { state: "live" }, {}, { room: [room] });
  await settled();
  return shown;
}

const sent = (shown: Stage, op: string) =>
  shown.model.sent.filter((one) => (one.op as string) === op) as unknown as Record<string, never>[];

test("a picture keeps its place, is asked for once in sight, and is shown", async () => {
  const shown = await open([message(1, { body: [], pictures: [blob] })]);
  const place = shown.find<HTMLElement>(".pic");
  expect(place.style.aspectRatio).toBe("40 / 30");
  expect(shown.find("article").getAttribute("aria-label")).toContain("A plot");
  await expect.poll(() => sent(shown, "blobs").length).toBe(1);
  expect(sent(shown, "blobs")[0]?.blobs).toEqual([{ hash, channel: "" }]);
  shown.model.say({ op: "blob", hash, channel: "" }, [new DataView(bytes.buffer)]);
  await vi.waitFor(() => expect(shown.find<HTMLImageElement>(".pic img").alt).toBe("A plot"));
  expect(shown.find<HTMLImageElement>(".pic img").src).toMatch(/^blob:/);
});

test("one that is refused says why, and can be asked for again", async () => {
  const other = { ...blob, hash: "cd".repeat(32) };
  const shown = await open([message(1, { pictures: [other] })]);
  await expect.poll(() => sent(shown, "blobs").length).toBe(1);
  shown.model.say({
    op: "blob",
    hash: other.hash,
    channel: "",
    code: 4512,
    message: "It is gone.",
  });
  await expect.poll(() => shown.find(".pic").textContent).toContain("It is gone.");
  shown.find<HTMLButtonElement>(".pic button").click();
  await expect.poll(() => sent(shown, "blobs").length).toBe(2);
});

test("a pasted picture goes to the kernel, then with the message", async () => {
  const shown = await open();
  const file = new File([bytes], "p.png", { type: "image/png" });
  const clipboardData = new DataTransfer();
  clipboardData.items.add(file);
  shown
    .find("textarea")
    .dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, composed: true }));
  await expect.poll(() => sent(shown, "put").length).toBe(1);
  expect(new Uint8Array(shown.model.buffers[0] as ArrayBuffer)).toEqual(bytes);
  const { page, id } = sent(shown, "put")[0] as unknown as { page: string; id: string };
  shown.model.say({ op: "put", to: page, id, ref: { ...blob, alt: "" } });
  const alt = shown.find<HTMLInputElement>(".tray input");
  alt.value = "Mine";
  alt.dispatchEvent(new InputEvent("input", { bubbles: true, composed: true }));
  await settled();
  await expect
    .poll(() => shown.find("[aria-label='Send']").getAttribute("aria-disabled"))
    .not.toBe("true");
  shown.find("textarea").focus();
  shown.press("Enter");
  await settled();
  const [intent] = shown.model.asked("intent", "chat.send");
  expect(intent?.args.pictures).toEqual([{ ...blob, alt: "Mine" }]);
  expect(shown.root.querySelector(".tray")).toBeNull();
});

test("who may send none has no button", async () => {
  const shown = await open([], { can: ["send"] });
  expect(shown.root.querySelector("[aria-label='Add a picture']")).toBeNull();
});

async function paste(shown: Stage, ...names: string[]): Promise<void> {
  const clipboardData = new DataTransfer();
  for (const name of names) {
    clipboardData.items.add(new File([bytes, name], name, { type: "image/png" }));
  }
  shown
    .find("textarea")
    .dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, composed: true }));
  await settled();
}

test("of six pictures four are taken, and the page says how many are left out", async () => {
  const shown = await open();
  await paste(shown, ..."abcdef");
  await expect.poll(() => shown.root.querySelectorAll(".tray input").length).toBe(4);
  expect(shown.text()).toContain("A message has at most 4 pictures; 2 more were left out.");
  shown.find<HTMLButtonElement>(".tray [aria-label='Remove the picture']").click();
  await expect.poll(() => shown.text()).not.toContain("left out");
});

test("a picture is dropped onto the box, and what is no file is left to the browser", async () => {
  const shown = await open();
  const drag = (kind: string, dataTransfer: DataTransfer) => {
    const init = { dataTransfer, bubbles: true, cancelable: true, composed: true };
    const event = new DragEvent(kind, init);
    shown.find("textarea").dispatchEvent(event);
    return event.defaultPrevented;
  };
  const text = new DataTransfer();
  text.setData("text/plain", "words");
  expect([drag("dragover", text), drag("drop", text)]).toEqual([false, false]);
  const files = new DataTransfer();
  files.items.add(new File([bytes], "p.png", { type: "image/png" }));
  expect([drag("dragover", files), drag("drop", files)]).toEqual([true, true]);
  await expect.poll(() => sent(shown, "put").length).toBe(1);
  expect(new Uint8Array(shown.model.buffers[0] as ArrayBuffer)).toEqual(bytes);
});

test("a picture waits for a kernel that comes back", async () => {
  const shown = await open();
  await expect.poll(() => shown.root.querySelector("[aria-label='Add a picture']")).not.toBeNull();
  await paste(shown, "a");
  await expect.poll(() => sent(shown, "put").length).toBe(1);
  shown.model.emit("comm:close");
  shown.model.snapshot([], { state: "live" }, {}, { room: [{ id: "room", rev: 2, can, slow: 0 }] });
  await expect.poll(() => sent(shown, "put").length).toBe(2);
  const [first, second] = sent(shown, "put");
  expect(second?.id).toBe(first?.id);
  expect(shown.root.querySelector(".tray [role=alert]")).toBeNull();
});

test("what the kernel had outlives a reload of the page, and what it had not is named", async () => {
  const scope = `reloaded-${Math.random()}`;
  const kept = [
    { id: "a", alt: "Mine", blob: { ...blob, hash: "ef".repeat(32), alt: "" } },
    { id: "b", alt: "" },
  ];
  sessionStorage.setItem(`edu-widgets:pictures:${scope}`, JSON.stringify(kept));
  const shown = stage();
  shown.model.snapshot(
    [],
    { state: "live", scope },
    {},
    { room: [{ id: "room", rev: 1, can, slow: 0 }] },
  );
  await expect
    .poll(() => shown.text())
    .toContain("The page was reloaded before this picture was ready. Add it again.");
  expect(shown.find<HTMLInputElement>(".tray input").value).toBe("Mine");
  shown.find<HTMLButtonElement>(".tray .bad button").click();
  await settled();
  shown.find("textarea").focus();
  shown.press("Enter");
  const [intent] = shown.model.asked("intent", "chat.send");
  expect(intent?.args.pictures).toEqual([{ ...kept[0]?.blob, alt: "Mine" }]);
  expect(sessionStorage.getItem(`edu-widgets:pictures:${scope}`)).toBeNull();
});

test("offline a picture is asked for once, and again when the service is back", async () => {
  const other = { ...blob, hash: "12".repeat(32) };
  const shown = stage();
  const room = [{ id: "room", rev: 1, can, slow: 0 }];
  shown.model.snapshot([message(1, { pictures: [other] })], { state: "offline" }, {}, { room });
  await expect.poll(() => sent(shown, "blobs").length).toBe(1);
  await expect.poll(() => shown.find(".pic").textContent).toContain("Offline");
  shown.model.say({ op: "blob", hash: other.hash, channel: "", code: 0, message: "Offline." });
  shown.model.snapshot([message(1, { pictures: [other] })], { state: "live" }, {}, { room });
  await expect.poll(() => sent(shown, "blobs").length).toBe(2);
});

test("a picture opens large, and Escape in it is nobody else's", async () => {
  const other = { ...blob, hash: "34".repeat(32) };
  const shown = await open([message(1, { pictures: [other] })]);
  await expect.poll(() => sent(shown, "blobs").length).toBe(1);
  shown.model.say({ op: "blob", hash: other.hash, channel: "" }, [new DataView(bytes.buffer)]);
  await expect.poll(() => shown.root.querySelector(".pic button")).not.toBeNull();
  const button = shown.find<HTMLButtonElement>(".pic button");
  button.focus();
  button.click();
  await expect.poll(() => shown.root.querySelector("dialog[open]")).not.toBeNull();
  expect(shown.find("dialog").getAttribute("aria-label")).toBe("A plot");
  shown.find<HTMLButtonElement>("dialog [aria-label='Close']").click();
  await expect.poll(() => shown.root.querySelector("dialog")).toBeNull();
  expect(shown.root.activeElement).toBe(button);
});

test("an SVG is shown as an image from its own bytes, and what is in it does not run", async () => {
  const other = { ...blob, hash: "56".repeat(32), type: "image/svg+xml" };
  const shown = await open([message(1, { pictures: [other] })]);
  await expect.poll(() => sent(shown, "blobs").length).toBe(1);
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" onload="top.bad = 1">' +
    "<script>top.bad = 1</script></svg>";
  const { buffer } = new TextEncoder().encode(svg);
  shown.model.say({ op: "blob", hash: other.hash, channel: "" }, [new DataView(buffer)]);
  await expect
    .poll(() => shown.root.querySelector<HTMLImageElement>(".pic img")?.naturalWidth)
    .toBe(40);
  expect(shown.find<HTMLImageElement>(".pic img").src).toMatch(/^data:image\/svg\+xml;base64,/);
  expect(Object.keys(top ?? {})).not.toContain("bad");
});

test("what is no picture after all says so, in its place", async () => {
  const other = { ...blob, hash: "9a".repeat(32) };
  const shown = await open([message(1, { pictures: [other] })]);
  await expect.poll(() => sent(shown, "blobs").length).toBe(1);
  const { buffer } = new TextEncoder().encode("<html>no picture</html>");
  shown.model.say({ op: "blob", hash: other.hash, channel: "" }, [new DataView(buffer)]);
  await expect.poll(() => shown.find(".pic").textContent).toContain("could not be loaded");
  expect(shown.find(".pic").textContent).toContain("Try again");
});
