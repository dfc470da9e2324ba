"""What a session is set to, what it counts, and what it knows of its present connection."""

from dataclasses import dataclass

from edu_widgets.client.liveness import HEARTBEAT, Liveness

MAX_ATTEMPTS = 5
"""Failures in a row after which the view says *offline* (seed: `maxReconnectAttempts`)."""


@dataclass(frozen=True, slots=True)
class BaseTimes:
    """How long to wait, in seconds, for a service that acknowledges nothing."""

    confirm: float = 10.0
    """For the echo of a message, on a connection that works; then it is unconfirmed."""
    history: float = 20.0
    """For a history; then the service is taken to have none."""
    proof: float = 2.0
    """For a service that says nothing to throw us out; then we are in."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The seed's settings, in seconds."""

    heartbeat: float = HEARTBEAT
    reconnect_interval: float = 1.0
    max_attempts: int = MAX_ATTEMPTS
    base: BaseTimes = BaseTimes()


@dataclass(slots=True)
class Statistics:
    """Numbers about a session, alive."""

    frames_received: int = 0
    frames_sent: int = 0
    reconnects: int = 0
    round_trip: float | None = None
    """Seconds of the last round trip measured."""


@dataclass(slots=True)
class Link:
    """What belongs to one connection and ends with it."""

    liveness: Liveness
    opened_at: float
    beat_at: float | None = None
    accepted: bool = True
    """Whether the connection counts as one as soon as it is up."""
    answered: bool = False
    """Whether the service has answered anything but errors on it."""
    overdue_at: float | None = None
    """When the last patience with an unanswered command ends."""
    probed: bool = False
    """Whether a ping was sent whose pong comes behind that command's answer."""
