"""Order within a lane: a command never overtakes an earlier one that has to be retried."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from edu_widgets.protocol import CommandType, Envelope

MAX_WAITING = 64
"""Commands of one connection that may wait; beyond, nothing more is read from it."""

FORGET_S = 5.0
"""Seconds past its retry time after which a refused command counts as given up: its lane opens."""


@dataclass(slots=True)
class _Lane:
    waiting: deque[Envelope] = field(default_factory=deque)
    running: bool = False
    refused: str = ""
    until: float = 0.0


class CommandQueues:
    """The lanes of one connection. In a lane a command runs once the one before is answered."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lanes: dict[str, _Lane] = {}

    @property
    def waiting(self) -> int:
        """Number of commands that wait for an earlier one of their lane."""
        return sum(len(lane.waiting) for lane in self._lanes.values())

    def push(self, lane: str, envelope: Envelope) -> bool:
        """Add a command; true if no task works on this lane yet, so the caller has to start one."""
        state = self._lanes.setdefault(lane, _Lane())
        state.waiting.append(envelope)
        started, state.running = not state.running, True
        return started

    def pop(self, lane: str) -> Envelope | None:
        """Return the next command; `None` ends the work on this lane."""
        state = self._lanes[lane]
        if state.waiting:
            return state.waiting.popleft()
        state.running = False
        return None

    def behind(self, command: CommandType, message_id: str) -> bool:
        """Return whether an earlier command of the lane has to be retried before this one.

        Commands of which only the latest counts have no order to keep.
        """
        state = self._lanes.get(command.lane)
        if state is None or not state.refused or command.latest:
            return False
        if state.refused == message_id or self._now() > state.until:
            state.refused = ""
            return False
        return True

    def refuse(self, command: CommandType, message_id: str, retry_after_ms: int) -> None:
        """Note that a command has to be retried; later ones of its lane are behind it."""
        if not command.latest:
            state = self._lanes.setdefault(command.lane, _Lane())
            state.refused = message_id
            state.until = self._now() + retry_after_ms / 1000 + FORGET_S
