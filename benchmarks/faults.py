"""Messages through networks and processes that fail, by each way in: is any lost, or twice?

    python -m benchmarks.faults [--messages 100000] [--senders 1] [--seed N]

The run of tests/client/fault_run.py, longer: a service, senders and a reader for each of
WebSocket, event stream and long poll, all of them through proxies that cut, stall, delay, slow
down, refuse, hold back and corrupt; the service and the senders' kernels are killed. A round of
some ten thousand messages has a seed of its own, which is printed and repeats it.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.client.fault_run import Run

ROUND = 10_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--senders", type=int, default=1, help="of each way")
    args = parser.parse_args()
    faults, wrong, acked = Counter[str](), 0, 0
    for number in range(-(-args.messages // ROUND)):
        with tempfile.TemporaryDirectory() as folder:
            messages = min(ROUND, args.messages)
            with Run(Path(folder), args.seed + number, messages, args.senders) as run:
                found = run.play()
        faults += found.faults
        wrong += len(found.wrong)
        acked += found.acked
        print(
            f"seed {found.seed}: {found.acked} acknowledged of {found.written}, {found.kept} kept; "
            f"lost {len(found.lost)}, twice {len(found.twice)}, out of order "
            f"{len(found.overtaken)}, refused {len(found.refused)}, unequal {len(found.unequal)}; "
            f"{found.reconnects} reconnects, {found.seconds:.0f} s",
            *found.wrong[:20],
            sep="\n  ",
            flush=True,
        )
    times = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(time.ru_utime + time.ru_stime for time in times)
    told = ", ".join(f"{kind} {count}" for kind, count in sorted(faults.items()))
    print(f"{acked} messages; faults: {told}; wrong: {wrong}")
    print(f"{cpu:.0f} s of CPU; load average {os.getloadavg()[0]:.1f}")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
