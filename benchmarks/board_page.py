"""The board in a browser: one's own ink, a late join, and the memory of a full board.

    python -m benchmarks.board_page [--strokes 5000] [--full 20000] [--rounds 5]

The board's bundle, built from `js/` as it is, in Chromium on a model without a kernel, at 1200 by
800 px; strokes of 60 points come packed as the kernel packs them, in parts of 1,000.

Own ink: strokes drawn with the browser's real mouse, from the time of each pointer event to the end
of the frame that shows it, with so many strokes on the page, alone and while 30 others draw. Beside
it the floor: a bare canvas that draws the same line. That the frame has the ink is read from the
canvas, in a stroke of its own, because reading takes time. Budget: within one frame (16.7 ms) of
the event.

A late join: from the first message until all is painted that is in sight, with all strokes asked
for. Budget: 2 s. Memory: what the renderer's process has more (USS) with a full board than with an
empty one, after garbage was collected, as it is opened and after panning over all of it.
Budget: 150 MB.
"""

from __future__ import annotations

import argparse
import base64
import math
import os
import statistics
from typing import Any
from uuid import UUID

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.scroll_frames import FRAME, build, quantile, serve
from edu_widgets.board.packing import pack
from edu_widgets.board.points import encode
from edu_widgets.protocol import uuid7
from tests.lab.harness import CHROMIUM_FLAGS, find_chromium

PART = 1_000
MIB = 2**20

PAGE = """<!doctype html><meta charset="utf-8"><title>board</title>
<style>body { margin: 0 } #floor { width: 1200px; height: 600px }</style><div id="cell"></div>
<script type="module">
import widget from '/board.js';
let heard, page, n = 0, parts = [];
const model = {
  get: (name) => ({ kind: 'board', course: 'py101', options: { height: 640, lang: 'en' } })[name],
  on: (event, run) => { if (event === 'msg:custom') heard = run; },
  off() {},
  send: (message) => {
    page ??= message.page;
    if (message.do === 'board.older') queueMicrotask(older);
  },
};
const frame = () => new Promise(requestAnimationFrame);
const painted = () => new Promise((done) => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel();
  port2.onmessage = done;
  port1.postMessage(0);
}));
const windowed = () => {
  const buffers = parts.splice(0, 1);
  const more = parts.length > 0;
  return [{ docs: buffers.map((_, at) => at), floor: parts.length * 1000 + 1, more }, buffers];
};
const older = () => {
  const [told, buffers] = windowed();
  heard({ op: 'page', to: page, in: 'items', ...told }, buffers);
};
const root = () => document.getElementById('cell').firstElementChild.shadowRoot;
const canvas = () => document.getElementById('floor') ?? root().querySelector('canvas');
const bytes = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
async function open(packed) {
  parts = packed.map(bytes);
  widget.initialize({ model });
  widget.render({ model, el: document.getElementById('cell') });
  const began = performance.now();
  const [items, buffers] = windowed();
  const all = (docs) => ({ docs, floor: 0, more: false });
  const room = { id: 'room', rev: 1, draws: true, staff: true, open: true };
  heard({
    op: 'snapshot', to: page, n: 0,
    lesson: {
      course: 'py101', me: { id: 'me', name: 'Mira', role: 'instructor' }, state: 'live',
      online: 30, features: ['board'],
    },
    collections: { items, pages: all([{ id: 'first', rev: 1, order: 0 }]), room: all([room]) },
  }, buffers);
  while (parts.length) await frame();
  // Done when nothing changes any more in what is seen: two frames that are alike.
  let before = '', same = 0, last = performance.now();
  while (same < 12) {
    await painted();
    const now = fingerprint();
    same = now === before ? same + 1 : 0;
    if (now !== before) last = performance.now();
    before = now;
  }
  return last - began;
}
const fingerprint = () => {
  const drawn = canvas();
  if (!drawn) return '';
  const small = document.createElement('canvas');
  [small.width, small.height] = [60, 30];
  const context = small.getContext('2d', { willReadFrequently: true });
  context.drawImage(drawn, 0, 0, 60, 30);
  return context.getImageData(0, 0, 60, 30).data.join();
};
let waits = [], reads = null;
const watch = (checks) => {
  waits = [];
  reads = checks ? [] : null;
  // Behind the sheet's own listener, so that its frame comes before.
  canvas().addEventListener('pointermove', (event) => {
    if (!event.buttons) return;
    const at = event.timeStamp;
    const { left, top } = canvas().getBoundingClientRect();
    const place = [event.clientX - left, event.clientY - top];
    requestAnimationFrame(() => {
      if (reads) {
        const ratio = canvas().width / canvas().clientWidth;
        const [x, y] = place.map((one) => Math.round(one * ratio));
        const seen = canvas().getContext('2d').getImageData(x - 3, y - 3, 7, 7).data;
        let dark = 255;
        for (let k = 0; k < seen.length; k += 4) {
          if (seen[k + 3] > 128) dark = Math.min(dark, seen[k]);
        }
        reads.push(dark < 128);
      }
      const { port1, port2 } = new MessageChannel();
      port2.onmessage = () => waits.push(performance.now() - at);
      port1.postMessage(0);
    });
  });
};
const others = (packed) => setInterval(() => {
  const data = packed.map((points, k) => ({
    id: 'p' + k + ':' + (n >> 5), page: 'first', tool: 'pen', ink: 'red', width: 2,
    points: [points], userName: 'Writer ' + k,
  }));
  n++;
  heard({ op: 'signal', name: 'parts', data });
}, 33);
const floor = () => {
  document.body.innerHTML = '<canvas id=floor width=1200 height=600></canvas>';
  const context = canvas().getContext('2d');
  let points = [], asked = 0;
  const paint = () => {
    asked = 0;
    context.clearRect(0, 0, 1200, 600);
    context.beginPath();
    points.forEach(([x, y], at) => at ? context.lineTo(x, y) : context.moveTo(x, y));
    context.lineWidth = 4;
    context.stroke();
  };
  canvas().addEventListener('pointerdown', () => { points = []; });
  canvas().addEventListener('pointermove', (event) => {
    if (!event.buttons) return;
    points.push([event.offsetX, event.offsetY]);
    asked ||= requestAnimationFrame(paint);
  });
};
const answers = () => ({ waits, reads });
const inside = () => {
  const { left, top, width, height } = canvas().getBoundingClientRect();
  return [left, top, width, height];
};
window.bench = { open, watch, others, floor, answers, inside };
</script>"""


def stroke(number: int, born: int) -> dict[str, Any]:
    """Return a stroke of 60 points somewhere on an area of four screens."""
    id_ = uuid7()
    places = [(12 * n, round(80 * math.sin(n / 6 + number))) for n in range(60)]
    x, y = 4 * ((number * 37) % 2_000), 4 * ((number * 53) % 1_300)
    looks = {"id": id_, "page": "first", "tool": "pen", "ink": "blue", "width": 2, "x": x, "y": y}
    said = {"name": f"Student {number % 30}", "at": UUID(id_).int >> 80}
    return {**looks, **said, "points": encode(places), "born": born, "seq": born}


def packed(count: int) -> list[str]:
    """Return strokes as the kernel sends them, the newest thousand first."""
    docs = [stroke(number, number + 1) for number in range(count)]
    parts = [docs[at : at + PART] for at in range(0, count, PART)]
    return [base64.b64encode(pack(part)[0]).decode() for part in reversed(parts)]


def line(name: str, waits: list[float]) -> str:
    ordered = sorted(waits)
    late = sum(wait > FRAME for wait in ordered) / len(ordered)
    return (
        f"{name:<34} n={len(ordered):<4} p50 {statistics.median(ordered):5.1f}  "
        f"p95 {quantile(ordered, 0.95):5.1f}  max {ordered[-1]:5.1f} ms  over 16.7: {late:.1%}"
    )


def draw(page: Page, strokes: int, steps: int = 40) -> None:
    """Draw lines with the mouse, a step a frame."""
    left, top, width, height = page.evaluate("() => bench.inside()")
    for number in range(strokes):
        y = top + height * (0.2 + 0.6 * number / max(strokes - 1, 1))
        page.mouse.move(left + 40, y)
        page.mouse.down()
        for step in range(steps):
            across = left + 40 + (width - 80) * step / steps
            page.mouse.move(across, y + 12 * math.sin(step / 3))
        page.mouse.up()


def fresh(page: Page) -> None:
    page.goto("https://board.example/")
    page.wait_for_function("() => !!window.bench")


def ink(page: Page, strokes: list[str], rounds: int) -> None:
    others = [encode([(24 * k, 16 * k), (24 * k + 9, 16 * k + 5)]) for k in range(30)]
    for name in ("floor", "alone", "while 30 others draw", "read from the canvas"):
        fresh(page)
        if name == "floor":
            page.evaluate("() => bench.floor()")
        else:
            page.evaluate("(packed) => bench.open(packed)", strokes)
        if name.startswith("while"):
            page.evaluate("(packed) => { bench.others(packed) }", others)
        page.evaluate("(checks) => bench.watch(checks)", name.startswith("read"))
        draw(page, 1 if name.startswith("read") else rounds)
        found = page.evaluate("() => bench.answers()")
        if found["reads"] is None:
            print(line(f"own ink, {name}", found["waits"]))
        else:
            same = sum(found["reads"])
            print(f"  the ink is in the event's own frame: {same} of {len(found['reads'])}")


def joins(page: Page, strokes: list[str], rounds: int) -> None:
    times = []
    for _ in range(rounds):
        fresh(page)
        times.append(page.evaluate("(packed) => bench.open(packed)", strokes) / 1000)
    print(
        f"late join, all painted: median {statistics.median(times):.2f} s "
        f"({min(times):.2f} to {max(times):.2f}), n={rounds}"
    )


def renderer(browser: Browser, page: Page) -> float:
    """The MB of the renderer's process that is this page's."""
    del browser
    devtools = page.context.new_cdp_session(page)
    devtools.send("HeapProfiler.collectGarbage")
    devtools.send("HeapProfiler.collectGarbage")
    children = psutil.Process().children(recursive=True)
    kinds = [one for one in children if "--type=renderer" in one.cmdline()]
    return max(float(one.memory_full_info().uss) for one in kinds) / MIB


def memory(browser: Browser, count: int) -> None:
    found = []
    for strokes in (0, count):
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        serve(page, build("board"), PAGE)
        fresh(page)
        page.evaluate("(packed) => bench.open(packed)", packed(strokes))
        opened = renderer(browser, page)
        left, top, width, height = page.evaluate("() => bench.inside()")
        page.mouse.move(left + width / 2, top + height / 2)
        for step in range(40):
            page.mouse.wheel(300 if step % 8 < 4 else -300, 100)
            page.wait_for_timeout(120)
        found.append((opened, renderer(browser, page)))
        page.close()
    (empty, panned), (full, full_panned) = found
    print(
        f"memory: empty {empty:.0f} MB, panned {panned:.0f}; {count} strokes {full:.0f}, panned "
        f"{full_panned:.0f}: {full - empty:+.0f} and {full_panned - panned:+.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strokes", type=int, default=5_000)
    parser.add_argument("--full", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    strokes = packed(args.strokes)
    with sync_playwright() as playwright:
        options: dict[str, Any] = {"executable_path": find_chromium()}
        browser = playwright.chromium.launch(**options, args=list(CHROMIUM_FLAGS))
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        serve(page, build("board"), PAGE)
        ink(page, strokes, args.rounds)
        joins(page, strokes, args.rounds)
        page.close()
        browser.close()
        browser = playwright.chromium.launch(**options, args=list(CHROMIUM_FLAGS))
        memory(browser, args.full)
        browser.close()
    print(f"load {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
