import { afterEach, expect, test, vi } from "vitest";
import { cut } from "../src/core/code";
import { plainText, safeHref } from "../src/core/rich_text";
import { message, staffRoom } from "./mock";
import { closeAll, live, type Stage, settled } from "./stage";

afterEach(closeAll);

const run = "<img src=x onerror='window.pwned=1'><script>window.pwned=1</script>";

const deep = (levels: number): unknown => {
  let node: unknown = "bottom";
  for (let level = 0; level < levels; level++) node = ["em", node];
  return node;
};

const nodes: [string, unknown][] = [
  ["markup in a string", run],
  ["markup in a node", ["p", run]],
  ["an unknown tag", ["script", "window.pwned=1"]],
  ["a tag of the prototype", ["constructor", "x"]],
  ["a tag of Object", ["__proto__", {}, "x"]],
  ["an unknown tag with attributes", ["img", { src: "x", onerror: "window.pwned=1" }]],
  ["handlers on an allowed tag", ["p", { onclick: "window.pwned=1", style: "color:red" }, "x"]],
  ["innerHTML as an attribute", ["p", { dangerouslySetInnerHTML: { __html: run } }, "x"]],
  ["a ref and a key", ["em", { ref: "x", key: "y" }, "x"]],
  ["a script link", ["a", { href: "javascript:window.pwned=1" }, "x"]],
  ["a hidden script link", ["a", { href: " java\nscript:window.pwned=1" }, "x"]],
  ["a data link", ["a", { href: "data:text/html,<script>window.pwned=1</script>" }, "x"]],
  ["an alignment with more", ["table", ["tr", ["td", { align: "left;position:fixed" }, "x"]]]],
  ["a start that is none", ["ol", { start: "1;x" }, ["li", "x"]]],
  ["a colour with more", ["pre", { runs: "1k x" }, "x"]],
  ["markup in code", ["pre", { runs: "4k9s" }, run]],
  ["markup in runs", ["pre", { runs: run }, "x"]],
  ["a node in code", ["pre", { runs: "k" }, ["script", "window.pwned=1"]]],
  ["a lot of runs", ["pre", { runs: "k".repeat(200_000) }, "x"]],
  ["a virtual node", { type: "script", props: { children: "window.pwned=1" } }],
  ["nothing", null],
  ["an empty list", []],
  ["a list in a list", [[["p", "x"]]]],
  ["numbers", [1, 2, 3]],
  ["depth", deep(500)],
  ["an element that is no formula's", ["math", { tex: "x" }, ["script", "window.pwned=1"]]],
  ["a formula that runs", ["math", { onclick: "window.pwned=1" }, ["mi", { onclick: "1" }, "x"]]],
  ["a formula that leads away", ["math", {}, ["mrow", { href: "javascript:1", style: "x" }, "x"]]],
  ["a formula without an end", ["math", {}, deep(500)]],
];

const allowed =
  /^(P|BLOCKQUOTE|EM|STRONG|DEL|BR|HR|UL|OL|LI|CODE|PRE|A|TABLE|TBODY|TR|TH|TD|BDI|SPAN|DIV|BUTTON|SVG|PATH|MATH|MROW|MI)$/i;
const attributes =
  /^(class|dir|href|target|rel|tabindex|start|style|role|type|title|aria-.*|viewBox|d)$/;

test.each(nodes)("%s does no harm", async (_, node) => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const shown = await live([message(1, { body: [node, "the end"] })]);
  const text = shown.find(".text");
  expect(text.textContent).toContain("the end");
  for (const element of text.querySelectorAll("*")) {
    expect(element.tagName).toMatch(allowed);
    for (const { name } of element.attributes) expect(name).toMatch(attributes);
    expect(element.getAttribute("style") ?? "text-align").toMatch(/^text-align/);
    if (element.hasAttribute("href"))
      expect(element.getAttribute("href")).toMatch(/^(https?|mailto):/);
  }
  expect(window).not.toHaveProperty("pwned");
});

test("names, roles, errors and courses are text", async () => {
  const doc = message(1, { name: run, role: run, error: run, state: "failed", user: "u-x" });
  const shown = await live([doc, message(2, { type: "system", body: run })], {
    course: run,
    state: "stopped",
    reason: run,
  });
  expect(shown.all("img, script")).toEqual([]);
  expect(shown.find("header bdi").textContent).toBe(run);
  expect(window).not.toHaveProperty("pwned");
});

test("names, emoji, pins, questions and the muted are text wherever they are said", async () => {
  const excerpt = { id: "m1", born: 1, seq: 1, user: "u-x", at: 1, name: run, text: run };
  const emoji = { emoji: run, count: 3, names: [run, `\u202E${run}`, 7], own: true };
  const doc = message(1, { name: run, reactions: [emoji, { emoji: { x: 1 } }, { emoji: "x" }] });
  const shown = await live(
    [doc, message(2, { name: run, replyTo: "m1" })],
    { here: [run] },
    {},
    {
      room: [staffRoom({ can: [run, "send", "react", "unreact", "moderate", 7], slow: 5 })],
      pins: [{ ...excerpt, byName: run }],
      questions: [
        { ...excerpt, votes: 1e9 },
        { ...excerpt, id: "m2", answered: -1e12 },
      ],
      mutes: [{ id: "u-y", name: run, until: 1 }],
    },
  );
  const all = (): string => shown.find(".edu").textContent ?? "";
  const looksRight = (): void => {
    expect(shown.all("img, script")).toEqual([]);
    expect(window).not.toHaveProperty("pwned");
  };
  expect(shown.find(".said").textContent).toContain(run);
  expect(shown.find(".quote").textContent).toContain(run);
  expect(shown.find(".rx .chip[aria-pressed]:not([aria-label^=Upvote])").title).toContain(
    `\u2068\u202E${run}\u2069`,
  );
  looksRight();
  for (const selector of [".pinbar .ib", "[data-id=m2] [aria-label=More]", ".hd .ib:last-child"]) {
    shown.find(selector).click();
    await settled();
    expect(shown.find(".float").textContent).toContain(run);
    looksRight();
    shown.find(selector).click();
    await settled();
    expect(shown.all(".float")).toEqual([]);
  }
  shown.find(".tab").click();
  await settled();
  expect(all().split(run).length).toBeGreaterThan(3);
  looksRight();
});

test("documents that are none of their kind are left out", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const wrong = [7, null, {}, { id: "" }, { id: "m1", born: "x" }, ["m1"]];
  const shown = await live(
    [message(1)],
    {},
    {},
    {
      room: [7, { id: "another", can: ["moderate"] }, { id: "room", can: "moderate", slow: "x" }],
      pins: wrong,
      questions: wrong,
      mutes: wrong,
    },
  );
  expect(warn).toHaveBeenCalled();
  expect(shown.all(".pinbar, .tab, .hd [aria-haspopup=menu]")).toEqual([]);
  expect(shown.all("textarea")).toHaveLength(1);
  for (const name of ["notice", "source", "found", "typing"]) {
    for (const data of [7, null, [], { docs: 7, text: {}, names: "x", message: {} }]) {
      shown.model.say({ op: "signal", name, data });
    }
  }
  await settled();
  expect(shown.text()).toContain("Message 1");
});

test("an address in a file's message is one that can be followed", async () => {
  const link = (href: unknown) => message(1, { type: "file", body: [["p", ["a", { href }, run]]] });
  for (const href of ["javascript:window.pwned=1", "data:text/html,x", " java\nscript:1", 7]) {
    const shown = await live([link(href)]);
    expect([shown.all("a").length, shown.find(".file bdi").textContent]).toEqual([0, run]);
  }
});

test("a file's name is read as it is spelt", async () => {
  const shown = await live([message(1, { type: "file", body: [["p", "notes \u202Egpj.exe"]] })]);
  expect(shown.find(".file bdi").textContent).toBe("notes gpj.exe");
});

test("a name cannot turn the line around it", async () => {
  const shown = await live([message(1, { name: "\u202Eevil" })]);
  expect(shown.find("header b").firstElementChild?.tagName).toBe("BDI");
});

test("a time that is none breaks nothing", async () => {
  const shown = await live([message(1, { at: 1e300, edited: -1e300 }), message(2)]);
  expect(shown.all("article")).toHaveLength(2);
});

test("an allowed link opens elsewhere and says nothing of us", async () => {
  const shown = await live([message(1, { body: [["a", { href: "https://numpy.org/x" }, "doc"]] })]);
  const link = shown.find<HTMLAnchorElement>(".text a");
  expect([link.href, link.rel, link.target]).toEqual([
    "https://numpy.org/x",
    "noopener noreferrer",
    "_blank",
  ]);
});

test("every allowed node is built", async () => {
  const body = [
    ["h", "Head"],
    ["p", ["em", "e"], ["strong", "s"], ["del", "d"], ["code", "c"], ["br"], "t"],
    ["ul", ["li", "u"]],
    ["ol", { start: 3 }, ["li", "o"]],
    ["quote", ["p", "q"]],
    ["hr"],
    ["table", ["tr", ["th", { align: "right" }, "h"]], ["tr", ["td", "d"]]],
    ["pre", { lang: "python", runs: "4k3.c" }, "None # x"],
    ["p", ["at", { user: "u-tomas", me: true }, "@Tomas"], ["mark", "unknown"]],
  ];
  const text = (await live([message(1, { body })])).find(".text");
  const has =
    "p.h, em, strong, del, code, br, ul li, ol[start='3'] li, blockquote p, hr, th, td, pre .k, pre .c, .at.me";
  for (const selector of has.split(", "))
    expect(text.querySelector(selector), selector).not.toBeNull();
  expect(text.querySelector("th")?.style.textAlign).toBe("right");
  expect(text.lastElementChild?.textContent).toBe("@Tomasunknown");
});

test.each([
  ["x = 1", "2.2om", ".x |o= |m1|."],
  ["x = 1 ", "2.2om", ".x |o= |m1|. "],
  ['"😀" + 1', "5s2om", 's"😀" |o+ |m1|.'],
  ["😀😀", "2k", "k😀|.😀"],
  ["abc", "", ".abc"],
  ["abc", "3k", "kabc|."],
  ["", "", "."],
])("%j is cut at %s", (code, runs, pieces) => {
  const found = cut(code, runs).map(([kind, text]) => kind + text);
  expect(found.join("|")).toBe(pieces);
});

const malformed: unknown[] = [
  ...[
    "4k",
    "2k2k",
    "99999999999999999999k",
    `${"9".repeat(400)}k`,
    "0k",
    "k0s",
    "01k",
    "-1k",
    "1.5k",
  ],
  ...[
    "k1",
    "2",
    "x",
    "K",
    "k s",
    "k\n",
    "1k;2s",
    "kk\u0661k",
    "__proto__",
    null,
    3,
    [],
    ["k"],
    {},
    true,
  ],
];

test.each(malformed)("runs like %j leave code plain", (runs) => {
  expect(cut("abc", runs)).toEqual([[".", "abc"]]);
});

test("whatever the runs, the pieces joined are the code", () => {
  const letters = [..."ksmocn.kx0123456789"];
  const texts = [..."ab \n😀é\u0301", "\ud83d", "==", "<b>"];
  let seed = 7;
  const chance = (below: number): number => {
    seed = (seed * 48_271) % 0x7fffffff;
    return seed % below;
  };
  const some = (from: string[], most: number): string =>
    Array.from({ length: chance(most) }, () => from[chance(from.length)]).join("");
  let coloured = 0;
  for (let round = 0; round < 5_000; round++) {
    const code = some(texts, 30);
    const pieces = cut(code, some(letters, round % 2 ? 12 : 4));
    expect(pieces.map(([, text]) => text).join("")).toBe(code);
    for (const [kind] of pieces) expect(kind).toMatch(/^[ksmocn.]$/);
    if (pieces.length > 1) coloured++;
  }
  expect(coloured).toBeGreaterThan(500);
});

test("addresses", () => {
  expect(safeHref("https://a.b/c")).toBe("https://a.b/c");
  expect(safeHref("mailto:a@b.c")).toBe("mailto:a@b.c");
  for (const bad of ["javascript:1", "JaVaScRiPt:1", "/x", "x", "file:///x", 7, null, "blob:x"]) {
    expect(safeHref(bad), String(bad)).toBeNull();
  }
});

test("plain text has lines where blocks were", () => {
  expect(
    plainText([
      ["p", "a ", ["em", "b"]],
      ["p", "c"],
      ["ul", ["li", "d"], ["li", "e"]],
    ]),
  ).toBe("a b\nc\nd\ne");
});

/** What is wider than the view, and not cut by anything around it. */
function tooWide(shown: Stage): string[] {
  const view = shown.find(".edu");
  const { left, right } = view.getBoundingClientRect();
  const isCut = (element: Element | null): boolean =>
    element !== null &&
    element !== view &&
    !element.matches(".log") &&
    (getComputedStyle(element).overflowX !== "visible" || isCut(element.parentElement));
  return shown
    .all(".edu *")
    .filter((element) => {
      const box = element.getBoundingClientRect();
      const isOut = box.width > 0 && (box.right > right + 1 || box.left < left - 1);
      return isOut && !isCut(element.parentElement);
    })
    .map((element) => `${element.tagName}.${element.className}`);
}

test.each([
  ["without a blank", "W".repeat(8_000)],
  ["of marks on marks", "Z\u0335\u0321\u0301\u0489\u036f".repeat(800)],
  ["of faces in a row", "👩‍👩‍👧‍👦".repeat(700)],
  ["that runs the other way", `\u202E${"W".repeat(4_000)}\u2067\u2067`],
  ["of many lines", "x\n".repeat(3_000)],
])("a text %s is nowhere wider than the chat", async (_, long) => {
  const excerpt = { id: "m1", born: 1, seq: 1, user: "u-x", at: 1, name: long, text: long };
  const reactions = [{ emoji: long, count: 1e15, names: [long], own: false }];
  const mine = { user: "u-tomas", name: "Tomas", state: "failed", error: long };
  const { born: _born, seq: _seq, ...own } = message(9, mine);
  const docs = [
    message(1, { name: long, body: long, reactions, question: true, role: long }),
    message(2, { name: long, replyTo: "m1", type: "file", body: [["p", long]] }),
    message(3, {
      body: [
        ["p", ["at", { user: long }, `@${long}`]],
        ["pre", {}, long],
      ],
    }),
    message(4, { type: "system", body: long }),
    own,
  ];
  const questions = [{ ...excerpt, votes: 1e15 }];
  const mutes = [{ id: "u-y", name: long, until: 1 }];
  const pins = [{ ...excerpt, byName: long }];
  const others = { room: [staffRoom()], pins, questions, mutes };
  const shown = await live(docs, { course: long, here: [long], online: 1e15 }, {}, others);
  shown.el.style.width = "360px";
  shown.model.say({ op: "signal", name: "typing", data: { names: [long, long], count: 2 } });
  await settled();
  expect(tooWide(shown)).toEqual([]);
  shown.model.say({ op: "signal", name: "notice", data: { message: long } });
  await settled();
  expect(tooWide(shown)).toEqual([]);
  for (const selector of [".pinbar .ib", "[data-id=m3] [aria-label=More]", ".hd .ib:last-child"]) {
    shown.find("[data-id=m3] article").focus();
    await settled();
    shown.find(selector).click();
    await settled();
    expect(tooWide(shown)).toEqual([]);
    const float = shown.find(".float");
    expect(float.scrollWidth).toBeLessThanOrEqual(float.clientWidth);
    shown.press("Escape");
    await settled();
  }
  shown.find(".tab").click();
  await settled();
  expect(tooWide(shown)).toEqual([]);
});
