import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readChatMessage } from "../src/chat/documents";
import { Connection, type Listener } from "../src/core/connection";
import { MockModel, message, messages } from "./mock";
import { freshCourse } from "./stage";

const ended: Connection[] = [];

function connect(listener: Listener = {}, model = new MockModel({ course: freshCourse() })) {
  const connection = new Connection(model.proxy(), () => "en");
  const docs = connection.mirror("messages", readChatMessage);
  connection.listen(listener);
  connection.show();
  ended.push(connection);
  const ids = (): string[] => {
    const found: string[] = [];
    for (let place = docs.first; place < docs.end; place++) found.push(docs.at(place)?.id ?? "?");
    return found;
  };
  return { model, connection, docs, ids };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  for (const connection of ended.splice(0)) connection.dispose();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("before any view", () => {
  const unseen = () => {
    const model = new MockModel({ course: freshCourse() });
    const connection = new Connection(model.proxy(), () => "en");
    connection.mirror("messages", readChatMessage);
    connection.listen({});
    ended.push(connection);
    return { model, connection };
  };

  test("nothing is asked, whatever is heard or not", () => {
    const { model, connection } = unseen();
    model.say({ op: "batch", n: 3, set: { messages: [message(1)] } });
    model.say({ op: "pulse", n: 4 });
    model.emit("comm_live_update");
    vi.advanceTimersByTime(120_000);
    expect(model.sent).toEqual([]);
    expect(connection.kernel.value).not.toBe("gone");
    expect(vi.getTimerCount()).toBe(0);
  });

  test("the first one asks, later ones do not", () => {
    const { model, connection } = unseen();
    vi.advanceTimersByTime(120_000);
    connection.show();
    connection.show();
    expect(model.asked("ready")).toBe(1);
    model.snapshot([message(1)]);
    vi.advanceTimersByTime(20_000);
    connection.show();
    expect(model.asked("ready")).toBe(1);
    expect(connection.kernel.value).toBe("alive");
  });

  test("a comm that was closed meanwhile is gone, until it answers", () => {
    const { model, connection } = unseen();
    model.emit("comm:close");
    expect(connection.kernel.value).toBe("gone");
    connection.show();
    model.snapshot([]);
    expect(connection.kernel.value).toBe("alive");
  });
});

describe("for whom", () => {
  test("asks for a snapshot at its start, with its page and language", () => {
    const { model, connection } = connect();
    const { page } = connection;
    expect(model.sent[0]).toEqual({ op: "ready", page, lang: "en" });
    expect(model.sent).toHaveLength(2);
  });

  test("tells whether it is in sight: at its start, when that changes, and when it is used", () => {
    vi.useFakeTimers();
    const { model, connection } = connect();
    const { page } = connection;
    const seen = () => model.sent.filter(({ op }) => op === "seen");
    const sent = [expect.any(Number), expect.any(Number)];
    expect(seen()).toEqual([{ op: "seen", page, visible: true, sent }]);
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    document.dispatchEvent(new Event("visibilitychange"));
    expect(seen().at(-1)).toEqual({ op: "seen", page, visible: false, sent });
    model.snapshot([]);
    vi.advanceTimersByTime(600_000);
    expect(seen(), "nobody does anything").toHaveLength(2);
    expect(connection.kernel.value, "so nothing is missed").toBe("alive");
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "a" }));
    document.dispatchEvent(new Event("pointermove"));
    expect(seen()).toHaveLength(3);
    model.say({ op: "pulse", n: 0 });
    vi.advanceTimersByTime(44_000);
    model.say({ op: "batch", n: 1 });
    expect(seen()).toHaveLength(3);
    vi.advanceTimersByTime(2_000);
    model.say({ op: "batch", n: 2 });
    expect(seen()).toHaveLength(4);
    hidden.mockRestore();
    connection.dispose();
    vi.advanceTimersByTime(120_000);
    document.dispatchEvent(new Event("visibilitychange"));
    document.dispatchEvent(new Event("pointermove"));
    expect(seen()).toHaveLength(4);
  });

  test("ignores what is for another page", () => {
    const refused = vi.fn();
    const { model, connection, ids } = connect({ refused });
    model.snapshot([message(1)], {}, { floor: 1 });
    const { id } = connection.intend("chat.retry", { id: "m1" });
    model.say({ op: "snapshot", to: "other", n: 7, lesson: {}, collections: {} });
    model.say({ op: "page", to: "other", in: "messages", docs: [message(0)], floor: 0 });
    model.say({ op: "got", to: "other", ids: [id] });
    model.say({ op: "refused", to: "other", id, code: 1, message: "no" });
    expect(ids()).toEqual(["m1"]);
    expect(connection.unsent.map((intent) => intent.id)).toEqual([id]);
    expect(refused).not.toHaveBeenCalled();
  });
});

describe("batches", () => {
  test("apply in turn, and old ones are ignored", () => {
    const { model, ids, connection } = connect();
    model.snapshot([message(1)], {}, { n: 4 });
    model.say({ op: "batch", n: 5, set: { messages: [message(2)] }, lesson: { online: 40 } });
    model.say({ op: "batch", n: 5, set: { messages: [message(3)] } });
    model.say({ op: "batch", n: 3, del: { messages: ["m1"] } });
    expect(ids()).toEqual(["m1", "m2"]);
    expect(connection.lesson.value.online).toBe(40);
    expect(connection.lesson.value.course).toBe("py101");
    model.say({ op: "batch", n: 6, del: { messages: ["m1"] } });
    expect(ids()).toEqual(["m2"]);
    expect(model.asked("ready")).toBe(1);
  });

  test("a hole asks once for a snapshot, and nothing is applied until it comes", () => {
    const { model, ids } = connect();
    model.snapshot([message(1)]);
    model.say({ op: "batch", n: 2, set: { messages: [message(3)] } });
    model.say({ op: "batch", n: 3, set: { messages: [message(4)] } });
    expect(ids()).toEqual(["m1"]);
    expect(model.asked("ready")).toBe(2);
    model.snapshot(messages(1, 4), {}, { n: 3 });
    expect(ids()).toEqual(["m1", "m2", "m3", "m4"]);
    model.say({ op: "batch", n: 4, set: { messages: [message(5)] } });
    expect(ids()).toHaveLength(5);
  });

  test("a pulse ahead of us is a hole; one that is not, is none", () => {
    const { model } = connect();
    model.snapshot([], {}, { n: 2 });
    model.say({ op: "pulse", n: 2 });
    expect(model.asked("ready")).toBe(1);
    model.say({ op: "pulse", n: 3 });
    model.say({ op: "pulse", n: 3 });
    expect(model.asked("ready")).toBe(2);
  });

  test("a snapshot that got lost is asked for again, not sooner than after 10 s", () => {
    const { model } = connect();
    model.snapshot([]);
    model.say({ op: "pulse", n: 1 });
    vi.advanceTimersByTime(9_000);
    model.say({ op: "pulse", n: 1 });
    expect(model.asked("ready")).toBe(2);
    vi.advanceTimersByTime(1_500);
    model.say({ op: "pulse", n: 1 });
    expect(model.asked("ready")).toBe(3);
  });
});

describe("documents", () => {
  test("are replaced by a greater seq, or an equal one with a greater rev", () => {
    const { model, docs } = connect();
    model.snapshot([message(1, { seq: 5, rev: 1, body: "first" })]);
    const set = (n: number, more: object) =>
      model.say({ op: "batch", n, set: { messages: [message(1, { ...more })] } });
    set(1, { seq: 4, rev: 9, body: "older" });
    expect(docs.get("m1")?.body).toBe("first");
    set(2, { seq: 5, rev: 1, body: "same" });
    expect(docs.get("m1")?.body).toBe("first");
    set(3, { seq: 5, rev: 2, body: "newer rev" });
    expect(docs.get("m1")?.body).toBe("newer rev");
    set(4, { seq: 6, body: "newer seq" });
    expect(docs.get("m1")?.body).toBe("newer seq");
  });

  test("stand by born, then as they came; the unacknowledged last", () => {
    const { model, ids } = connect();
    const waiting = { ...message(0), id: "w", born: undefined, seq: undefined };
    model.snapshot([message(5), message(2), waiting, message(9), { ...message(5), id: "m5b" }]);
    expect(ids()).toEqual(["m2", "m5", "m5b", "m9", "w"]);
    model.say({ op: "batch", n: 1, set: { messages: [message(10)] } });
    expect(ids().at(-1)).toBe("w");
    model.say({ op: "batch", n: 2, set: { messages: [{ ...message(11), id: "w" }] } });
    expect(ids()).toEqual(["m2", "m5", "m5b", "m9", "m10", "w"]);
  });

  test("below the floor are ignored unless held; without born always kept", () => {
    const { model, docs, ids } = connect();
    model.snapshot([message(10)], {}, { floor: 10, more: true });
    const waiting = { id: "w", user: "u", name: "U", at: 1, body: "…" };
    model.say({ op: "batch", n: 1, set: { messages: [message(9), waiting, message(11)] } });
    expect(ids()).toEqual(["m10", "m11", "w"]);
    model.say({
      op: "page",
      to: model.page,
      in: "messages",
      docs: [message(8), message(9)],
      floor: 8,
      more: false,
    });
    expect(ids()).toEqual(["m8", "m9", "m10", "m11", "w"]);
    expect([docs.floor, docs.more]).toEqual([8, false]);
    model.say({ op: "batch", n: 2, set: { messages: [message(8, { seq: 99, body: "edited" })] } });
    expect(docs.get("m8")?.body).toBe("edited");
  });

  test("places stay with their documents while older ones are put before", () => {
    const { model, docs } = connect();
    model.snapshot(messages(51, 100), {}, { floor: 51, more: true });
    const place = docs.placeOf("m60") ?? -1;
    docs.putOlder(
      messages(1, 50).flatMap((doc) => readChatMessage(doc) ?? []),
      1,
      false,
    );
    expect(docs.at(place)?.id).toBe("m60");
    expect(docs.placeOf("m60")).toBe(place);
    expect(docs.end - docs.first).toBe(100);
  });

  test("that are malformed are ignored with a warning, and the rest is kept", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { model, ids } = connect();
    const bad = [null, 7, {}, { id: "" }, message(2, { born: "2" }), message(3, { body: 5 })];
    model.snapshot([...bad, message(1, { at: "soon", reactions: [7, {}], state: "odd" })]);
    expect(ids()).toEqual(["m1"]);
    expect(warn).toHaveBeenCalledTimes(bad.length);
  });
});

test("malformed messages of the kernel are ignored with a warning", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const { model, ids } = connect();
  model.snapshot([message(1)]);
  const bad = [null, "x", [], {}, { op: "nonsense" }, { op: "batch" }, { op: "pulse", n: "1" }];
  for (const content of bad) model.say(content);
  expect(warn).toHaveBeenCalledTimes(bad.length);
  model.say({ op: "batch", n: 1, set: 7, del: { messages: 7 }, lesson: { state: "odd", me: 1 } });
  expect(ids()).toEqual(["m1"]);
});

describe("intents", () => {
  test("are kept until confirmed, over a reload, and sent again with their id", () => {
    const course = freshCourse();
    const first = connect({}, new MockModel({ course }));
    first.model.snapshot([]);
    const kept = first.connection.intend("chat.send", { id: "a", text: "one" }, "written");
    const done = first.connection.intend("chat.send", { id: "b", text: "two" }, "written");
    first.model.say({ op: "got", to: first.model.page, ids: [done.id] });
    first.connection.dispose();

    const second = connect({}, new MockModel({ course }));
    expect(second.model.asked("intent")).toEqual([]);
    second.model.snapshot([]);
    expect(second.model.asked("intent")).toEqual([
      { op: "intent", page: second.model.page, scope: course, ...kept },
    ]);
    second.model.snapshot([]);
    expect(second.model.asked("intent")).toHaveLength(2);
    second.model.say({ op: "got", to: second.model.page, ids: [kept.id] });
    second.model.snapshot([]);
    expect(second.model.asked("intent")).toHaveLength(2);
    expect(sessionStorage.getItem(`edu-widgets:intents:chat:${course}`)).toBeNull();
  });

  test("that are clicks say when, and for how long they are wanted", async () => {
    const { model, connection } = connect();
    model.snapshot([]);
    connection.intend("chat.retry", { id: "a" });
    connection.intend("chat.send", { id: "b", text: "two" }, "written");
    model.snapshot([]);
    const [click, written, again] = model.asked("intent");
    expect(click?.lives).toBeGreaterThan(110_000);
    expect(click?.sent).toEqual([expect.any(Number), expect.any(Number)]);
    expect(again?.id).toBe(click?.id);
    expect(again?.lives).toBeLessThanOrEqual(click?.lives ?? 0);
    expect(written).not.toHaveProperty("lives");
  });

  test("that make sense only now are not sent twice", () => {
    const { model, connection } = connect();
    model.snapshot([]);
    connection.intend("chat.older", { before: 3 }, "now");
    model.snapshot([]);
    expect(model.asked("intent")).toHaveLength(1);
  });

  test("that were confirmed are remembered for a refusal, but not for ever", () => {
    const refused = vi.fn();
    const { model, connection } = connect({ refused });
    model.snapshot([]);
    const all = Array.from({ length: 201 }, () => connection.intend("chat.react", {}));
    model.say({ op: "got", to: model.page, ids: all.map(({ id }) => id) });
    for (const id of [all[0]?.id, all[1]?.id])
      model.say({ op: "refused", to: model.page, id, code: 4514, message: "No." });
    expect(refused.mock.calls.map(([intent]) => intent)).toEqual([undefined, all[1]]);
  });

  test("a refusal names its intent, confirmed or not", () => {
    const refused = vi.fn();
    const { model, connection } = connect({ refused });
    model.snapshot([]);
    const one = connection.intend("chat.retry", { id: "a" });
    const two = connection.intend("chat.retry", { id: "b" });
    model.say({ op: "got", to: model.page, ids: [one.id] });
    model.say({ op: "refused", to: model.page, id: one.id, code: 4514, message: "No." });
    model.say({ op: "refused", to: model.page, id: two.id, code: 4514, message: "Nor that." });
    expect(refused.mock.calls).toEqual([
      [one, "No.", 4514],
      [two, "Nor that.", 4514],
    ]);
    expect(connection.unsent).toEqual([]);
  });
});

describe("the kernel", () => {
  test("is busy when an intent is not confirmed within 700 ms, until it is", () => {
    const { model, connection } = connect();
    model.snapshot([]);
    const { id } = connection.intend("chat.send", { id: "a", text: "x" });
    vi.advanceTimersByTime(690);
    expect(connection.kernel.value).toBe("alive");
    vi.advanceTimersByTime(20);
    expect(connection.kernel.value).toBe("busy");
    model.say({ op: "pulse", n: 0 });
    expect(connection.kernel.value).toBe("busy");
    model.say({ op: "got", to: model.page, ids: [id] });
    expect(connection.kernel.value).toBe("alive");
  });

  test("has not stopped because a lesson that was left is silent", () => {
    const { model, connection } = connect();
    model.snapshot([]);
    model.say({ op: "batch", n: 1, lesson: { state: "closed" } });
    vi.advanceTimersByTime(120_000);
    expect(connection.kernel.value).toBe("alive");
    model.emit("comm:close");
    expect(connection.kernel.value).toBe("gone");
  });

  test("has stopped when 35 s after a word nothing came, and anything shows that it is back", () => {
    const { model, connection } = connect();
    model.snapshot([]);
    vi.advanceTimersByTime(600_000);
    expect(connection.kernel.value, "nobody has asked").toBe("alive");
    document.dispatchEvent(new Event("pointermove"));
    vi.advanceTimersByTime(34_000);
    expect(connection.kernel.value).toBe("alive");
    model.say({ op: "pulse", n: 0 });
    document.dispatchEvent(new Event("pointermove"));
    vi.advanceTimersByTime(34_000);
    expect(connection.kernel.value).toBe("alive");
    vi.advanceTimersByTime(6_000);
    expect(connection.kernel.value).toBe("gone");
    const asked = model.asked("ready");
    vi.advanceTimersByTime(120_000);
    expect(model.asked("ready"), "nobody does anything").toBe(asked);
    document.dispatchEvent(new Event("pointermove"));
    expect(model.asked("ready")).toBe(asked + 1);
    vi.advanceTimersByTime(10_000);
    model.say({ op: "pulse", n: 0 });
    expect(connection.kernel.value).toBe("alive");
    expect(model.asked("ready")).toBe(asked + 2);
  });

  test("has not stopped because the laptop slept", () => {
    const { model, connection } = connect();
    model.snapshot([]);
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(5_000);
    expect(connection.kernel.value).toBe("alive");
  });

  test("has stopped when the comm closes or cannot send", () => {
    const closed = connect();
    closed.model.snapshot([]);
    closed.model.emit("comm:close");
    expect(closed.connection.kernel.value).toBe("gone");

    const dead = connect();
    dead.model.snapshot([]);
    dead.model.open = false;
    dead.connection.intend("chat.send", { id: "a", text: "x" });
    expect(dead.connection.kernel.value).toBe("gone");
    expect(dead.connection.unsent).toHaveLength(1);
  });

  test("when the comm comes or goes, the answer decides", () => {
    const { model, connection } = connect();
    model.snapshot([]);
    model.emit("comm_live_update");
    expect(model.asked("ready")).toBe(2);
    model.snapshot([]);
    vi.advanceTimersByTime(1_000);
    expect(connection.kernel.value).toBe("alive");
    model.emit("comm_live_update");
    vi.advanceTimersByTime(1_000);
    expect(connection.kernel.value).toBe("gone");
  });
});

test("disposal leaves no listener and no timer", () => {
  const { model, connection } = connect();
  model.snapshot([]);
  connection.intend("chat.send", { id: "a", text: "x" });
  expect(model.listeners).toBeGreaterThan(0);
  connection.dispose();
  expect(model.listeners).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
