"""From a class to a campus: what processes, courses and members cost, beside Socket.IO.

    python -m benchmarks.growth [--quick] [--write]

Our service (`edu-widgets serve --redis`) and a chat on Socket.IO with its Redis adapter
(benchmarks/beside_socketio, completed by `npm ci` in a temporary folder), one after the other under
the same load, with a redis-server each whose append-only file is synchronised at each write
(`always`; for commits `everysec` as well). Members are raw sockets in two processes; measured is
the CPU time and memory of the service's processes, which depends little on what else runs, and of
Redis:

- one course that grows to 5,000 members, on 1, 2 and 4 processes: CPU a message, memory a member;
- 50 courses of 100 people who come within a minute: how long each waits, and the CPU for it; then
  they talk, all their connections are cut, and they come back at once to what they have missed;
- as many messages as are acknowledged, on 1, 2 and 4 processes.

Prints Markdown. `--write` puts it between the marks in benchmarks/RESULTS.md and docs/growth.md.
Takes nine minutes on two cores; `--quick` two, with fewer of everything.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import sys
import time
from pathlib import Path
from typing import TypeVar

from benchmarks.growth import report
from benchmarks.growth.measuring import Campus, Flood, Grown, campus, flood, grown

ROOT = Path(__file__).resolve().parents[2]
SOCKETS = 16_384
T = TypeVar("T")


def measure(*, quick: bool) -> report.Results:
    """Run everything."""
    processes = (1, 2) if quick else (1, 2, 4)
    sizes = (30, 300) if quick else (30, 300, 1_000, 5_000)
    courses, people, seconds = (10, 20, 5.0) if quick else (50, 100, 60.0)
    batches = 3 if quick else 5
    load = os.getloadavg()[0]
    grew: dict[tuple[str, int], Grown] = {}
    campuses: dict[tuple[str, int], Campus] = {}
    floods: dict[tuple[str, str, int], Flood] = {}
    both = (report.OURS, report.BESIDE)
    for count in processes:
        for wire in both:
            grew[wire, count] = told(f"{wire}, {count}", grown(wire, count, sizes, batches))
    for wire in both:
        found = campus(wire, 2, courses, people, seconds, batches)
        campuses[wire, 2] = told(f"{wire}, {courses} courses", found)
    for wire, fsync in ((both[0], "always"), (both[0], "everysec"), (both[1], "always")):
        for count in processes[-1:] if quick else processes:
            flooded = flood(wire, count, courses, fsync, batches, 1.0)
            floods[wire, fsync, count] = told(f"{wire}, {count}, {fsync}", flooded)
    return report.Results(grew, campuses, floods, courses, people, seconds, load)


def told(what: str, found: T) -> T:
    """Tell how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {what}: {found}"[:400], file=sys.stderr, flush=True)
    return found


def write(path: Path, text: str) -> None:
    """Replace what stands between the marks in a page."""
    page = path.read_text("utf-8")
    marked = re.compile(r"(<!-- growth -->\n).*?(<!-- /growth -->)", re.DOTALL)
    new, count = marked.subn(lambda marks: f"{marks[1]}\n{text}\n{marks[2]}", page)
    assert count == 1, path
    path.write_text(new, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, SOCKETS)), hard))
    found = measure(quick=args.quick)
    tables, needs = report.whole(found), report.needs(found)
    print(tables)
    print(needs)
    if args.write:
        write(ROOT / "benchmarks" / "RESULTS.md", tables)
        write(ROOT / "docs" / "growth.md", needs)


if __name__ == "__main__":
    main()
