import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { batch, Signal } from "../src/core/signal";
import { message, room } from "./mock";
import { closeNotifications, note, shown as notices } from "./notifications_stage";
import { poll } from "./polls_mock";
import { endPolls, staff } from "./polls_stage";
import { closePeople, hand, person, shown, staffDesk } from "./presence_stage";
import { closeAll, live, settled } from "./stage";

const SENTENCE = "This cannot be shown.";

let poison = "";

/** What has this in its text cannot be drawn. */
const POISONED = "poisoned";

beforeEach(() => {
  poison = `${POISONED} ${Math.random()}`;
  vi.spyOn(console, "error").mockImplementation(() => {});
  const create = document.createTextNode.bind(document);
  vi.spyOn(document, "createTextNode").mockImplementation((text) => {
    if (String(text).includes(poison)) throw new Error(`cannot draw ${poison}`);
    return create(text);
  });
  vi.spyOn(CharacterData.prototype, "data", "set").mockImplementation(function (this: Node, text) {
    if (text.includes(poison)) throw new Error(`cannot change to ${poison}`);
    this.nodeValue = text;
  });
});

afterEach(() => {
  closeAll();
  endPolls();
  closePeople();
  closeNotifications();
});

const errors = (): number =>
  vi.mocked(console.error).mock.calls.filter((call) => String(call[1]).includes(poison)).length;

test("a message that cannot be drawn leaves the others, and is drawn once it can be", async () => {
  const docs = [message(1), message(2, { body: poison }), message(3)];
  const chat = await live(docs, {}, {}, { room: [room()] });
  expect(
    chat.all(".slot").map((slot) => slot.querySelector(".text, .unshown")?.textContent),
  ).toEqual(["Message 1", SENTENCE, "Message 3"]);
  expect(errors()).toBe(1);
  await chat.send("still there");
  expect(chat.text()).toContain("still there");
  chat.model.say({
    op: "batch",
    n: 1,
    set: { messages: [message(2, { seq: 9, body: "Better" })] },
  });
  await settled();
  expect(chat.text()).toContain("Better");
  expect(chat.text()).not.toContain(SENTENCE);
});

test("a message that can no longer be drawn gives way to the sentence, in Turkish too", async () => {
  const chat = await live([message(1), message(2)]);
  chat.model.set("options", { height: 420, lang: "tr" });
  chat.model.say({ op: "batch", n: 1, set: { messages: [message(2, { seq: 9, body: poison })] } });
  await settled();
  expect(chat.all(".unshown").map((one) => one.textContent)).toEqual(["Bu gösterilemiyor."]);
  expect(chat.text()).toContain("Message 1");
});

test("a question, a pin or a hit that cannot be drawn leaves the rest", async () => {
  const question = { id: "m1", born: 1, seq: 1, user: "u", name: poison, text: "Why?", at: 1 };
  const asked = {
    ...question,
    id: "m2",
    born: 2,
    name: "Deniz",
    votes: 0,
    own: false,
    mine: false,
  };
  const pins = [{ ...question, byName: "Mira" }];
  const chat = await live(
    [message(1)],
    {},
    {},
    {
      room: [room()],
      pins,
      questions: [{ ...question, votes: 0, own: false, mine: false }, asked],
    },
  );
  expect(chat.text()).toContain("Message 1");
  expect(chat.find(".unshown").textContent).toBe(SENTENCE);
  chat.find(".tab").click();
  await settled();
  expect(chat.text()).toContain("Deniz");
  expect(chat.all(".asked .unshown")).toHaveLength(1);
});

test("a poll that cannot be drawn leaves the list and the header", async () => {
  const polls = await staff([
    poll({ id: "d1", state: "draft", question: poison }),
    poll({ question: poison }),
  ]);
  expect(polls.text(".stage")).toBe(SENTENCE);
  await polls.click("All polls");
  expect(polls.all("li.unshown")).toHaveLength(2);
  expect(polls.text()).toContain("New poll");
});

test("a person or a hand that cannot be drawn leaves the others", async () => {
  const people = await shown({
    role: "instructor",
    desk: staffDesk(),
    people: [person("Ada"), person("Bora", { name: poison })],
    hands: [hand("Cem", 1), hand("Dora", 2, { note: poison })],
  });
  expect(people.all(".unshown")).toHaveLength(2);
  expect(people.text()).toContain("Ada");
  expect(people.text()).toContain("Cem");
});

test("a notification that cannot be drawn leaves the others", async () => {
  const list = await notices({ docs: [note("First"), note(poison)] });
  expect(list.all(".unshown")).toHaveLength(1);
  expect(list.text()).toContain("First");
});

test("a view that cannot be drawn says so, and its cell's other views are not touched", async () => {
  const chat = await live([message(1)]);
  const other = chat.again();
  poison = "Message";
  const broken = await live([], { course: "x" }, {}, { room: [room()] });
  broken.model.say({ op: "batch", n: 1, lesson: { course: "Message" } });
  await settled();
  expect(broken.find(".edu").textContent).toBe("This view cannot be shown. Run the cell again.");
  expect(other.text()).toContain("Message 1");
});

test("a listener that throws costs the others of its batch nothing, and is reported once", () => {
  const [one, two] = [new Signal(0), new Signal(0)];
  const heard: string[] = [];
  one.subscribe(() => {
    throw new Error(`listener ${poison}`);
  });
  one.subscribe(() => heard.push("one"));
  two.subscribe(() => heard.push("two"));
  for (const value of [1, 2]) {
    batch(() => {
      one.value = value;
      two.value = value;
    });
  }
  expect(heard).toEqual(["one", "two", "one", "two"]);
  expect(errors()).toBe(1);
});
