"""The record of a lesson of 90 minutes: its size, and how long a browser takes to open it.

    python -m benchmarks.record_page [--messages 400] [--cells 200] [--rounds 3]

Made of messages with code, cells with tables of output, and pictures in a tenth of the cells, by
the page that `lesson.record` writes. Opened from disk in Chromium without a network, until all
entries are counted. Budgets: 5 MB, 1 s.
"""

from __future__ import annotations

import argparse
import base64
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from html import escape
from pathlib import Path

from playwright.sync_api import sync_playwright

from edu_widgets.notebook.nodes import to_nodes
from edu_widgets.notebook.nodes_html import nodes_html
from edu_widgets.notebook.records import Author, RecordEntry, as_it_is
from edu_widgets.record.page import Part, page
from tests.lab.harness import CHROMIUM_FLAGS, find_chromium

BUDGET_MB, BUDGET_S = 5.0, 1.0
START, LONG = 1_700_000_000_000, 90 * 60_000
PICTURE = 60_000
"""Bytes of a picture: a plot as matplotlib draws it."""

SAID = "Is `df.mean()` the mean of each **column**? $\\bar x$\n\n```python\ndf.mean()\n```"


def messages(count: int) -> Iterator[RecordEntry]:
    for n in range(count):
        body = to_nodes(
            f"{n}: {SAID}" if n % 5 == 0 else f"{n}: The next one, and so on to the end."
        )
        who = Author(f"u-{n % 60}", f"Student {n % 60}")
        yield RecordEntry(START + n * LONG // count, partial(nodes_html, body), who)


def cells(count: int) -> Iterator[RecordEntry]:
    rng = random.Random(1)
    mira = Author("m", "Mira", "instructor")
    for n in range(count):
        table = "\n".join(f"station {k}  {k * n % 37}.{k}  <{k}>" for k in range(25))
        html = f"<pre><code>{escape('table = df.groupby(1).mean()' * 4)}</code></pre>"
        html += f"<pre>{escape(table)}</pre>"
        if n % 10 == 0:
            data = base64.b64encode(rng.randbytes(PICTURE)).decode()
            html += f'<img alt="" src="data:image/png;base64,{data}">'
        yield RecordEntry(START + n * LONG // count, as_it_is(html), mira, place=f"[{n}]")


def opened(file: Path, rounds: int) -> list[float]:
    """Return in seconds how long it takes until the page has counted its entries."""
    took = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(CHROMIUM_FLAGS)
        )
        for _ in range(rounds):
            context = browser.new_context(offline=True)
            tab = context.new_page()
            began = time.monotonic()
            tab.goto(file.as_uri())
            tab.wait_for_function("() => document.querySelector('output')?.value")
            took.append(time.monotonic() - began)
            context.close()
        browser.close()
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=400)
    parser.add_argument("--cells", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    parts = [
        Part("chat", "Chat", list(messages(args.messages))),
        Part("cells", "Cells", list(cells(args.cells))),
    ]
    began = time.process_time()
    text = page("py101", parts, "en", names=False)
    made = time.process_time() - began
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "lesson.html"
        file.write_text(text, "utf-8")
        size = file.stat().st_size / 1e6
        took = opened(file, args.rounds)
    median = statistics.median(took)
    spread = f"{min(took):.2f}-{max(took):.2f}, n = {len(took)}"
    print(f"{size:.2f} MB, made in {made:.2f} s of CPU, open after {median:.2f} s ({spread})")
    sys.exit(size > BUDGET_MB or median > BUDGET_S)


if __name__ == "__main__":
    main()
