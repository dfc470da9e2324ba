import { afterEach, describe, expect, test } from "vitest";
import type { Feature } from "../src/core/feature";
import { openStage, type Stage } from "../src/core/shadow";
import notifications from "../src/notifications/index";
import { MockModel } from "./mock";
import { keydown, mount } from "./mount";

const open: Stage[] = [];

afterEach(() => {
  for (const stage of open.splice(0)) stage.dispose();
  document.body.replaceChildren();
});

/** What JupyterLab would see of a key pressed in `markup` of ours: on its way down, and up. */
function notebook(markup: string) {
  const el = document.createElement("div");
  document.body.append(el);
  const stage = openStage(el, []);
  open.push(stage);
  const place = document.createElement("div");
  place.innerHTML = markup;
  stage.root.append(place);
  const target = place.firstElementChild as HTMLElement;
  const inside: string[] = [];
  place.addEventListener("keydown", ({ key }) => inside.push(key));
  return {
    inside,
    /** Whether the notebook acts on it. */
    sees(key: string, init: KeyboardEventInit = {}): boolean {
      const seen: string[] = [];
      const down = ({ target: at }: Event): void => {
        if (!(at as Element).closest("[data-lm-suppress-shortcuts]")) seen.push("down");
      };
      const up = (): number => seen.push("up");
      document.addEventListener("keydown", down, true);
      document.body.addEventListener("keydown", up);
      target.dispatchEvent(keydown(key, init));
      document.removeEventListener("keydown", down, true);
      document.body.removeEventListener("keydown", up);
      expect(["", "down,up"]).toContain(seen.join());
      return seen.length > 0;
    },
  };
}

const ctrl = { ctrlKey: true };
const shift = { shiftKey: true };
const alt = { altKey: true };

const plain: [string, KeyboardEventInit][] = [
  ...[..."dabmyxzcvhjk01"].map((key): [string, KeyboardEventInit] => [key, {}]),
  ...["Enter", "Escape", " ", "ArrowUp", "Delete"].map((key): [string, object] => [key, {}]),
  ["Enter", shift],
  ["M", shift],
];
const harmful: [string, KeyboardEventInit][] = [
  ["Enter", ctrl],
  ["Enter", alt],
  ["Enter", { metaKey: true }],
  ["Backspace", ctrl],
  ["ArrowUp", { ...ctrl, ...shift }],
  ["M", { ...ctrl, ...shift }],
  ["m", ctrl],
  ["_", { ...ctrl, ...shift }],
  ["x", ctrl],
  ["a", ctrl],
];

describe.each([
  ["a button", "<button>x</button>"],
  ["a row", '<article tabindex="0">x</article>'],
  ["an option", '<div role="radio" tabindex="0">x</div>'],
  ["a tick", '<input type="checkbox">'],
  ["a switch", '<button role="switch">x</button>'],
])("from %s", (_, markup) => {
  test("no key reaches the notebook that changes cells", () => {
    const { sees, inside } = notebook(markup);
    for (const [key, init] of [...plain, ...harmful]) expect(sees(key, init), key).toBe(false);
    expect(inside).toHaveLength(plain.length + harmful.length);
  });

  test("accelerators that are not ours do", () => {
    const { sees } = notebook(markup);
    expect(sees("s", ctrl)).toBe(true);
    expect(sees("s", { metaKey: true })).toBe(true);
    expect(sees("C", { ...ctrl, ...shift })).toBe(true);
    expect(sees("z", ctrl)).toBe(true);
    expect(sees("1", alt)).toBe(true);
    // And the next plain one does not.
    expect(sees("d")).toBe(false);
  });
});

describe.each([
  ["a box of lines", "<textarea></textarea>"],
  ["a box", "<input>"],
  ["a box to look for something", '<input type="search">'],
  ["a list to choose from", "<select></select>"],
  ["a text that can be written", '<p contenteditable="true">x</p>'],
])("from %s", (_, markup) => {
  test("what edits and what writes stays; saving does not", () => {
    const { sees } = notebook(markup);
    for (const [key, init] of [...plain, ...harmful]) expect(sees(key, init), key).toBe(false);
    for (const key of ["z", "y", "c", "v"]) expect(sees(key, ctrl), key).toBe(false);
    expect(sees("Z", { ...ctrl, ...shift })).toBe(false);
    expect(sees("@", { ...ctrl, ...alt })).toBe(false);
    expect(sees("@", alt)).toBe(false);
    expect(sees("s", ctrl)).toBe(true);
    expect(sees("C", { ...ctrl, ...shift })).toBe(true);
  });
});

test("keys of an input method reach neither the notebook nor any handler of a box", () => {
  const { sees, inside } = notebook("<textarea></textarea>");
  expect(sees("Enter", { isComposing: true })).toBe(false);
  expect(sees("Enter", { keyCode: 229 } as KeyboardEventInit)).toBe(false);
  expect(inside).toEqual([]);
  expect(sees("Enter")).toBe(false);
  expect(inside).toEqual(["Enter"]);
});

test("what is in a view that is closed is not looked after any more", () => {
  const model = new MockModel({ options: { height: 300, lang: "en" } });
  const shown = mount(notifications as Feature, model);
  const host = shown.el.firstElementChild as HTMLElement;
  shown.close();
  delete host.dataset.lmSuppressShortcuts;
  document.body.append(host);
  shown.root.append(document.createElement("button"));
  shown.root.lastElementChild?.dispatchEvent(keydown("d"));
  expect(host.dataset.lmSuppressShortcuts).toBeUndefined();
});
