"""A process's signs of life in Redis, and the courses whose timers it alone runs meanwhile."""

import contextlib
import secrets
import time
from collections.abc import Iterable
from typing import Any

from redis.exceptions import ResponseError

from edu_widgets.service.store.redis.link import Link, LinkError
from edu_widgets.service.store.redis.mirror import GLOBAL

LEASE_MS = 5_000
"""Milliseconds after its last sign of life until a process counts as dead …"""

LEADER_MS = 1_500
"""… and until another takes a course's timers over from it."""


def key_of(link: Link, course: str, name: str) -> str:
    """Return the name of a key of a course in a Redis database."""
    return f"edu:{link.database}:{{{course}}}:{name}"


def processes(link: Link) -> set[str]:
    """Return the keys of the processes that run on a Redis database.

    Raises:
        LinkError: it cannot be read.
    """
    found: set[str] = set()
    position: Any = b"0"
    while True:
        match = key_of(link, "[*]", "process:*")
        position, names = link.call("SCAN", position, "MATCH", match, "COUNT", 1000)
        found |= {name.decode() for name in names}
        if int(position) == 0:
            return found


class Leases:
    """The leases of one process."""

    def __init__(self, link: Link) -> None:
        self.origin = secrets.token_hex(6)
        """The name of this process."""
        self.fences: dict[str, int] = {}
        """By course that this process leads: the number of its lease."""
        self._link = link
        self._renewed = 0.0

    @property
    def _life(self) -> str:
        return key_of(self._link, GLOBAL, f"process:{self.origin}")

    def is_first(self) -> bool:
        """Return whether no other process runs; note that this one does."""
        others = processes(self._link)
        self.renew()
        return not others

    def renew(self) -> None:
        """Give a sign of life."""
        self._link.call("SET", self._life, "1", "PX", LEASE_MS)
        self._renewed = time.monotonic()

    def renew_in_time(self) -> None:
        """Give a sign of life if the last is not a new one."""
        if time.monotonic() - self._renewed > LEASE_MS / 4000:
            self.renew()

    def lead(self, courses: Iterable[str]) -> None:
        """Take the lead of the courses that nobody leads, and go on leading the others."""
        wanted, limit = list(courses), str(LEADER_MS)
        asked = [
            self._link.script(
                "lead",
                [key_of(self._link, c, "leader"), key_of(self._link, c, "state")],
                self.origin,
                limit,
            )
            for c in wanted
        ]
        answers = zip(wanted, self._link.calls(asked) if asked else (), strict=True)
        self.fences = {c: int(a) for c, a in answers if isinstance(a, int) and a}

    def end(self) -> None:
        """End all leases, so that others need not wait for that."""
        with contextlib.suppress(LinkError, ResponseError):
            names = [key_of(self._link, course, "leader") for course in self.fences]
            self._link.call("DEL", self._life, *names)
