"""Waiting for a condition, never for a time."""

import time
from collections.abc import Callable

PATIENCE = 180.0
"""Seconds after which what is waited for will not come any more.

Long, so that a machine that does other work too is no reason for a test to fail: where all is
well it is never waited out. Every deadline of a test is this one or a multiple of it.
"""


def wait_until(condition: Callable[[], object], what: str, timeout: float = PATIENCE) -> None:
    """Wait until `condition()` is true; else say what was waited for."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            msg = f"{what}: not within {timeout:g} s"
            raise AssertionError(msg)
        time.sleep(0.02)
