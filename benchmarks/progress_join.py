"""An instructor joins late: what the progress of a whole class costs on the way to their kernel.

    python -m benchmarks.progress_join [--people 1000] [--exercises 40] [--rounds 3]

Each person has run every exercise, a third of them with a failure. Measured, in a process of its
own each round: CPU of the service's reading and writing of frames, bytes on the wire, CPU of the
kernel until the mirror is whole and until the first picture of the class is made, and the memory
that all of it adds to the kernel. Budget: usable within 1 s, everything within 5 s, 30 MiB.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import sys
import time
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import psutil

from benchmarks.progress_burst import COURSE, commit
from edu_widgets.client.sync.mirror import Mirror
from edu_widgets.progress.commands import ExerciseResult, ReportProgress, SetExercise
from edu_widgets.progress.documents import CheckFailure, ExerciseCheck
from edu_widgets.progress.mirror import ProgressMirror
from edu_widgets.protocol import REGISTRY
from edu_widgets.protocol.channels import course_channel, staff_channel
from edu_widgets.protocol.messages import Changes
from edu_widgets.service.rules import Person
from edu_widgets.service.store import reads, schema

BUDGET_S, BUDGET_MIB = 5.0, 30.0
WORDS = ["'temp'", "… is not defined", "could not convert string to float: …", "shapes … and …"]


class Client:
    """The two mirrors of an instructor."""

    course = COURSE

    def __init__(self) -> None:
        self.mirrors = {course_channel(COURSE): Mirror(), staff_channel(COURSE): Mirror()}

    def mirror(self, channel: str = course_channel(COURSE)) -> Mirror:
        return self.mirrors[channel]

    def me(self) -> Any:
        return type("Me", (), {"is_staff": True, "user_id": "m"})

    def view(self) -> Any:
        return type("View", (), {"students": 1_000, "features": ("progress",)})


def fill(file: Path, people: int, exercises: int) -> None:
    """Make a course in which everybody has run everything."""
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    schema.make_tables(db)
    checks = [ExerciseCheck(f"check {n}", f"x{n} == {n}") for n in range(4)]
    names = [f"e{n}" for n in range(exercises)]
    for name in names:
        commit(
            db, Person("m", "Mira", "instructor"), "set_exercise", SetExercise(name, name, checks)
        )
    for n in range(people):
        results = [
            ExerciseResult(name, "pppp")
            if (n + m) % 3
            else ExerciseResult(name, "pfpp", 3, [CheckFailure(1, "KeyError", WORDS[(n + m) % 4])])
            for m, name in enumerate(names)
        ]
        commit(
            db,
            Person(f"u-{n}", f"Student {n}", "student"),
            "report_progress",
            ReportProgress(results),
        )
    db.close()


def read(file: Path) -> tuple[float, list[bytes], list[bytes]]:
    """Return the service's CPU for both catch-ups, and their frames."""
    db = sqlite3.connect(file, isolation_level=None)
    began, made = time.process_time(), []
    for channel in (course_channel(COURSE), staff_channel(COURSE)):
        windows = [kind for kind in REGISTRY.documents.values() if kind.window is not None]
        caught = reads.changes_since(db, channel, None, {}, windows)
        made.append([msgspec.json.encode(one) for one in caught.frames])
    return time.process_time() - began, made[0], made[1]


def join(room: list[bytes], staff: list[bytes], pipe: Any) -> None:
    """Run in a process of its own: what the kernel does with the frames."""
    client = Client()
    before = psutil.Process().memory_full_info().uss / 1024
    began = time.process_time()
    for channel, frames in zip(client.mirrors, (room, staff), strict=True):
        for frame in frames:
            client.mirrors[channel].apply(msgspec.json.decode(frame, type=Changes))
    whole = time.process_time() - began
    mirror = ProgressMirror(client)  # type: ignore[arg-type]
    counted = [mirror.counted(one.name) for one in mirror.exercises()]
    groups = mirror.failing()
    seen = time.process_time() - began
    after = psutil.Process().memory_full_info().uss / 1024
    assert groups
    assert all(one.done for one in counted)
    pipe.send((whole, seen, (after - before) / 1024))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--exercises", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} before; CPU times")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "service.db"
        fill(file, args.people, args.exercises)
        found, room, staff = [], list[bytes](), list[bytes]()
        for _ in range(args.rounds):
            service, room, staff = read(file)
            context = get_context("spawn")
            ours, theirs = context.Pipe()
            process = context.Process(target=join, args=(room, staff, theirs))
            process.start()
            found.append((service, *ours.recv()))
            process.join()
    size = sum(map(len, room)) + sum(map(len, staff))
    print(f"{args.people} x {args.exercises}: {size / 1e6:.1f} MB in {len(staff)} frames")
    names = ("service, s", "mirror whole, s", "class seen, s", "memory, MiB")
    worst = []
    for name, values in zip(names, zip(*found, strict=True), strict=True):
        worst.append(statistics.median(values))
        print(
            f"  {name:16} {worst[-1]:.2f} ({min(values):.2f}-{max(values):.2f}, n = {len(values)})"
        )
    sys.exit(worst[0] + worst[2] > BUDGET_S or worst[3] > BUDGET_MIB)


if __name__ == "__main__":
    main()
