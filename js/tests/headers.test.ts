// What stands in a header has its own place, however narrow the view and however long its words.

import { afterEach, expect, test } from "vitest";
import { chooseLanguage } from "../src/core/i18n";
import type { Mounted } from "./mount";
import { closeNotifications, note, shown as shownNotices } from "./notifications_stage";
import { staff as panelOf } from "./panel_parts";
import { closePanels, shown as shownPanel } from "./panel_stage";
import { poll } from "./polls_mock";
import { endPolls, student } from "./polls_stage";
import { closeAll, settled } from "./stage";

afterEach(() => {
  closeNotifications();
  closePanels();
  endPolls();
  closeAll();
});

const open = () => poll({ left: 39_000, closes: Date.now() + 39_000, seconds: 60 });

const headers: [string, () => Promise<Mounted>, string][] = [
  [
    "polls",
    () => student([poll({ id: "p0", opened: -1 }), open()], { lang: "" }),
    ".hd > :not(.sr, .drain, .grow)",
  ],
  [
    "notifications",
    () => shownNotices({ lang: "", docs: [note("One"), note("Two"), note("Three")] }),
    ".hd > :not(.sr)",
  ],
  [
    "the panel",
    () =>
      shownPanel({
        lang: "",
        panel: panelOf({ unread: { chat: 128, polls: 12, people: 3, notifications: 100 } }),
      }),
    ".tab > :not(.sr, .i), .tabs > :is(.light, .ib)",
  ],
];

/** What is seen of an element: its text, where it is cut, or its box. */
function seen(element: Element): DOMRect {
  const range = document.createRange();
  range.selectNodeContents(element);
  const box = element.getBoundingClientRect();
  const text = range.getBoundingClientRect();
  const cut =
    getComputedStyle(element).overflowX !== "visible" || element.matches("button, .light");
  return cut || text.width < box.width ? box : text;
}

test.each(headers.flatMap((header) => [315, 360].map((width) => [...header, width] as const)))(
  "nothing stands on another in the header of %s",
  async (_, show, selector, width) => {
    chooseLanguage("tr");
    const { el, root } = await show();
    el.style.width = `${width}px`;
    await settled();
    const edge = el.getBoundingClientRect().right;
    const parts = [...root.querySelectorAll(selector)]
      .map((part) => [part.className, seen(part)] as const)
      .filter(([, { width }]) => width > 1);
    chooseLanguage("");
    expect(parts.length).toBeGreaterThan(3);
    for (const [index, [name, box]] of parts.entries()) {
      expect(box.right, name).toBeLessThanOrEqual(edge + 0.5);
      const next = parts[index + 1];
      if (next) expect(box.right, `${name} and ${next[0]}`).toBeLessThanOrEqual(next[1].left + 0.5);
    }
  },
);
