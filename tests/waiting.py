"""Waiting for a condition, never for a time."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 180.0
"""Seconds after which what is waited for will not come any more.

Long, so that a machine that does other work too is no reason for a test to fail: where all is
well it is never waited out. Every deadline of a test is this one, in browsers too.
"""

SOCKET: dict[str, Any] = {"proxy": None, "open_timeout": PATIENCE, "ping_interval": None}
"""How tests open a WebSocket: a service that is slow, or lets them wait, is not given up."""


def wait_until(condition: Callable[[], T], what: str, timeout: float = PATIENCE) -> T:
    """Wait until `condition()` is true and return its value; else say what was waited for."""
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {timeout:g} s (last: {value!r})")
        time.sleep(0.02)
    return value


async def comes_true(condition: Callable[[], object], what: str) -> None:
    """The same on an event loop, whose other tasks go on meanwhile."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {PATIENCE:g} s")
        await asyncio.sleep(0.001)
