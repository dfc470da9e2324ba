"""The chat's frames while scrolling through long talks, and what one change costs.

    python -m benchmarks.scroll_frames [--messages 10,1000,10000] [--rounds 3]

The chat's bundle, built from `js/` as it is, in Chromium on a model without a kernel, at 900 by
700 px. Frames are counted by `requestAnimationFrame`: 60 a second at most, so a frame that took
more than 16.8 ms is one that came late. Measured while wheel steps go up through the talk and
down again, and while the view jumps between its end and its first row. Beside it the floor: the
rows that stand in the page, copied without any code behind them, scrolled the same way.

A change is measured from the comm message to rows that are laid out: a new message while the view
is at the end and while it is scrolled away, a reaction and an edit in and out of sight.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
from collections.abc import Iterable
from typing import Any, NamedTuple

from playwright.sync_api import Page, Route, sync_playwright

from tests.lab.harness import CHROMIUM_FLAGS, REPOSITORY, find_chromium

#: A frame at 60 Hz, as Chromium rounds it.
FRAME = 16.8
WHEEL_STEPS = 200
WHEEL_PX = 240
JUMPS = 20

BUILD = """
import * as esbuild from 'esbuild';
import { options } from './build.mjs';
const entryPoints = { widget: `src/${process.argv[1]}/index.ts` };
const { outputFiles } = await esbuild.build({ ...options, entryPoints, write: false });
process.stdout.write(outputFiles[0].text);
"""

PAGE = """<!doctype html><meta charset="utf-8"><title>scroll</title>
<style>body { margin: 0 }</style><div id="cell"></div><script type="module">
import widget from '/chat.js';
const PEOPLE = ['Deniz', 'Priya', 'Emre', 'Jonas', 'Lina'];
const WORDS = 'the shape of an array decides what it can be added to and why'.split(' ');
const CODE = 'a = np.arange(3)\\nb = np.arange(4)[:, None]\\n(a + b).shape';
const said = (born, more = {}) => {
  const name = PEOPLE[(born >> 1) % 5];
  const text = WORDS.slice(0, 3 + (born * 7) % 11).join(' ') + ' ' + born;
  const body = born % 9 === 0
    ? [['p', text], ['pre', { lang: 'python', runs: '2.o3.o7.m13.o' }, CODE]]
    : [['p', text, ' ', ['code', 'x[' + born + ']'], '. ', text]];
  return {
    id: 'm' + born, born, seq: born, user: 'u-' + name, name, at: 1.79e12 + born * 20000, body,
    ...(born % 5 ? {} : { reactions: [{ emoji: '👍', count: 3, users: [], names: [] }] }),
    ...(born % 11 ? {} : { replyTo: 'm' + (born - 3) }),
    ...more,
  };
};
let heard, page, n = 0, last = 0, seq = 1e6;
const model = () => ({
  get: (name) => ({ kind: 'chat', course: 'py101', options })[name],
  on: (event, run) => { if (event === 'msg:custom') heard = run; },
  off() {},
  send: (message) => { page ??= message.page; },
});
const options = { height: 500, lang: 'en' };
const flushed = () => new Promise((done) => { queueMicrotask(() => queueMicrotask(done)); });
const frame = () => new Promise(requestAnimationFrame);
const root = () => document.getElementById('cell').firstElementChild.shadowRoot;
const log = () => root().querySelector('.log');
const room = {
  id: 'room', rev: 1, slow: 0, muted: null, read: 0, unread: 0,
  can: 'send reply edit delete react unreact typing read search'.split(' '),
};
async function open(count) {
  last = count;
  widget.initialize({ model: model() });
  widget.render({ model: model(), el: document.getElementById('cell') });
  const docs = Array.from({ length: count }, (_, index) => said(index + 1));
  heard({
    op: 'snapshot', to: page, n: 0,
    lesson: {
      course: 'py101', me: { id: 'u-me', name: 'Me', role: 'student' }, state: 'live',
      online: 30, features: ['chat', 'reactions'],
    },
    collections: {
      messages: { docs, floor: 1, more: false },
      room: { docs: [room], floor: 0, more: false },
    },
  });
  await frame();
  await frame();
}
async function change(doc) {
  const before = performance.now();
  heard({ op: 'batch', n: ++n, set: { messages: [doc] } });
  await flushed();
  log().scrollHeight;
  return performance.now() - before;
}
const rowsInSight = () => {
  const { top, bottom } = log().getBoundingClientRect();
  return [...root().querySelectorAll('.slot')].filter((row) => {
    const box = row.getBoundingClientRect();
    return box.top >= top && box.bottom <= bottom;
  });
};
async function changes(kind, away, times) {
  const element = log();
  element.scrollTop = away ? Math.max(0, element.scrollHeight - 1600) : element.scrollHeight;
  await frame();
  await frame();
  const took = [];
  const seen = Number(rowsInSight()[0]?.dataset.id.slice(1) ?? 1);
  for (let time = 0; time < times; time++) {
    if (kind === 'insert') took.push(await change(said(++last)));
    else {
      const born = kind.endsWith('in sight') ? seen : 1;
      const more = kind.startsWith('reaction')
        ? { reactions: [{ emoji: '👍', count: time + 1, users: [], names: [] }] }
        : { body: [['p', 'changed ' + time]], edited: 1.79e12, version: time };
      took.push(await change(said(born, { ...more, seq: ++seq })));
    }
    if (time % 5 === 4) await frame();
  }
  return took;
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
async function jumps(times) {
  watch();
  for (let time = 0; time < times; time++) {
    log().scrollTop = time % 2 ? log().scrollHeight : 0;
    for (let wait = 0; wait < 4; wait++) await frame();
  }
  return frames();
}
const first = () => Number(rowsInSight()[0]?.dataset.id.slice(1) ?? 0);
function copy() {
  const element = log();
  const still = element.cloneNode(true);
  element.replaceWith(still);
  still.scrollTop = still.scrollHeight;
}
Object.assign(window, { bench: { open, changes, watch, frames, jumps, first, copy } });
</script>"""


class Frames(NamedTuple):
    """Durations of frames, in ms."""

    times: list[float]

    def line(self) -> str:
        ordered = sorted(self.times)
        late = sum(time > FRAME for time in ordered) / len(ordered)
        missed = sum(time > 2 * FRAME for time in ordered) / len(ordered)
        return (
            f"n={len(ordered):<5} p50 {statistics.median(ordered):5.1f}  "
            f"p95 {quantile(ordered, 0.95):5.1f}  max {ordered[-1]:6.1f} ms  "
            f"over 16.7: {late:5.1%}  over 33: {missed:5.1%}"
        )


def quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, round(share * len(ordered)))]


def build(feature: str = "chat") -> str:
    """Build a feature's bundle from the present sources."""
    node = ["node", "--input-type=module", "--eval", BUILD, feature]
    return subprocess.run(
        node, cwd=REPOSITORY / "js", capture_output=True, text=True, check=True
    ).stdout


def serve(page: Page, bundle: str, document: str = PAGE) -> None:
    """Answer the page's requests; isolated, so that its clock is exact to 5 µs."""
    headers = {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
    }

    def answer(route: Route) -> None:
        script = route.request.url.endswith(".js")
        kind = "text/javascript" if script else "text/html"
        body = bundle if script else document
        route.fulfill(body=body, headers={**headers, "Content-Type": f"{kind}; charset=utf-8"})

    page.route("**/*", answer)


def open_talk(page: Page, count: int) -> None:
    page.goto("https://chat.example/")
    page.wait_for_function("() => !!window.bench")
    page.evaluate("(count) => bench.open(count)", count)


def wheel(page: Page, steps: int, px: int) -> list[float]:
    """Measure frame times while the wheel turns."""
    page.mouse.move(450, 300)
    page.evaluate("() => bench.watch()")
    for _ in range(steps):
        page.mouse.wheel(0, px)
    return [float(time) for time in page.evaluate("() => bench.frames()")]


def scroll(page: Page, counts: Iterable[int], rounds: int) -> None:
    """Measure frames by wheel, up and down, and by jumps; the floor in the same round."""
    found: dict[str, list[float]] = {}
    reached: dict[int, list[int]] = {}
    for _ in range(rounds):
        for count in counts:
            open_talk(page, count)
            found.setdefault(f"wheel up, {count:,}", []).extend(wheel(page, WHEEL_STEPS, -WHEEL_PX))
            reached.setdefault(count, []).append(count - int(page.evaluate("() => bench.first()")))
            found.setdefault(f"wheel down, {count:,}", []).extend(
                wheel(page, WHEEL_STEPS, WHEEL_PX)
            )
            found.setdefault(f"jumps, {count:,}", []).extend(
                page.evaluate("(times) => bench.jumps(times)", JUMPS)
            )
        page.evaluate("() => bench.copy()")
        floor = wheel(page, WHEEL_STEPS // 2, -WHEEL_PX) + wheel(page, WHEEL_STEPS // 2, WHEEL_PX)
        found.setdefault("floor: the same rows, still", []).extend(floor)
    for label, times in found.items():
        print(f"{label:<30} {Frames(times).line()}", flush=True)
    for count, passed in reached.items():
        print(f"{f'messages passed going up, {count:,}':<30} {passed}", flush=True)


def cost(page: Page, counts: Iterable[int], rounds: int) -> None:
    """Print the time of one change by length of the talk: median, p95 and the rounds' medians."""
    kinds = ["insert", "reaction in sight", "edit in sight", "reaction elsewhere", "edit elsewhere"]
    found: dict[tuple[str, bool, int], list[list[float]]] = {}
    for _ in range(rounds):
        for count in counts:
            for away in (False, True):
                for kind in kinds:
                    # Ten messages fit into the view: nothing can be scrolled or out of sight.
                    if count < 100 and (away or kind.endswith("elsewhere")):
                        continue
                    open_talk(page, count)
                    args: dict[str, Any] = {"kind": kind, "away": away, "times": 60}
                    took = page.evaluate(
                        "({ kind, away, times }) => bench.changes(kind, away, times)", args
                    )
                    found.setdefault((kind, away, count), []).append(took)
    for (kind, away, count), runs in found.items():
        every = sorted(time for run in runs for time in run)
        medians = [statistics.median(run) for run in runs]
        place = "scrolled away" if away else "at the end"
        print(
            f"{kind:<19} {place:<14} {count:>6,}  n={len(every):<4} "
            f"p50 {statistics.median(every):5.2f} ms ({min(medians):.2f}-{max(medians):.2f})  "
            f"p95 {quantile(every, 0.95):5.2f} ms",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--messages", default="10,1000,10000")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    counts = [int(count) for count in args.messages.split(",")]
    bundle = build()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS)
        )
        page = browser.new_page(viewport={"width": 900, "height": 700})
        page.on("pageerror", lambda error: print(error, flush=True))
        serve(page, bundle)
        scroll(page, [count for count in counts if count >= 100], args.rounds)
        cost(page, counts, args.rounds)
        browser.close()


if __name__ == "__main__":
    main()
