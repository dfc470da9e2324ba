"""What a session asks its transport to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a transport."""


@dataclass(frozen=True, slots=True)
class Send:
    """Write a frame."""

    frame: bytes


@dataclass(frozen=True, slots=True)
class Ping:
    """Ask the other side for a sign of life; `at` comes back with it (monotonic, seconds)."""

    at: float


@dataclass(frozen=True, slots=True)
class Close:
    """Close the transport."""

    code: int
    reason: str


Action = Connect | Send | Ping | Close
