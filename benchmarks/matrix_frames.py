"""Frames while an instructor scrolls the matrix of a large class, 300 people by 20 exercises.

    python -m benchmarks.matrix_frames [--people 300] [--exercises 20] [--rounds 3] [--steps 150]

The bundle of progress, built from `js/` as it is, in Chromium on a model without a kernel, at 1200
by 800 px; half of the class is at work, with a batch of ten changed rows each half second. Frames
are counted as in `scroll_frames`, beside the floor: the same rows, copied, without code behind
them. Budget: 60 frames a second, so that none takes more than 33 ms.
"""

from __future__ import annotations

import argparse
import os

from playwright.sync_api import CDPSession, sync_playwright

from benchmarks.scroll_frames import Frames, build, serve
from tests.lab.harness import CHROMIUM_FLAGS, find_chromium

PX = 96

PAGE = """<!doctype html><meta charset="utf-8"><title>matrix</title>
<style>body { margin: 0 }</style><div id="cell"></div><script type="module">
import widget from '/progress.js';
let heard, page, n = 0, working = 0;
const options = { height: 600, lang: 'en' };
const model = {
  get: (name) => ({ kind: 'progress', course: 'py101', options })[name],
  on: (event, run) => { if (event === 'msg:custom') heard = run; },
  off() {},
  send: (message) => { page ??= message.page; },
};
const root = () => document.getElementById('cell').firstElementChild.shadowRoot;
const scroller = () => {
  let found = root().querySelector('table');
  const scrolls = (one) => one.scrollHeight > one.clientHeight + 1 &&
    getComputedStyle(one).overflowY !== 'visible';
  while (!scrolls(found)) found = found.parentElement;
  return found;
};
const frame = () => new Promise(requestAnimationFrame);
const row = (k, exercises, rev) => ({
  id: 'u' + k, rev, name: 'Student ' + k, last: k % exercises,
  cells: Array.from({ length: exercises }, (_, e) => (k + e) % 4 ? [(k * e + rev) % 5, 4] : 0),
  // Ages, which grow, so that nobody changes places by growing older alike.
  ...(k % 9 ? {} : { stuck: performance.now() + k * 1000 }),
  ...(k % 7 ? {} : { idle: performance.now() + 300000 + k * 100 }),
});
async function open(people, exercises) {
  widget.initialize({ model });
  widget.render({ model, el: document.getElementById('cell') });
  const all = (docs) => ({ docs, floor: 0, more: false });
  const at = Array.from({ length: exercises }, (_, e) => e);
  heard({
    op: 'snapshot', to: page, n: 0,
    lesson: {
      course: 'py101', me: { id: 'me', name: 'Mira', role: 'instructor' }, state: 'live',
      online: people, features: ['progress'],
    },
    collections: {
      desk: all([{ id: 'desk', rev: 1, can: ['manage'], people, hidden: false }]),
      exercises: all(at.map((e) => ({
        id: 'e' + e, rev: 1, place: e + 1, title: 'Exercise ' + e, checks: 4, shared: false,
        counts: [people >> 1, 5, people >> 2, 3],
      }))),
      groups: all([]),
      people: all(Array.from({ length: people }, (_, k) => row(k, exercises, 1))),
    },
  });
  await frame();
  await frame();
  working = setInterval(() => {
    const first = (++n * 37) % people;
    const ten = Array.from({ length: 10 }, (_, k) => (first + k) % people);
    const changed = ten.map((k) => row(k, exercises, n + 1));
    heard({ op: 'batch', n, set: { people: changed } });
  }, 500);
}
let marks = null;
const watch = () => {
  const kept = (marks = []);
  const mark = (at) => { if (marks === kept) { kept.push(at); requestAnimationFrame(mark); } };
  requestAnimationFrame(mark);
};
const frames = () => {
  const times = marks.slice(1).map((at, index) => at - marks[index]);
  marks = null;
  return times;
};
const place = () => {
  const { left, top } = scroller().getBoundingClientRect();
  return [left + 200, top + 200];
};
const copy = () => {
  clearInterval(working);
  const element = scroller();
  const still = element.cloneNode(true);
  element.replaceWith(still);
};
const reached = () => scroller().scrollTop;
window.bench = { open, watch, frames, place, copy, reached };
</script>"""


KINDS = ("Script", "RecalcStyle", "Layout", "Task")


def spent(devtools: CDPSession) -> dict[str, float]:
    """The ms that the page's main thread has spent so far, by kind of work."""
    told = devtools.send("Performance.getMetrics")["metrics"]
    held = {one["name"]: 1000 * one["value"] for one in told}
    return {name: held[f"{name}Duration"] for name in KINDS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--exercises", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=150)
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    found: dict[str, list[float]] = {"matrix": [], "floor": []}
    work = {label: dict.fromkeys(KINDS, 0.0) for label in found}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS)
        )
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        devtools = page.context.new_cdp_session(page)
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        serve(page, build("progress"), PAGE)
        for _ in range(args.rounds):
            page.goto("https://progress.example/")
            page.wait_for_function("() => !!window.bench")
            page.evaluate("([p, e]) => bench.open(p, e)", [args.people, args.exercises])
            for label, every in found.items():
                if label == "floor":
                    page.evaluate("() => bench.copy()")
                page.mouse.move(*page.evaluate("() => bench.place()"))
                page.evaluate("() => bench.watch()")
                before = spent(devtools)
                for step in range(args.steps):
                    page.mouse.wheel(0, PX if step < args.steps // 2 else -PX)
                    if step == args.steps // 2 and label == "matrix":
                        assert page.evaluate("() => bench.reached()") > PX, "it scrolls"
                every.extend(page.evaluate("() => bench.frames()"))
                for name, ms in spent(devtools).items():
                    work[label][name] += (ms - before[name]) / (args.rounds * args.steps)
        browser.close()
    for label, times in found.items():
        print(f"{label:8} {Frames(times).line()}")
        each = "  ".join(f"{name.lower()} {ms:.2f} ms" for name, ms in work[label].items())
        print(f"{'':8} of a step: {each}")


if __name__ == "__main__":
    main()
