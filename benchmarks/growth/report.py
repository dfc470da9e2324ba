"""The tables of a run, and what a campus needs by them, as Markdown."""

from __future__ import annotations

import math
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.growth.measuring import Campus, Entry, Flood, Grown, spread

OURS, BESIDE = "edu-widgets", "Socket.IO"
COURSES, PEOPLE = 50, 100
EVERY_S = 2.0
"""Seconds between two messages of a course of the calculated campus."""

STORM_S = 60.0
VOTE_S = 10.0
"""Seconds in which everybody of the calculated campus votes, in all courses at once."""

FULL = 0.6
"""The share of a core that a process should need at most, so that nobody waits."""


@dataclass(slots=True)
class Results:
    """All that was measured; keys are the kind of process, and how many."""

    grown: dict[tuple[str, int], Grown]
    campus: dict[tuple[str, int], Campus]
    floods: dict[tuple[str, str, int], Flood]
    """By kind, `appendfsync` and number of processes."""
    courses: int
    people: int
    seconds: float
    load: float
    """The load average before."""


def ratio(ours: Sequence[float], beside: Sequence[float]) -> str:
    """Return the ratio of two medians."""
    below = statistics.median(beside)
    return f"{statistics.median(ours) / below:.2f}" if below else "–"


def table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    """Return a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def whole(found: Results) -> str:
    """Return all tables of a run."""
    date = time.strftime("%Y-%m-%d")
    batches = len(next(iter(found.grown.values())).talks[0].said)
    machine = f"{date}, {os.cpu_count()} cores, load average {found.load:.1f} before"
    return "\n".join(
        (
            f"{machine}; median (range), n = {batches} batches each.\n",
            _growth(found),
            _memory(found),
            _campus(found),
            _floods(found),
        )
    )


def _pairs(found: Results) -> list[int]:
    return sorted({count for _, count in found.grown})


def _growth(found: Results) -> str:
    def rows() -> Iterator[Sequence[str]]:
        for count in _pairs(found):
            ours, beside = found.grown[OURS, count], found.grown[BESIDE, count]
            for mine, other in zip(ours.talks, beside.talks, strict=True):
                yield (
                    str(count),
                    f"{mine.members:,}",
                    spread(mine.said),
                    spread(mine.delivered),
                    spread(other.delivered),
                    ratio(mine.delivered, other.delivered),
                    spread(mine.redis, 2),
                )

    sizes = [grown.talks[-1].size for (wire, _), grown in found.grown.items() if wire == OURS]
    others = [grown.talks[-1].size for (wire, _), grown in found.grown.items() if wire == BESIDE]
    head = ["processes", "members", "CPU ms a message", "µs a delivered one"]
    head += ["Socket.IO's", "×", "Redis, ms a message"]
    return (
        "**One course grows.** CPU of the processes in all; a message of 100 characters, which is "
        f"{sizes[0]} bytes on our wire and {others[0]} on Socket.IO's.\n\n" + table(head, rows())
    )


def _memory(found: Results) -> str:
    def rows() -> Iterator[Sequence[str]]:
        for count in _pairs(found):
            ours, beside = found.grown[OURS, count], found.grown[BESIDE, count]
            yield (
                str(count),
                f"{ours.memory:.0f}",
                f"{beside.memory:.0f}",
                f"{ours.empty:.0f}",
                f"{beside.empty:.0f}",
                f"{ours.lost}, {beside.lost}",
            )

    members = next(iter(found.grown.values())).talks[-1].members
    head = ["processes", "kB a member", "Socket.IO's", "MB a process without members"]
    head += ["Socket.IO's", "connections lost"]
    return f"**Memory** that is the processes' own, with {members:,} members.\n\n" + table(
        head, rows()
    )


def _campus(found: Results) -> str:
    def rows() -> Iterator[Sequence[str]]:
        for (wire, count), campus in found.campus.items():
            yield from (
                (wire, str(count), "join", *_entry(campus.storm)),
                (wire, str(count), "come back, all at once", *_entry(campus.resumed)),
            )

    talks = "\n".join(
        f"- {wire}, {count} processes: {spread(one.talk.said)} ms of CPU a message, "
        f"{spread(one.talk.delivered)} µs a delivered one; {one.silent:.0f} µs a second and member "
        f"in silence; {one.memory:.0f} kB a member; {one.lost} connections lost."
        for (wire, count), one in found.campus.items()
    )
    head = (
        "",
        "processes",
        "",
        "members",
        "failed",
        "p50",
        "p99",
        "most",
        "CPU ms a member",
        "took",
    )
    return (
        f"**{found.courses} courses of {found.people}**, who come within {found.seconds:g} s, find "
        "what was said before, talk, lose their connections, and come back to what they missed (of "
        "Socket.IO they get neither).\n\n" + table(head, rows()) + "\n" + talks + "\n"
    )


def _entry(entry: Entry) -> tuple[str, ...]:
    return (
        f"{entry.members:,}",
        str(entry.failed),
        f"{1000 * entry.quantile(0.5):.0f} ms",
        f"{1000 * entry.quantile(0.99):.0f} ms",
        f"{1000 * entry.seconds[-1]:.0f} ms",
        f"{entry.cpu:.1f}",
        f"{entry.wall:.1f} s",
    )


def _floods(found: Results) -> str:
    def rows() -> Iterator[Sequence[str]]:
        for (wire, fsync, count), flood in found.floods.items():
            yield (
                wire,
                fsync if wire == OURS else "stores nothing",
                str(count),
                spread(flood.per_second, 0),
                spread(flood.cpu, 0),
                spread(flood.redis, 0),
            )

    head = ("", "appendfsync", "processes", "a second in all", "CPU µs each", "Redis, µs each")
    return (
        f"**Messages of {found.courses} courses as fast as they are acknowledged**, the members on "
        "the same cores.\n\n" + table(head, rows())
    )


def needs(found: Results) -> str:
    """Return what a campus needs, by calculation."""
    count = max(count for wire, count in found.campus if wire == OURS)
    campus = found.campus[OURS, count]
    always = {
        n: flood
        for (wire, fsync, n), flood in found.floods.items()
        if fsync == "always" and wire == OURS
    }
    flood = always[max(n for n in always if n <= count)]
    people = COURSES * PEOPLE
    messages = COURSES / EVERY_S
    said = statistics.median(campus.talk.said)
    silence = campus.silent * people / 1e6
    talk = said * messages / 1e3
    storm = campus.storm.cpu * people / STORM_S / 1e3
    vote = statistics.median(flood.cpu) * people / VOTE_S / 1e6
    peak = silence + talk + max(storm, vote)
    processes = max(2, math.ceil(peak / FULL))
    empty = found.grown[OURS, min(_pairs(found))].empty
    memory = people * campus.memory / 1e3 + processes * empty
    redis = statistics.median(flood.redis)
    rows = (
        ("connected and silent", f"{people:,} × {campus.silent:.0f} µs a second", f"{silence:.2f}"),
        ("talk", f"{messages:g} messages a second × {said:.1f} ms", f"{talk:.2f}"),
        (
            "joining at the hour",
            f"{people:,} in {STORM_S:g} s × {campus.storm.cpu:.1f} ms",
            f"{storm:.2f}",
        ),
        (
            "or a vote of all at once",
            f"{people:,} in {VOTE_S:g} s × {statistics.median(flood.cpu) / 1e3:.2f} ms",
            f"{vote:.2f}",
        ),
        ("**at most together**", "silence, talk, and the larger of the two", f"**{peak:.2f}**"),
    )
    growth = "; ".join(
        f"{a} to {b} processes × {ratio(always[b].cpu, always[a].cpu)}"
        for a, b in pairwise(sorted(always))
    )
    during = people / VOTE_S * redis / 1e6
    return (
        table(("load", "calculation", "cores"), iter(rows))
        + f"\nSo **{processes} processes**, each at most {FULL:.0%} of a core, and {memory:,.0f} "
        f"MB of memory: {people:,} × {campus.memory:.0f} kB, and {empty:.0f} MB for each process. "
        f"Redis needs {during:.2f} of a core during such a vote, of the one that it can use.\n\n"
        f"The next limits: a Redis whose core is full, at {1e6 / redis:,.0f} commits a second; and "
        "that each process takes note of every commit, whoever sent it. CPU a commit, all "
        f"processes together: {growth or 'measured for one number of them'}.\n"
    )
