"""A process of members, and the hand that leads some of them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection as Pipe
from typing import Any

from benchmarks.growth.wire import WIRES, Member, Place, Tally
from benchmarks.members import WORKERS, start_workers

PATIENCE_S = 120.0
JOINING = 32
"""Members of a process who join at once, where no pace is given."""

PAUSE_S = 0.03
"""Seconds between two messages of one course: by then nothing of the first is under way …"""

APART_S = 0.005
"""… and between those of two courses."""


class Crowd:
    """The members of one process."""

    def __init__(self, wire: type[Member]) -> None:
        self._wire = wire
        self._tally = Tally()
        self._members: list[Member] = []
        self._away: list[Member] = []
        self._due = 0
        """Messages that should have come to members."""

    async def join(self, places: Sequence[Place], seconds: float) -> tuple[list[float], int]:
        """Let members in, spread over some seconds (0: as fast as it goes).

        Returns:
            The seconds that each took, from the moment it was due; and how many failed.
        """
        members = [self._wire(place, self._tally) for place in places]
        self._members += members
        return await self._joined(members, seconds, JOINING)

    async def _joined(
        self, members: list[Member], seconds: float, at_once: int
    ) -> tuple[list[float], int]:
        turn = asyncio.Semaphore(at_once if not seconds else len(members) + 1)
        began = time.monotonic()

        async def one(number: int, member: Member) -> float:
            due = began + seconds * number / len(members)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            async with turn:
                before = max(due, time.monotonic()) if seconds else time.monotonic()
                await member.join()
                return time.monotonic() - (due if seconds else before)

        found = await asyncio.gather(
            *(one(*pair) for pair in enumerate(members)), return_exceptions=True
        )
        took = [seconds_ for seconds_ in found if isinstance(seconds_, float)]
        return took, len(found) - len(took)

    async def say(self, rounds: int) -> int:
        """Let each speaker say something in turn, once all have what was said in the round before.

        Returns:
            The bytes that the members of this process received.
        """
        before = self._tally.bytes
        here = [member for member in self._members if member not in self._away]
        speakers = [member for member in here if member.place.speaks]
        for _ in range(rounds):
            for speaker in speakers:
                speaker.say()
                await asyncio.sleep(max(PAUSE_S / len(speakers), APART_S))
            # In all since the beginning: another process's speaker may be before this one's turn.
            self._due += len(here)
            await self._tally.until(self._due)
        return self._tally.bytes - before

    async def cut(self) -> int:
        """Cut the connections of all but the speakers; returns how many."""
        self._away = [member for member in self._members if not member.place.speaks]
        for member in self._away:
            member.leave()
        return len(self._away)

    async def resume(self) -> tuple[list[float], int]:
        """Let all of them come back at once; see `join`."""
        away, self._away = self._away, []
        return await self._joined(away, 0.0, len(away) + 1)

    async def flood(self, window: int, seconds: float) -> int:
        """Let everybody send as fast as acknowledgements come; returns how many came in time.

        Args:
            window: Messages of one member that are not acknowledged.
            seconds: For how long.
        """
        before = self._tally.acked
        sending = [asyncio.ensure_future(_sends(member, window)) for member in self._members]
        await asyncio.sleep(seconds)
        acked = self._tally.acked - before
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)
        last = -1
        while last != self._tally.acked:  # nothing of it is left to the next measurement
            last = self._tally.acked
            await asyncio.sleep(0.3)
        return acked

    async def lost(self) -> int:
        """Return how many connections the service has closed."""
        return self._tally.lost


async def _sends(member: Member, window: int) -> None:
    member.acks = asyncio.Semaphore(window)
    while True:
        await member.acks.acquire()
        member.say()


async def work(pipe: Pipe, wire: str, _first: int, _count: int) -> None:
    """Run one process of members, led by the pipe."""
    crowd = Crowd(WIRES[wire])
    loop = asyncio.get_running_loop()
    with contextlib.suppress(EOFError):
        while True:
            name, arguments = await loop.run_in_executor(None, pipe.recv)
            pipe.send(await getattr(crowd, name)(*arguments))


class Crowds:
    """All processes of members."""

    def __init__(self, wire: str) -> None:
        self._pipes = start_workers(work, wire, [0] * WORKERS)
        self.members = 0

    def join(self, places: Sequence[Place], seconds: float = 0.0) -> tuple[list[float], int]:
        """See `Crowd.join`; who speaks is in the first process."""
        speakers = [place for place in places if place.speaks]
        others = [place for place in places if not place.speaks]
        shares = [others[n::WORKERS] for n in range(WORKERS)]
        shares[0] = speakers + shares[0]
        self.members += len(places)
        return _together(self._all("join", [(share, seconds) for share in shares]))

    def say(self, rounds: int) -> int:
        """See `Crowd.say`."""
        return sum(self._all("say", [(rounds,)] * WORKERS))

    def cut(self) -> int:
        """See `Crowd.cut`."""
        return sum(self._all("cut", [()] * WORKERS))

    def speak_alone(self, rounds: int) -> None:
        """Let the speakers say something while all others are away."""
        self._all("say", [(rounds,), (0,)])

    def resume(self) -> tuple[list[float], int]:
        """See `Crowd.resume`."""
        return _together(self._all("resume", [()] * WORKERS))

    def flood(self, window: int, seconds: float) -> int:
        """See `Crowd.flood`."""
        return sum(self._all("flood", [(window, seconds)] * WORKERS))

    def lost(self) -> int:
        """See `Crowd.lost`."""
        return sum(self._all("lost", [()] * WORKERS))

    def close(self) -> None:
        """End the processes."""
        for pipe in self._pipes:
            pipe.close()

    def _all(self, name: str, arguments: Sequence[tuple[Any, ...]]) -> list[Any]:
        for pipe, some in zip(self._pipes, arguments, strict=True):
            pipe.send((name, some))
        return [self._answer(pipe, name) for pipe in self._pipes]

    def _answer(self, pipe: Pipe, name: str) -> Any:
        if not pipe.poll(PATIENCE_S):
            msg = f"The members did not finish to {name} within {PATIENCE_S:g} s."
            raise TimeoutError(msg)
        return pipe.recv()


def _together(found: Sequence[tuple[list[float], int]]) -> tuple[list[float], int]:
    return sorted(second for took, _ in found for second in took), sum(n for _, n in found)
