"""The times at which a session connects again after a loss or a failure, and its last attempt."""

import random
from dataclasses import dataclass, field

from edu_widgets.client.sync.liveness import Backoff, Limits, Link
from edu_widgets.protocol import Code, is_retry

MAX_EXPIRED = 3
"""Refusals of a token in a row, each of a token newly obtained, after which attempts stop."""

STABLE = 5.0
"""Seconds after which a connection that is lost was a good one."""

_DOUBTFUL = frozenset({Code.UNAUTHORIZED, Code.FORBIDDEN})
_MAX_WAIT = 60.0
_MAX_SPREAD = 600.0
_EXPIRED = (
    "The token has expired, and asking for another one gave none that is accepted. Connect again "
    "with a fresh token, or with a function that returns one."
)


def is_good(link: Link, now: float) -> bool:
    """Return True for a connection that works and is not new any more."""
    return link.answered and now - link.opened_at >= STABLE


@dataclass(slots=True)
class Reconnection:
    """The attempts to connect of one session: how many have failed, and when the next is due."""

    rng: random.Random
    limits: Limits
    due_at: float | None = None
    """Time of the next attempt, by the monotonic clock; None if none is planned."""
    due_ms: int | None = None
    """The same in ms since 1970, for people."""
    failed: int = 0
    """Attempts that have failed in a row."""
    was_connected: bool = False
    _expired: int = 0
    _refusals: int = 0
    _backoff: Backoff = field(init=False)

    def __post_init__(self) -> None:
        self._backoff = Backoff(self.rng, self.limits.reconnect_interval)

    def plan(
        self, now: float, wall: float, retry_after: float | None, *, cut: bool = False
    ) -> None:
        """Plan the next attempt.

        Args:
            now: The time by the monotonic clock.
            wall: The time in seconds since 1970.
            retry_after: Seconds that the service asks to add; None if it asks for none.
            cut: True if a good connection was lost without a word of the service.
        """
        delay = self._backoff.cut(now) if cut else self._backoff.failed(now)
        if retry_after is not None:
            delay += min(max(retry_after, 0.0), _MAX_WAIT)
        self.due_at = now + delay
        self.due_ms = int((wall + delay) * 1000)

    def spread(self, within: float) -> float:
        """Return a random number of seconds up to `within`, so that not all change over at once."""
        return self.rng.uniform(0.0, min(max(within, 0.0), _MAX_SPREAD))

    def unplan(self) -> bool:
        """Plan no attempt; return True if one was planned."""
        planned = self.due_at is not None
        self.due_at = self.due_ms = None
        return planned

    def end(self, code: int, reason: str, link: Link | None) -> str | None:
        """Note a loss, or a failed attempt; return the reason if no other is to follow.

        Args:
            code: The code of the loss, or 0.
            reason: The sentence that comes with it.
            link: The connection that was lost; None for an attempt at one.
        """
        doubtful = link is None and self._is_doubtful(code)
        self._expired = self._expired + 1 if code == Code.TOKEN_EXPIRED else 0
        if self._expired >= MAX_EXPIRED:
            return _EXPIRED
        return None if is_retry(code) or doubtful else reason

    def _is_doubtful(self, code: int) -> bool:
        """Return True for the first refusal of an attempt by somebody who was let in before.

        The request may have been damaged on its way, and the token in it.
        """
        self._refusals = self._refusals + 1 if code in _DOUBTFUL and self.was_connected else 0
        return self._refusals == 1

    def ended(self, link: Link | None, now: float) -> None:
        """Count the end of a connection, or of an attempt at one."""
        if link is None or not link.answered:
            self.failed += 1  # the loss of a connection that worked is no failed attempt
        elif is_good(link, now):
            self._backoff.succeeded()

    def stopped(self) -> None:
        """Begin anew, should there be another attempt."""
        self.unplan()
        self.failed = self._expired = self._refusals = 0
        self._backoff.succeeded()

    def answered(self) -> None:
        """Note that the service works, which ends the series of failures."""
        self.failed = self._expired = self._refusals = 0
        self._backoff.answered()
