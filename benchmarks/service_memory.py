"""Memory of the service for each idle member: 1,000 subscribed members who send nothing.

Resident memory of the service's process, before and after they came.

    python -m benchmarks.service_memory [--members 1000] [--rounds 3]
"""

import argparse
import asyncio
import multiprocessing
import os
import statistics
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.readers import Crowd, Reader, enter

BUDGET_KIB = 40


def resident_kib() -> float:
    """Return the resident memory of this process, in KiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024


async def serve(pipe: Connection) -> None:
    from edu_widgets.service.config import from_table
    from edu_widgets.service.options import Options
    from edu_widgets.service.server import Server

    table = from_table({"maxConnectionsPerPerson": 10_000, "rateLimits": False})
    with tempfile.TemporaryDirectory() as folder:
        options = Options(courses=("bench",), data_dir=Path(folder), port=0, config=table)
        async with Server(options) as server:
            pipe.send((server.state.port, server.state.owner_secret))
            loop = asyncio.get_running_loop()
            for _ in range(2):
                await loop.run_in_executor(None, pipe.recv)
                pipe.send((len(server.hub.members), resident_kib()))
            await loop.run_in_executor(None, pipe.recv)


def child(pipe: Connection) -> None:
    asyncio.run(serve(pipe))


async def run(members: int) -> float:
    """Return the KiB a member."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=child, args=(theirs,))
    process.start()
    loop = asyncio.get_running_loop()
    port, secret = await loop.run_in_executor(None, ours.recv)
    crowd = Crowd(members + 20)
    readers: list[Reader] = []

    async def come(count: int) -> None:
        readers.extend([await enter(crowd, port, secret, "course:bench") for _ in range(count)])

    async def told(count: int) -> float:
        await asyncio.sleep(2)  # until the last of them has entered
        ours.send("how much")
        there, kib = await loop.run_in_executor(None, ours.recv)
        assert there == count, there
        return float(kib)

    await come(20)  # so that modules loaded on first use are not counted
    before = await told(20)
    await come(members)
    after = await told(members + 20)
    ours.send("enough")
    for reader in readers:
        reader.transport.abort()
    process.join(10)
    process.terminate()
    return (after - before) / members


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    found = [asyncio.run(run(args.members)) for _ in range(args.rounds)]
    median = statistics.median(found)
    print(f"KiB an idle member; {args.members} members, n = {args.rounds}")
    print(f"  {median:.1f}  ({min(found):.1f}–{max(found):.1f})")
    print(f"budget: ≤ {BUDGET_KIB} KiB: {'kept' if median <= BUDGET_KIB else 'BROKEN'}")


if __name__ == "__main__":
    main()
