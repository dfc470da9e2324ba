"""From Enter in one browser to the message on another's screen: two JupyterLab pages, two kernels.

Measured idle, while both kernels are in `time.sleep`, and while both run a pure-Python loop.
Beside it, in the same run, the floor: a bare anywidget with a background thread and a TCP relay.

    python -m benchmarks.enter_to_screen [--messages 60]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.lab.classroom import Class, Person
from tests.lab.harness import Lab, LabPage, install_kernels

SLEEP = "import time\nwhile not __import__('pathlib').Path({gate!r}).exists():\n    time.sleep(0.5)"
LOOP = (
    "import pathlib, time\nend = time.monotonic() + 0.5\nx = 0\n"
    "while True:\n"
    "    x = (x * 31 + 7) % 1000003\n"
    "    if time.monotonic() > end:\n"
    "        if pathlib.Path({gate!r}).exists():\n            break\n"
    "        end = time.monotonic() + 0.5"
)

WATCH = """
(selector) => {
  const root = document.querySelector(selector) ?? [...document.querySelectorAll('*')]
    .map((e) => e.shadowRoot).find((r) => r?.querySelector('.edu.chat'));
  const seen = (window.__seen = {});
  const look = () => {
    for (const text of root.querySelectorAll('article .text')) {
      const said = text.textContent.trim();
      if (!(said in seen)) {
        seen[said] = 0;
        requestAnimationFrame(() => { seen[said] = performance.timeOrigin + performance.now(); });
      }
    }
  };
  look();
  new MutationObserver(look).observe(root, { subtree: true, childList: true });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') window.__entered = performance.timeOrigin + performance.now();
  }, true);
}
"""


def measure(sender: Person, reader: Person, n: int, label: str) -> list[float]:
    """Milliseconds from Enter to the other screen, `n` times."""
    times = []
    for number in range(n):
        text = f"{label} {number}"
        sender.box.fill(text)
        sender.lab.page.evaluate("() => { window.__entered = 0; }")
        sender.box.press("Enter", no_wait_after=True)
        shown = reader.lab.wait_for("(text) => window.__seen[text] || false", text)
        entered = sender.lab.page.evaluate("() => window.__entered")
        times.append(float(shown) - float(entered))
    return times


def busy(people: list[Person], code: str, gate: Path) -> None:
    """Let every kernel run a cell until `gate` exists."""
    for person in people:
        script = code.format(gate=str(gate))
        person.lab.page.evaluate("(code) => void __lab.execute(code)", script)
        person.lab.wait_busy()


def report(label: str, times: list[float]) -> None:
    ordered = sorted(times)
    p50 = statistics.median(ordered)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    print(
        f"{label:<28} n={len(times)}  p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  "
        f"min {ordered[0]:.1f}  max {ordered[-1]:.1f}",
        flush=True,
    )


def run(n: int, kernel: str) -> None:
    """One run: idle, asleep, in a loop, each after a few messages to warm up."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        lab = Lab(playwright, folder / "lab")
        lab.kernels = install_kernels(lab.data_dir, [kernel])
        with lab:
            numbers = iter(range(100))

            def open_notebook(cells: list[str], k: str | None = None, **context: Any) -> LabPage:
                notebook = f"n{next(numbers)}/notebook.ipynb"
                lab.write_notebook(notebook, cells, k)
                return lab.open(notebook, **context)

            lesson = Class("py101", folder, open_notebook)
            try:
                mira = lesson.instructor()
                ada = lesson.student("Ada")
                for person in (mira, ada):
                    person.lab.page.evaluate(WATCH, "none")
                measure(ada, mira, 5, "warm up")
                report("idle", measure(ada, mira, n, "idle"))
                for label, code in (("both in time.sleep", SLEEP), ("both in a Python loop", LOOP)):
                    gate = folder / label.replace(" ", "-")
                    busy([mira, ada], code, gate)
                    report(label, measure(ada, mira, n, label))
                    gate.touch()
                    for person in (mira, ada):
                        person.lab.wait_kernel()
            finally:
                lesson.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=60)
    parser.add_argument("--kernel", default="ipykernel-7.4")
    args = parser.parse_args()
    run(args.messages, args.kernel)


if __name__ == "__main__":
    main()
