"""Cells on their way to the service: a few at once, the others wait, each in its latest state."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from edu_widgets.cells.commands import MOST_SHARED, ShareCell
from edu_widgets.cells.documents import Cell, size
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.protocol.errors import OutboxFull

MOST_UNDER_WAY = 64
"""Cells that are handed over and not acknowledged yet: of the outbox's room for 500 commands the
rest is for everything else."""

PACE = MOST_SHARED - 50, 10.5
"""Cells that are handed over in so many seconds: below what the service takes, so that its refusal
delays no other command of the lane."""

MOST_WAITING = 2_000
"""Cells that wait to be handed over; with more, the oldest are given up."""

MOST_BYTES = 16 * 1024 * 1024
"""The same in bytes."""

_AGAIN = 1.0
"""Seconds from a full outbox to the next attempt."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    cell: Cell
    bytes: int


class Sending:
    """Hands over the states of cells in their order. Not thread-safe but for `under_way`.

    Args:
        send: Hands over one state.
        settled: Called on any thread once there may be room for more.
        now: A monotonic clock in seconds.
    """

    def __init__(
        self,
        send: Callable[[ShareCell], Receipt],
        settled: Callable[[], object],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._send = send
        self._settled = settled
        self._now = now
        self._waiting: dict[str, _Waiting] = {}
        self._bytes = 0
        self._at: deque[float] = deque(maxlen=PACE[0])
        self._full_until = 0.0
        self._under_way: set[str] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def under_way(self) -> int:
        """Number of states that were handed over and are not settled."""
        return len(self._under_way)

    def put(self, id_: str, cell: Cell) -> list[tuple[str, Cell]]:
        """Have a state wait, in the place of an earlier one of the same cell.

        Returns:
            The cells that are given up, the oldest, since too many wait.
        """
        before = self._waiting.get(id_)
        self._bytes += size(cell) - (before.bytes if before is not None else 0)
        self._waiting[id_] = _Waiting(cell, size(cell))
        given_up = []
        while len(self._waiting) > MOST_WAITING or self._bytes > MOST_BYTES:
            oldest = next(iter(self._waiting))
            given_up.append((oldest, self._waiting[oldest].cell))
            self.forget(oldest)
        return given_up

    def forget(self, id_: str) -> None:
        """Let a cell wait no more."""
        waiting = self._waiting.pop(id_, None)
        if waiting is not None:
            self._bytes -= waiting.bytes

    def go_on(self, *, at_once: bool = False) -> None:
        """Hand over what may be by now, or with `at_once` as much as the outbox holds.

        Raises:
            EduWidgetsError: a cell cannot be shared at all; it is not tried again.
        """
        while self._waiting and (at_once or self.wait() == 0):
            id_, waiting = next(iter(self._waiting.items()))
            try:
                receipt = self._send(ShareCell(id_, waiting.cell))
            except OutboxFull:
                self._full_until = self._now() + _AGAIN
                return
            except Exception:
                self.forget(id_)
                raise
            self.forget(id_)
            self._at.append(self._now())
            self._under_way.add(receipt.id)
            receipt.when_settled(partial(self._done, receipt.id))

    def wait(self) -> float | None:
        """Return the seconds until something may be handed over.

        None: nothing waits, or it waits for an acknowledgement, which `settled` tells.
        """
        if not self._waiting or len(self._under_way) >= MOST_UNDER_WAY:
            return None
        most, interval = PACE
        until = self._full_until
        if len(self._at) == most:
            until = max(until, self._at[0] + interval)
        return max(0.0, until - self._now())

    def _done(self, id_: str) -> None:
        self._under_way.discard(id_)
        if self._waiting:
            self._settled()
