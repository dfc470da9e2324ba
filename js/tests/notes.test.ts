import axe from "axe-core";
import { afterEach, describe, expect, test, vi } from "vitest";
import { own, shared } from "../gallery/notes";
import { states } from "../gallery/states";
import type { Fields } from "../src/core/messages";
import widget from "../src/notes/index";
import { dress, finishAnimations, inDress, isGrave, RULES, themes, told } from "./accessible";
import { MockModel, projecting } from "./mock";
import { keydown, mount } from "./mount";
import { closeNotes, type NotesStage, shown } from "./notes_stage";
import { closeAll, freshCourse, settled } from "./stage";

afterEach(() => {
  vi.restoreAllMocks();
  closeNotes();
  closeAll();
  sessionStorage.clear();
  document.documentElement.removeAttribute("style");
});

const soon = (read: () => unknown) => expect.poll(read, { interval: 10 });

const asked = ({ asked }: NotesStage, action: string): Fields[] =>
  asked()
    .filter(([name]) => name === action)
    .map(([, args]) => args);

const press = (stage: NotesStage, key: string, more: Partial<KeyboardEventInit> = {}): void => {
  const at = stage.root.activeElement ?? stage.find(".edu");
  at.dispatchEvent(
    new KeyboardEvent("keydown", {
      ...keydown(key),
      key,
      bubbles: true,
      composed: true,
      cancelable: true,
      ...more,
    }),
  );
};

describe("one's own notes", () => {
  test("stand in the order of the lesson, each with its place and who sees it", async () => {
    const stage = shown({
      mine: [own(27, "later"), own(21, "earlier", { cell: 9 }), own(23, "told", { shared: true })],
    });
    await soon(stage.notes).toEqual(["earlier", "told", "later"]);
    expect(stage.text()).toContain("Cell [9]");
    expect(stage.text()).toMatch(/earlier Private.*told Shared with the class.*later Private/);
  });

  test("are written at the foot, about the cell that the lesson is at, and stand there at once", async () => {
    const stage = shown();
    await soon(stage.text).toContain("No notes yet");
    stage.type(".new textarea", "**why**\n");
    await soon(() => stage.button("Keep the note").ariaDisabled).toBe("false");
    stage.click("Keep the note");
    await soon(stage.notes).toEqual(["**why**"]);
    const [args] = asked(stage, "notes.write");
    expect(args).toMatchObject({ text: "**why**", version: 0, cell: 15 });
    expect(args?.minute).toBeGreaterThan(0);
    expect(stage.text()).toContain("Saving");
    await soon(() => (stage.find(".new textarea") as HTMLTextAreaElement).value).toBe("");
  });

  test("are about nothing in the lesson if one says so", async () => {
    const stage = shown();
    await soon(() => stage.all(".tie").length).toBe(1);
    stage.click("Tie to Cell [15]");
    stage.type(".new textarea", "at home");
    await soon(() => stage.button("Keep the note").ariaDisabled).toBe("false");
    stage.click("Keep the note");
    await soon(() => asked(stage, "notes.write").length).toBe(1);
    expect(asked(stage, "notes.write")[0]).toMatchObject({ cell: 0, minute: 0 });
  });

  test("Enter is a new line and Ctrl+Enter keeps it", async () => {
    const stage = shown();
    await soon(() => stage.all(".new textarea").length).toBe(1);
    stage.find(".new textarea").focus();
    stage.type(".new textarea", "one");
    await soon(() => stage.button("Keep the note").ariaDisabled).toBe("false");
    press(stage, "Enter");
    expect(asked(stage, "notes.write")).toEqual([]);
    press(stage, "Enter", { ctrlKey: true });
    await soon(() => asked(stage, "notes.write").length).toBe(1);
  });

  test("what is being written outlives the view", async () => {
    const stage = shown();
    await soon(() => stage.all(".new textarea").length).toBe(1);
    stage.type(".new textarea", "half a tho");
    const next = stage.again();
    await soon(() => (next.find(".new textarea") as HTMLTextAreaElement)?.value).toBe("half a tho");
  });

  test("a note is edited in its place, from its Markdown and its version", async () => {
    const doc = own(21, "bold", { version: 3, cell: 9 });
    const stage = shown({ mine: [doc] });
    await soon(() => stage.all("article").length).toBe(1);
    stage.click("Edit");
    await soon(() => asked(stage, "notes.source")).toEqual([{ id: doc.id }]);
    const data = { id: doc.id, text: "**bold**", version: 3 };
    stage.model.say({ op: "signal", name: "source", data });
    await soon(() => (stage.root.activeElement as HTMLTextAreaElement | null)?.value).toBe(
      "**bold**",
    );
    stage.type(".editor textarea", "**bolder**");
    await soon(() => stage.all(".editor .fill").length).toBe(1);
    stage.click("Done");
    await soon(() => asked(stage, "notes.write")).toMatchObject([
      { id: doc.id, text: "**bolder**", version: 3, cell: 9, minute: doc.minute },
    ]);
    await soon(stage.notes).toEqual(["**bolder**"]);
  });

  test("an edit that changes nothing, or is discarded, asks for nothing", async () => {
    const doc = own(21, "same", { cell: 9 });
    const stage = shown({ mine: [doc] });
    for (const end of ["Done", "Discard the changes"]) {
      const data = { id: doc.id, text: "same", version: 1 };
      stage.model.say({ op: "signal", name: "source", data });
      await soon(() => stage.all(".editor").length).toBe(1);
      if (end !== "Done") stage.type(".editor textarea", "other");
      stage.click(end);
      await soon(() => stage.all(".editor").length).toBe(0);
    }
    expect(asked(stage, "notes.write")).toEqual([]);
  });

  test("sharing takes a second click, taking back takes one", async () => {
    const doc = own(21, "mine");
    const stage = shown({ mine: [doc], lesson: { course: "py101" } });
    await soon(() => stage.all("article").length).toBe(1);
    stage.click("Share");
    await soon(stage.text).toContain("Share with everybody in py101? Your name stands with it");
    expect(asked(stage, "notes.share")).toEqual([]);
    (stage.root.activeElement as HTMLElement).click();
    await soon(() => asked(stage, "notes.share")).toEqual([{ id: doc.id, on: true }]);
    await soon(stage.text).toContain("Shared with the class");
    stage.click("Take back");
    await soon(() => asked(stage, "notes.share").length).toBe(2);
    await soon(stage.text).toContain("Private");
  });

  test("what was refused says why and keeps its text", async () => {
    const why = "The note was edited meanwhile; look at it again.";
    const doc = own(21, "two wrote it", { state: "failed", error: why });
    const stage = shown({ mine: [doc] });
    await soon(stage.text).toContain(`Not saved: ${why}`);
    expect(stage.notes()).toEqual(["two wrote it"]);
    stage.click("Edit again");
    await soon(() => asked(stage, "notes.source")).toEqual([{ id: doc.id }]);
  });

  test("a text that the kernel refuses is in the box again", async () => {
    const stage = shown();
    await soon(() => stage.all(".new textarea").length).toBe(1);
    stage.type(".new textarea", "too much");
    await soon(() => stage.button("Keep the note").ariaDisabled).toBe("false");
    stage.click("Keep the note");
    await soon(() => stage.model.asked("intent").length).toBe(1);
    const { page, id } = stage.model.asked("intent")[0] as unknown as Record<string, string>;
    stage.model.say({ op: "refused", to: page, id, code: 4007, message: "You have 300 notes." });
    await soon(stage.text).toContain("You have 300 notes.");
    await soon(() => (stage.find(".new textarea") as HTMLTextAreaElement).value).toBe("too much");
  });

  test("deleting asks", async () => {
    const doc = own(21, "mine", { shared: true });
    const stage = shown({ mine: [doc] });
    await soon(() => stage.all("article").length).toBe(1);
    stage.click("More for this note");
    await soon(() => stage.all("[role=menuitem]").length).toBeGreaterThan(0);
    stage.find("[role=menuitem]").click();
    await soon(stage.text).toContain("for the class too?");
    stage.find(".confirm .danger").click();
    await soon(() => asked(stage, "notes.delete")).toEqual([{ id: doc.id }]);
    await soon(stage.notes).toEqual([]);
  });

  test("by keys: arrows among notes, E edits, S asks, N writes", async () => {
    const docs = [own(21, "one"), own(22, "two")];
    const stage = shown({ mine: docs });
    await soon(() => stage.all("article").length).toBe(2);
    stage.find("article[tabindex='0']").focus();
    press(stage, "ArrowUp");
    await soon(() => (stage.root.activeElement as HTMLElement).dataset.id).toBe(docs[0]?.id);
    press(stage, "e");
    await soon(() => asked(stage, "notes.source")).toEqual([{ id: docs[0]?.id }]);
    press(stage, "s");
    await soon(() => stage.all(".sharing").length).toBe(1);
    press(stage, "Escape");
    await soon(() => stage.all(".sharing").length).toBe(0);
    press(stage, "n");
    await soon(() => stage.root.activeElement?.closest(".new") !== null).toBe(true);
    press(stage, "s"); // typed, not a command
    expect(stage.all(".sharing")).toEqual([]);
  });
});

describe("the notes of the class", () => {
  const lesson = () => shared("Mira", 30, "Temperatures", { role: "instructor" });

  test("are the lesson's first, then the others in its order, by no ranking", async () => {
    const stage = shown({
      class: [shared("Priya", 28, "last", { likes: 9 }), lesson(), shared("Emre", 12, "first")],
    });
    await soon(() => stage.all("[role=tab]").length).toBe(2);
    stage.click("Class, 3");
    await soon(stage.notes).toEqual(["Temperatures", "first", "last"]);
    expect(stage.text()).toMatch(/Lesson notes.*Mira Instructor.*From the class/);
    const born = Math.max(...stage.model.asked("intent").map(({ args }) => Number(args.born)));
    expect(born).toBeGreaterThan(0);
  });

  test("are liked once, copied, and taken back where they are mine", async () => {
    const theirs = shared("Priya", 22, "useful", { likes: 2 });
    const mine = own(23, "mine", { shared: true });
    const copy = shared("Ada", 23, "mine", { note: mine.id, mine: true, likes: 1 });
    const stage = shown({ mine: [mine], class: [theirs, copy] });
    await soon(() => stage.all("[role=tab]").length).toBe(2);
    stage.click("Class, 2");
    await soon(stage.notes).toEqual(["useful", "mine"]);
    stage.click("Like: 2 people like it");
    await soon(() => asked(stage, "notes.like")).toEqual([
      { user: theirs.user, id: theirs.note, on: true },
    ]);
    await soon(() => stage.button("Like: 3 people like it").ariaPressed).toBe("true");
    stage.click("Like: 1 person likes it"); // one's own
    stage.click("Copy to mine");
    await soon(() => asked(stage, "notes.copy")).toEqual([{ user: theirs.user, id: theirs.note }]);
    stage.click("Take back");
    await soon(() => asked(stage, "notes.share")).toEqual([{ id: mine.id, on: false }]);
    expect(asked(stage, "notes.like")).toHaveLength(1);
  });

  test("staff takes one away after asking; students cannot", async () => {
    const doc = shared("Priya", 22, "rude");
    for (const can of [["write"], ["write", "remove"]]) {
      const stage = shown({ class: [doc], room: { can } });
      await soon(() => stage.all("[role=tab]").length).toBe(2);
      stage.click("Class, 1");
      await soon(stage.notes).toEqual(["rude"]);
      if (!can.includes("remove")) {
        expect(stage.all("article [aria-haspopup=menu]")).toEqual([]);
        continue;
      }
      stage.find("article [aria-haspopup=menu]").click();
      await soon(() => stage.all("[role=menuitem]").length).toBe(1);
      stage.find("[role=menuitem]").click();
      await soon(stage.text).toContain("Its author keeps it.");
      stage.find(".confirm .danger").click();
      await soon(() => asked(stage, "notes.remove")).toEqual([{ user: doc.user, id: doc.note }]);
      await soon(stage.notes).toEqual([]);
    }
  });

  test("projected, only lesson notes are shown, without names", async () => {
    const stage = shown({ mine: [own(1, "secret")], class: [lesson(), shared("Priya", 22, "x")] });
    await soon(() => stage.all("article").length).toBe(1);
    const projected = projecting(stage.course);
    projected.value = "all";
    await soon(stage.notes).toEqual(["Temperatures"]);
    expect(stage.text()).not.toMatch(/Mira|secret|Private/);
    projected.value = null;
  });
});

test("are saved as a notebook, others' and names only if ticked", async () => {
  const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockReturnValue();
  const stage = shown({ mine: [own(21, "one")] });
  await soon(() => stage.all("article").length).toBe(1);
  stage.click("Export as notebook");
  await soon(() => stage.all("[role=dialog] input").length).toBe(2);
  const [withClass, withNames] = stage.all("[role=dialog] input") as HTMLInputElement[];
  expect(withNames?.disabled).toBe(true);
  withClass?.click();
  await soon(() => withNames?.disabled).toBe(false);
  stage.click("Save the file");
  await soon(() => asked(stage, "notes.export")).toEqual([{ shared: true, names: false }]);
  const data = { name: "notes-py101.ipynb", text: "{}" };
  stage.model.say({ op: "signal", name: "exported", data });
  await soon(() => click.mock.contexts.length).toBe(1);
  expect((click.mock.contexts[0] as HTMLAnchorElement).download).toBe("notes-py101.ipynb");
});

test("what is malformed is left out, and what is hostile is text", async () => {
  const bad = [{}, { id: 5 }, { id: "x" }, { id: "y", at: "now" }, null] as unknown as Fields[];
  const stage = shown({ mine: [...bad, own(21, "<img src=x onerror=alert(1)>")], class: bad });
  await soon(stage.notes).toEqual(["<img src=x onerror=alert(1)>"]);
  expect(stage.all("img")).toEqual([]);
});

test("in Turkish", async () => {
  const stage = shown({ mine: [own(21, "bir")], lang: "tr" });
  await soon(stage.text).toMatch(/Notlar Benim 1 Sınıf 0.*Özel/);
});

test("a course without notes says so, one that has ended offers nothing", async () => {
  const without = shown({ lesson: { features: ["chat"] } });
  await soon(without.text).toContain("This course has no notes.");
  const ended = shown({ mine: [own(1, "x")], lesson: { state: "stopped", code: 4003 } });
  await soon(() => ended.all(".new").length).toBe(0);
});

describe("accessible, and nothing is cut sideways", () => {
  const named = Object.entries(states).filter(([, { kind }]) => kind === "notes");
  const looks = named.flatMap(([name, state], n) => {
    const at = (theme: string, width: number) => [name, state, theme, width] as const;
    return n % 2 ? [at("light", 360)] : [at("dark", 360), at("light", 900)];
  });

  test.each(looks)("%s", async (_, state, theme, width) => {
    const model = new MockModel({ kind: "notes", course: freshCourse(), options: state.options });
    const end = widget.initialize({ model: model.proxy() });
    const { el, root, close } = mount(widget, model);
    el.style.width = `${width}px`;
    dress(themes[theme]);
    state.play(model);
    await settled();
    await state.act?.(root, model);
    await settled();
    finishAnimations(root);
    const { violations } = await axe.run(el, {
      runOnly: inDress(theme, [...RULES, "wcag22aa"]),
    });
    expect(told(violations.filter(isGrave))).toEqual([]);
    const view = root.querySelector(".edu") as HTMLElement;
    expect(view.scrollWidth).toBe(view.clientWidth);
    close();
    end();
    el.remove();
  });
});
