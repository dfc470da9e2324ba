"""Waiting for a condition, never for a time."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], what: str, timeout: float = 30) -> None:
    """Wait until `condition()` is true; else say what was waited for."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            msg = f"{what}: not within {timeout:g} s"
            raise AssertionError(msg)
        time.sleep(0.02)
