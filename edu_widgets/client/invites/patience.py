"""Trying again where a service asks to."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from edu_widgets.protocol.errors import Refused

T = TypeVar("T")

WAITS = 120.0
"""Seconds for which a call waits in all if the service asks to retry later."""

SHORTEST_WAIT = 1.0
"""Seconds to wait at least before a retry."""


def patiently(attempt: Callable[[], T]) -> T:
    """Return the result of an attempt; where the service names a time, wait for it and try again.

    Raises:
        Refused: the service refuses, or asks to wait for longer than a call waits.
    """
    until, told = time.monotonic() + WAITS, False
    while True:
        try:
            return attempt()
        except Refused as error:
            # Jitter: the whole class was told the same number of seconds.
            wait = max((error.retry_after or 0) / 1000, SHORTEST_WAIT)
            wait *= random.uniform(1.0, 1.1)  # noqa: S311
            if error.retry_after is None or time.monotonic() + wait > until:
                raise
            if not told:
                print(f"{error} This cell does so by itself.", flush=True)  # noqa: T201
            told = True
        time.sleep(wait)
