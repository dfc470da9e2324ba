"""What `import edu_widgets` costs on top of `import anywidget`: median of n fresh processes.

    python benchmarks/import_time.py [n]

Budget: 100 ms. Prints wall-clock and processor time; on a busy machine believe the second.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

BUDGET_MS = 100.0

PROGRAM = """
import anywidget, time
wall, cpu = time.perf_counter(), time.process_time()
import edu_widgets
print((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000)
"""


def once() -> tuple[float, float]:
    """Milliseconds of one fresh process: wall clock, processor."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    wall, cpu = map(float, done.stdout.split())
    return wall, cpu


def main() -> None:
    """Measure and print."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    once()  # compiles what is not compiled yet
    runs = [once() for _ in range(n)]
    for name, values in zip(("wall", "processor"), zip(*runs, strict=True), strict=True):
        median, low, high = statistics.median(values), min(values), max(values)
        print(f"{name:>9}: median {median:.0f} ms (min {low:.0f}, max {high:.0f}, n={n})")
    median = statistics.median(cpu for _, cpu in runs)
    print("budget held" if median <= BUDGET_MS else f"over the budget of {BUDGET_MS:.0f} ms")


if __name__ == "__main__":
    main()
