"""What the service needs of a member's transport; a WebSocket now, others later."""

import asyncio
from typing import Protocol

from edu_widgets.service.frames import Frame

MAX_BUFFERED = 1024 * 1024
"""Bytes that may wait for one reader; then it is closed as slow, and resumes."""

MAX_STALL_S = 15.0
"""Seconds a reader may take nothing of what waits for it. Of a link of 2 kB a second the system
tells every eight."""


class ConnectionWriter(Protocol):
    """The way out to one member."""

    def write(self, frame: Frame) -> None:
        """Write at once, never block, never raise; closes a reader that is too slow."""

    def arrival(self) -> "asyncio.Future[None]":
        """What is done once the member has read all that was written so far."""

    def close(self, code: int, reason: str) -> None:
        """Begin to close; nothing is written afterwards."""

    def check(self, now: float) -> None:
        """Once a second (monotonic s): close a reader that takes nothing or is silent."""
