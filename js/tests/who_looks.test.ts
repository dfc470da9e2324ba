// Who looks: Jupyter is asked once a page, and what is for the eyes of others is dropped.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Connection } from "../src/core/connection";
import type { Doc } from "../src/core/messages";
import { MockModel } from "./mock";

const config = document.createElement("script");

beforeEach(() => {
  config.type = "application/json";
  config.id = "jupyter-config-data";
  config.textContent = JSON.stringify({ baseUrl: "/user/ada/" });
});

afterEach(() => {
  config.remove();
  vi.unstubAllGlobals();
});

const readDoc = (value: unknown): Doc => value as Doc;

test("outside Jupyter nobody is asked, and the page says so at once", () => {
  const model = new MockModel();
  const connection = new Connection(model.proxy(), () => "en");
  connection.show();
  expect(model.sent[0]).toEqual({ op: "ready", page: connection.page, lang: "en", who: undefined });
  connection.dispose();
});

test("in Jupyter its server is asked once a page", async () => {
  document.body.append(config);
  const identity = { username: "bob", name: "Bob" };
  const fetch = vi.fn(async (_: string) => new Response(JSON.stringify({ identity })));
  vi.stubGlobal("fetch", fetch);
  const models = [new MockModel(), new MockModel()];
  const connections = models.map((model) => new Connection(model.proxy(), () => "en"));
  for (const connection of connections) connection.show();
  for (const model of models) {
    await vi.waitFor(() =>
      expect(model.sent.find(({ op }) => op === "ready")).toMatchObject({ who: identity }),
    );
  }
  expect(fetch.mock.calls.filter(([url]) => url === "/user/ada/api/me")).toHaveLength(1);
  for (const connection of connections) connection.dispose();
});

test("what is for others is dropped, whatever its number", () => {
  const model = new MockModel();
  const connection = new Connection(model.proxy(), () => "en");
  const things = connection.mirror<Doc>("things", readDoc);
  connection.show();
  const lesson = { scope: "bob" };
  const collections = { things: { docs: [{ id: "a" }], floor: 0, more: false } };
  const snapshot = { op: "snapshot", to: connection.page, n: 3, lesson, collections };
  model.say({ ...snapshot, for: "bob" });
  model.say({ op: "batch", n: 4, set: { things: [{ id: "the owner's" }] } });
  model.say({ op: "batch", n: 4, for: "lina", set: { things: [{ id: "lina's" }] } });
  model.say({ op: "batch", n: 9, for: "lina" });
  expect(things.docs.map(({ id }) => id)).toEqual(["a"]);
  model.say({ op: "batch", n: 4, for: "bob", set: { things: [{ id: "bob's" }] } });
  expect(things.docs.map(({ id }) => id)).toEqual(["a", "bob's"]);
  expect(model.sent.filter(({ op }) => op === "ready")).toHaveLength(1);
  connection.dispose();
});

test("of a joint batch somebody gets what all are told and what is theirs", () => {
  const model = new MockModel();
  const connection = new Connection(model.proxy(), () => "en");
  const things = connection.mirror<Doc>("things", readDoc);
  connection.show();
  const collections = { things: { docs: [{ id: "a" }, { id: "b" }], floor: 0, more: false } };
  const lesson = { scope: "bob" };
  model.say({ op: "snapshot", to: connection.page, n: 3, lesson, collections, for: "bob" });
  const all = { set: { things: [{ id: "everybody's" }] }, lesson: { online: 3 } };
  const bob = { n: 4, set: { things: [{ id: "bob's" }] }, del: { things: ["a"] } };
  const lina = { n: 9, set: { things: [{ id: "lina's" }] }, lesson: { queued: 1 } };
  model.say({ op: "batch", ...all, by: { "": { n: 7 }, lina } });
  expect(things.docs.map(({ id }) => id)).toEqual(["a", "b"]);
  model.say({ op: "batch", ...all, by: { "": { n: 7 }, bob, lina } });
  expect(things.docs.map(({ id }) => id)).toEqual(["b", "everybody's", "bob's"]);
  expect(connection.lesson.value).toMatchObject({ online: 3, queued: 0 });
  expect(model.sent.filter(({ op }) => op === "ready")).toHaveLength(1);
  connection.dispose();
});

test("a kernel that somebody else ends has stopped, until it answers again", () => {
  const model = new MockModel();
  const connection = new Connection(model.proxy(), () => "en");
  connection.show();
  const snapshot = { op: "snapshot", to: connection.page, n: 3, collections: {}, for: "bob" };
  model.say(snapshot);
  model.say({ op: "ended" });
  expect(connection.kernel.value).toBe("gone");
  model.say(snapshot);
  expect(connection.kernel.value).toBe("alive");
  connection.dispose();
});
