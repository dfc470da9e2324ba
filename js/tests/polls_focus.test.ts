import { afterEach, describe, expect, test } from "vitest";
import { poll } from "./polls_mock";
import { endPolls, type PollStage, staff, student } from "./polls_stage";
import { closeAll, settled } from "./stage";

afterEach(() => {
  endPolls();
  closeAll();
});

const focused = (shown: PollStage): Element | null => shown.root.activeElement;

describe("what had the focus goes", () => {
  test("as an option does when the poll is closed: the poll has it, and Tab goes on", async () => {
    const shown = await student([poll()]);
    shown.find("[role=radio]").focus();
    await shown.tell(poll({ state: "closed" }));
    expect(focused(shown)?.className).toBe("poll");
    await shown.tell(poll({ round: 2 }));
    expect(focused(shown)?.className).toBe("poll");
    expect(shown.all("[role=radio]")).toHaveLength(3);
  });

  test("as Close does: what can be done next is around it, and nothing of it is chosen", async () => {
    const shown = await staff([poll()]);
    shown.button("Close").focus();
    await shown.tell(poll({ state: "closed" }));
    expect(focused(shown)?.className).toBe("desk");
    shown.button("Reveal").focus();
    await shown.tell(poll({ state: "revealed", shown: { counts: true, answer: true } }));
    expect(focused(shown)?.className).toBe("desk");
    await shown.press("Enter");
    expect(shown.asked("revote")).toEqual([]);
  });

  test("as the menu does that led to projecting: the way out has it, and Escape takes it", async () => {
    const shown = await staff([poll()]);
    shown.button("More").focus();
    await shown.click("More");
    await shown.click("Projector mode");
    expect(focused(shown)?.className).toContain("leave");
    await shown.press("Escape");
    expect(focused(shown)?.className).toBe("desk");
  });

  test("but not from where somebody has gone meanwhile", async () => {
    const shown = await student([poll()]);
    const cell = document.createElement("textarea");
    document.body.append(cell);
    shown.find("[role=radio]").focus();
    cell.focus();
    await settled();
    await shown.tell(poll({ state: "closed" }));
    expect(document.activeElement).toBe(cell);
    cell.blur();
    await shown.tell(poll({ round: 2 }));
    expect(document.activeElement).toBe(document.body);
    cell.remove();
  });
});
