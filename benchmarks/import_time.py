"""Time of `import edu_widgets` after `import anywidget`: median of n fresh processes.

    python benchmarks/import_time.py [n]

Budget: 100 ms. Prints wall-clock and processor time; on a busy machine believe the second.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

BUDGET_MS = 100.0

PROGRAM = """
import time
before = time.process_time()
import anywidget
wall, cpu = time.perf_counter(), time.process_time()
import edu_widgets
now = time.process_time()
print((time.perf_counter() - wall) * 1000, (now - cpu) * 1000, (now - cpu) / (cpu - before))
"""


def once() -> tuple[float, float, float]:
    """Measure in a fresh process: wall ms, processor ms, and its ratio to `anywidget`'s."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    wall, cpu, ratio = map(float, done.stdout.split())
    return wall, cpu, ratio


def main() -> None:
    """Measure and print."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    once()  # compiles what is not compiled yet
    runs = [once() for _ in range(n)]
    *times, ratios = zip(*runs, strict=True)
    for name, values in zip(("wall", "processor"), times, strict=True):
        median, low, high = statistics.median(values), min(values), max(values)
        print(f"{name:>9}: median {median:.0f} ms (min {low:.0f}, max {high:.0f}, n={n})")
    print(f"   beside: {statistics.median(ratios):.2f} of the processor time of anywidget's import")
    median = statistics.median(times[1])
    print("budget held" if median <= BUDGET_MS else f"over the budget of {BUDGET_MS:.0f} ms")


if __name__ == "__main__":
    main()
