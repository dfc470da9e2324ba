import { afterEach, describe, expect, test } from "vitest";
import { bars, crowd, desk, failures, lesson, many, own, people } from "../gallery/progress";
import type { Fields } from "../src/core/messages";
import widget from "../src/progress/index";
import { MockModel, projecting } from "./mock";
import { keydown, type Mounted, mount, named } from "./mount";
import { freshCourse, settled } from "./stage";

const open: (() => void)[] = [];

afterEach(() => {
  for (const close of open.splice(0)) close();
});

interface Stage extends Mounted {
  model: MockModel;
  button(name: string): HTMLElement;
  text(): string;
}

async function shown(role: string, documents: Record<string, Fields[]>): Promise<Stage> {
  const model = new MockModel({
    ...{ kind: "progress", course: freshCourse(), options: { height: 420, lang: "en" } },
  });
  const end = widget.initialize({ model: model.proxy() });
  const mounted = mount(widget, model);
  open.push(() => {
    mounted.close();
    end();
  });
  const can = role === "instructor" ? ["manage"] : ["check"];
  model.snapshot([], lesson(role), {}, { desk: [desk({ can })], ...documents });
  await settled();
  return {
    ...mounted,
    model,
    button: (name) => named(name, mounted.all("button")),
    text: () => (mounted.root.querySelector(".edu") as HTMLElement).innerText,
  };
}

describe("a student", () => {
  test("sees the first failing check of the exercise they are at, and its hint", async () => {
    const stage = await shown("student", { exercises: own() });
    const current = stage.find('[aria-current="step"]');
    expect(current.innerText).toContain("Clean the table");
    expect(current.innerText).toContain("Check 4:");
    expect(current.innerText).toContain("KeyError: 'temp'");
    expect(current.innerText).toContain("Hint from Mira");
    expect(stage.text()).toContain("21 of 33 have done");
    expect(stage.all("table")).toHaveLength(0);
    await expect.poll(() => stage.model.asked("intent", "progress.seen")).toHaveLength(1);
  });

  test("sees markup as text", async () => {
    const title = "<img src=x onerror=alert(1)>";
    const [first] = own();
    const failed = { check: `<b>${title}</b>`, number: 0, type: "KeyError", message: title };
    const exercise = { ...first, title, now: true, results: "f", failed };
    const stage = await shown("student", { exercises: [exercise] });
    expect(stage.text()).toContain(`Check 1: <b>${title}</b>`);
    expect(stage.text()).toContain(`KeyError: ${title}`);
    expect(stage.all("img")).toHaveLength(0);
  });
});

describe("an instructor", () => {
  const whole = { exercises: bars(), groups: failures(), people: people() };

  test("sees bars with all four numbers in words", async () => {
    const stage = await shown("instructor", whole);
    const [, second] = stage.all(".bars .mix");
    expect(second?.getAttribute("aria-label")).toBe(
      "Clean the table: 11 done, 5 stuck, 14 working, 3 not started",
    );
  });

  test("sees markup in the name of a check as text", async () => {
    const check = "<img src=x onerror=alert(1)>";
    const groups = failures().map((group) => ({ ...group, check }));
    const stage = await shown("instructor", { ...whole, groups });
    expect(stage.text()).toContain(check);
    expect(stage.all("img")).toHaveLength(0);
  });

  test("sees who is stuck longest first, then who makes no progress", async () => {
    const stage = await shown("instructor", whole);
    const names = stage.all("tbody th").map((cell) => cell.innerText.trim());
    expect(names.slice(0, 5)).toEqual(["Aylin", "Tomás", "Baran", "Kofi", "Mei"]);
    expect(stage.text()).toContain("no progress for 12 min");
  });

  test("writes a hint whose draft stays when the box is left", async () => {
    const stage = await shown("instructor", whole);
    stage.button("Send a hint to these 14").click();
    await settled();
    const box = stage.find<HTMLTextAreaElement>("textarea");
    box.value = "Look at df.columns";
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
    await settled();
    box.dispatchEvent(keydown("Escape"));
    await expect.poll(() => stage.all("textarea")).toHaveLength(0);
    stage.button("Send a hint to these 14").click();
    await expect.poll(() => stage.all("textarea")).toHaveLength(1);
    expect(stage.find<HTMLTextAreaElement>("textarea").value).toBe("Look at df.columns");
    stage.button("Send to 14").click();
    await expect
      .poll(() => stage.model.asked("intent", "progress.hint").map(({ args }) => args))
      .toEqual([{ group: "g0", text: "Look at df.columns" }]);
  });

  test("has only the rows in sight of a large class, and moves in them by keys", async () => {
    const stage = await shown("instructor", { exercises: many(), people: crowd() });
    expect(stage.find("table").getAttribute("aria-rowcount")).toBe("301");
    expect(stage.all("tbody tr").length).toBeLessThan(80);
    const focused = (): string => (stage.root.activeElement as HTMLElement | null)?.innerText ?? "";
    stage.find<HTMLElement>('table [tabindex="0"]').focus();
    const first = focused();
    for (let times = 0; times < 8; times++) {
      stage.root.activeElement?.dispatchEvent(keydown("PageDown"));
      await settled();
    }
    await expect.poll(focused).not.toBe(first);
    const row = stage.root.activeElement?.closest("tr")?.getAttribute("aria-rowindex");
    expect(row).toBe("82");
  });

  test("projects bars alone: no name, no failure, nothing to press", async () => {
    const stage = await shown("instructor", whole);
    const projected = projecting(String(stage.model.proxy().get("course")));
    projected.value = "all";
    await expect.poll(() => stage.all(".progress.proj")).toHaveLength(1);
    expect(stage.all(".bars .mix").length).toBeGreaterThan(1);
    expect(stage.text()).toContain("33 people");
    expect(stage.text()).not.toMatch(/Aylin|Baran|KeyError|hint/);
    expect(stage.all("table, button:not(.leave), [role=switch]")).toHaveLength(0);
    projected.value = null;
    await expect.poll(() => stage.all("table")).toHaveLength(1);
  });

  test("with names hidden has no matrix", async () => {
    const hidden = { desk: [desk({ hidden: true })], exercises: bars() };
    const stage = await shown("instructor", hidden);
    expect(stage.all("table")).toHaveLength(0);
    expect(stage.find('[role="switch"]').getAttribute("aria-checked")).toBe("true");
  });
});
