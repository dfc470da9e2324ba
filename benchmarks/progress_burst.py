"""A class runs all its checks: what the reports cost the service's rules and store.

    python -m benchmarks.progress_burst [--people 1000] [--exercises 40]

Each person's report names all exercises, as the kernels send it, one every two seconds at most.
Measured: CPU time of the rules and of SQLite in memory, without sockets. Checked: everything is
counted once. Budget: 10 s for 1,000 people with 40 exercises.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time

import msgspec

from edu_widgets.progress.commands import ExerciseResult, ReportProgress, SetExercise
from edu_widgets.progress.documents import CheckFailure, ExerciseProgress
from edu_widgets.progress.service import FEATURE
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.channels import course_channel, staff_channel
from edu_widgets.service.config import ServiceConfig
from edu_widgets.service.rules import Person, Request
from edu_widgets.service.store import schema, writes

COURSE = "c"
BUDGET_S = 10.0
NOW = 1_700_000_000_000


def commit(db: sqlite3.Connection, who: Person, type_: str, data: msgspec.Struct) -> None:
    channel, config = course_channel(COURSE), ServiceConfig().course
    request = Request(COURSE, channel, who, type_, data, uuid7(), NOW, config)
    db.execute("BEGIN")
    writes.commit(db, request, FEATURE.rules[type_])
    db.execute("COMMIT")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--exercises", type=int, default=40)
    args = parser.parse_args()
    db = sqlite3.connect(":memory:", isolation_level=None)
    schema.make_tables(db)
    names = [f"e{n}" for n in range(args.exercises)]
    for name in names:
        commit(db, Person("m", "Mira", "instructor"), "set_exercise", SetExercise(name, name))
    failure = CheckFailure(1, "KeyError", "'temp'")
    results = [ExerciseResult(name, "pfpp", 1, [failure]) for name in names]
    began = time.process_time()
    for n in range(args.people):
        who = Person(f"u-{n}", f"Student {n}", "student")
        commit(db, who, "report_progress", ReportProgress(results))
    spent = time.process_time() - began
    kept = db.execute(
        "SELECT count(*) FROM documents WHERE channel = ? AND kind = ?",
        (staff_channel(COURSE), ExerciseProgress.kind),
    ).fetchone()[0]
    assert kept == args.people * args.exercises, f"{kept} kept"
    print(f"{args.people} reports of {args.exercises} exercises: {spent:.1f} s of CPU, {kept} kept")
    sys.exit(spent > BUDGET_S)


if __name__ == "__main__":
    main()
