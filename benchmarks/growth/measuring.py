"""What is measured of one kind of processes, and how."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.growth.crowd import Crowds
from benchmarks.growth.systems import SYSTEMS, System
from benchmarks.growth.wire import Place

WARMING = 3
"""Messages before those that are measured."""

LAST_LESSON = 20
"""Messages of a course that those who come find there."""

MISSED = 20
"""Messages that those who resume have missed."""

WINDOW = 8
"""Messages of one member without an acknowledgement, where as many as possible are sent."""


@dataclass(slots=True)
class Talk:
    """Messages to all members; one value for each batch of them."""

    members: int
    delivered: list[float] = field(default_factory=list)
    """µs of CPU of the processes a delivered message."""
    said: list[float] = field(default_factory=list)
    """ms of CPU of the processes a message."""
    redis: list[float] = field(default_factory=list)
    """ms of CPU of Redis a message."""
    size: int = 0
    """Bytes of a message."""


@dataclass(slots=True)
class Entry:
    """Members who came, or came back."""

    members: int
    seconds: list[float]
    """Seconds that each took, sorted."""
    failed: int
    wall: float
    cpu: float
    """ms of CPU of the processes a member."""

    def quantile(self, share: float) -> float:
        """Return the seconds within which a share of them was in."""
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


@dataclass(slots=True)
class Grown:
    """One course that grows."""

    talks: list[Talk] = field(default_factory=list)
    memory: float = 0.0
    """kB of memory a member."""
    empty: float = 0.0
    """MB of memory of a process without members."""
    lost: int = 0


@dataclass(slots=True)
class Campus:
    """Many courses."""

    storm: Entry
    silent: float
    """µs of CPU a second and member while nobody says anything."""
    talk: Talk
    resumed: Entry
    memory: float
    lost: int


@dataclass(slots=True)
class Flood:
    """Messages as fast as they are acknowledged."""

    per_second: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """µs of CPU of the processes a message."""
    redis: list[float] = field(default_factory=list)


@contextmanager
def running(
    wire: str, processes: int, courses: Sequence[str], fsync: str = "always"
) -> Iterator[tuple[System, Crowds]]:
    """Start processes, and others for the members."""
    with (
        tempfile.TemporaryDirectory() as folder,
        SYSTEMS[wire](Path(folder), processes, courses, fsync) as system,
    ):
        crowds = Crowds(wire)
        try:
            yield system, crowds
        finally:
            crowds.close()


def places(system: System, course: str, first: int, count: int) -> list[Place]:
    """Return places for members of a course, spread over all processes; its first one speaks."""
    ports = system.ports
    return [
        Place(f"{course}-{number}", course, ports[number % len(ports)], speaks=number == 0)
        for number in range(first, first + count)
    ]


def talk(system: System, crowds: Crowds, courses: int, batches: int, rounds: int) -> Talk:
    """Let each course's speaker say something, round after round."""
    found = Talk(crowds.members)
    crowds.say(WARMING)
    messages = rounds * courses
    for _ in range(batches):
        cpu, redis = system.cpu(), system.redis_cpu()
        received = crowds.say(rounds)
        used = system.cpu() - cpu
        found.delivered.append(used * 1e6 / (rounds * crowds.members))
        found.said.append(used * 1e3 / messages)
        found.redis.append((system.redis_cpu() - redis) * 1e3 / messages)
        found.size = received // (rounds * crowds.members)
    return found


def grown(wire: str, processes: int, sizes: Sequence[int], batches: int) -> Grown:
    """Let one course grow."""
    found = Grown()
    with running(wire, processes, ["bench"]) as (system, crowds):
        before = system.memory()
        found.empty = before / processes / 1e6
        for size in sizes:
            _, failed = crowds.join(places(system, "bench", crowds.members, size - crowds.members))
            if failed:
                msg = f"{failed} members of {wire} could not join."
                raise RuntimeError(msg)
            # Some tenths of a second of CPU, which the system tells in hundredths.
            rounds = max(6, min(30, 20_000 // size))
            found.talks.append(talk(system, crowds, 1, batches, rounds))
        found.memory = (system.memory() - before) / sizes[-1] / 1e3
        found.lost = crowds.lost()
    return found


def campus(
    wire: str, processes: int, courses: int, people: int, seconds: float, batches: int
) -> Campus:
    """Let all courses begin at the hour, talk, lose their connections, and come back."""
    names = [f"c{number}" for number in range(courses)]
    with running(wire, processes, names) as (system, crowds):
        speakers = [place for name in names for place in places(system, name, 0, 1)]
        crowds.join(speakers)
        crowds.say(LAST_LESSON)
        before = system.memory()
        # Who comes when has nothing to do with their course.
        coming = [
            place
            for number in range(1, people)
            for name in names
            for place in places(system, name, number, 1)
        ]
        storm = _entry(system, lambda: crowds.join(coming, seconds))
        memory = (system.memory() - before) / len(coming) / 1e3
        silent = _silent(system, crowds.members, max(2.0, seconds / 6))
        talked = talk(system, crowds, courses, batches, 2)
        crowds.cut()
        crowds.speak_alone(MISSED)
        resumed = _entry(system, crowds.resume)
        return Campus(storm, silent, talked, resumed, memory, crowds.lost())


def _entry(system: System, enter: Callable[[], tuple[list[float], int]]) -> Entry:
    cpu, began = system.cpu(), time.monotonic()
    took, failed = enter()
    wall = time.monotonic() - began
    used = (system.cpu() - cpu) * 1e3
    return Entry(len(took) + failed, took, failed, wall, used / max(1, len(took)))


def _silent(system: System, members: int, seconds: float) -> float:
    cpu = system.cpu()
    time.sleep(seconds)
    return (system.cpu() - cpu) * 1e6 / seconds / members


def flood(
    wire: str, processes: int, courses: int, fsync: str, batches: int, seconds: float
) -> Flood:
    """Let one member of each course send as fast as acknowledgements come."""
    names = [f"c{number}" for number in range(courses)]
    found = Flood()
    with running(wire, processes, names, fsync) as (system, crowds):
        # A course's one member is on one process, as any other's; the courses are on all.
        crowds.join(
            [
                Place(f"{name}-0", name, system.ports[number % processes])
                for number, name in enumerate(names)
            ]
        )
        crowds.flood(1, 0.5)
        for _ in range(batches):
            cpu, redis = system.cpu(), system.redis_cpu()
            acked = crowds.flood(WINDOW, seconds)
            found.per_second.append(acked / seconds)
            found.cpu.append((system.cpu() - cpu) * 1e6 / acked)
            found.redis.append((system.redis_cpu() - redis) * 1e6 / acked)
    return found


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Return the median, with the range."""
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:,.{digits}f} ({low:,.{digits}f}–{high:,.{digits}f})"
