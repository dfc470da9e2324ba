"""When to try again."""

import random
from dataclasses import dataclass

FAST_PHASE = 120.0
"""Seconds after the loss during which attempts come quickly."""

_CAP = 6.0
_PROBE = 60.0
_MAX_EXPONENT = 16


@dataclass(slots=True)
class Backoff:
    """Delays between attempts: full jitter, then one jittered probe a minute, for ever.

    For the first two minutes `U(0, min(6 s, interval * 2**n))`: a thousand clients come back
    within seconds without arriving together. `interval` in seconds (seed:
    `reconnectInterval`).
    """

    rng: random.Random
    interval: float = 1.0
    failures: int = 0
    _since: float | None = None

    def failed(self, now: float) -> float:
        """Note a failure (or a loss) at `now`; the delay in seconds before the next attempt."""
        if self._since is None:
            self._since = now
        exponent = min(self.failures, _MAX_EXPONENT)
        self.failures += 1
        if now - self._since > FAST_PHASE:
            return self.rng.uniform(0.75 * _PROBE, 1.25 * _PROBE)
        return self.rng.uniform(0.0, min(_CAP, self.interval * 2**exponent))

    def answered(self) -> None:
        """The service is there again: the next loss has two fast minutes of its own.

        The delays go on growing: a service that lets people in only to throw them out at once
        must not be asked at full speed.
        """
        self._since = None

    def succeeded(self) -> None:
        """Start from the beginning at the next loss."""
        self.failures = 0
        self._since = None
