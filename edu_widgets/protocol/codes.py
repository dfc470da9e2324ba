"""One table of numbers for WebSocket close codes, HTTP bodies and `error` frames.

4000-4499: try again, now or after `retryAfter`. 4500-4999: stop, trying again cannot help.
"""

from enum import IntEnum


class Code(IntEnum):
    """The reason for a refusal or for the end of a connection."""

    RESTARTING = 4000
    SLOW_CONSUMER = 4002
    DEAD_PEER = 4003
    RATE_LIMITED = 4004
    TOKEN_EXPIRED = 4005
    UNAVAILABLE = 4006
    BEHIND = 4007
    CONNECTION_LIMIT = 4008
    ROOM_FULL = 4009

    UNAUTHORIZED = 4500
    FORBIDDEN = 4501
    PROTOCOL = 4502
    TOO_LARGE = 4503
    ID_CONFLICT = 4505
    NO_SUCH_CHANNEL = 4506
    INVITE_INVALID = 4507
    INVITE_EXPIRED = 4508
    TOO_LATE = 4510
    STALE = 4511
    NOT_FOUND = 4512
    UNKNOWN_TYPE = 4513
    INVALID = 4514
    INTERNAL = 4515
    REMOVED = 4516
    DOOR_CLOSED = 4517
    NOT_LISTED = 4518

    @property
    def retry(self) -> bool:
        """True if trying again can help."""
        return is_retry(self)

    @property
    def meaning(self) -> str:
        """One sentence for people."""
        return _MEANING[self]


_MEANING: dict[Code, str] = {
    Code.RESTARTING: "The service is restarting.",
    Code.SLOW_CONSUMER: "The reader was too slow; it resumes from where it was.",
    Code.DEAD_PEER: "Nothing was heard from the other side for too long.",
    Code.RATE_LIMITED: "Too many messages in a short time.",
    Code.TOKEN_EXPIRED: "The token has expired; a fresh one is needed.",
    Code.UNAVAILABLE: "The service cannot store anything right now.",
    Code.BEHIND: "An earlier command of the same lane has to come again first.",
    Code.CONNECTION_LIMIT: "Too many connections; there may be room in a moment.",
    Code.ROOM_FULL: "The room is full; there may be a place in a moment.",
    Code.UNAUTHORIZED: "The token or secret is not accepted.",
    Code.FORBIDDEN: "Your role does not allow this.",
    Code.PROTOCOL: "The frame does not follow the protocol.",
    Code.TOO_LARGE: "The message is too large.",
    Code.ID_CONFLICT: "This id was used before with other content.",
    Code.NO_SUCH_CHANNEL: "There is no such channel on this service.",
    Code.INVITE_INVALID: "The invite is not valid.",
    Code.INVITE_EXPIRED: "The invite has expired.",
    Code.TOO_LATE: "The time for this is over.",
    Code.STALE: "It was changed in the meantime; look at it again.",
    Code.NOT_FOUND: "There is no such thing any more.",
    Code.UNKNOWN_TYPE: "The service does not know this type of message.",
    Code.INVALID: "A field has a value that is not allowed.",
    Code.INTERNAL: "The service met an error of its own; its log tells more.",
    Code.REMOVED: "You were removed from the course by an instructor.",
    Code.DOOR_CLOSED: "The course lets no new people in at the moment; ask your instructor.",
    Code.NOT_LISTED: "This name is not among those who may join; ask your instructor.",
}


_STOP = range(4500, 5000)


def is_retry(code: int) -> bool:
    """Return True if `code` says *try again*, as unknown numbers outside 4500-4999 do."""
    return code not in _STOP


def meaning(code: int) -> str:
    """Return a sentence for any number, also for one unknown to this version."""
    try:
        return Code(code).meaning
    except ValueError:
        return f"The connection ended with code {code}."
