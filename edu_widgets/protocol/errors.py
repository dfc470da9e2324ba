"""The errors a user of edu-widgets can meet.

::

    EduWidgetsError
    ├── InvalidArgument        (also a ValueError) a call's argument cannot be used
    │   └── MessageTooLong
    ├── NotConnected           waiting for a connection took too long, or it is closed
    ├── Refused                the service said no: `.code` tells why
    │   ├── Unauthorized       token, invite or secret not accepted
    │   ├── Forbidden          this role may not do that
    │   ├── TooLate            the poll, or the time for it, is over
    │   └── IdConflict         an id was used again with other content
    ├── OutboxFull             too much is waiting to be sent
    ├── ServiceUnavailable     the service cannot be started, found or understood
    ├── FolderUnusable         a folder for our files cannot be made or written
    ├── Unsupported            this Python lacks what is needed, such as threads
    ├── ProtocolError          a frame that does not follow the protocol
    ├── WouldDeadlock          waiting on a thread for that thread's own work
    └── ForkedProcess          a Lesson used in a forked child
"""

from edu_widgets.protocol.codes import Code


class EduWidgetsError(Exception):
    """Base of every error that edu-widgets raises on purpose."""


class InvalidArgument(EduWidgetsError, ValueError):  # noqa: N818 - reads as what happened
    """An argument cannot be used; the message names it and what is allowed."""


class MessageTooLong(InvalidArgument):
    """The text is longer than a message may be."""


class NotConnected(EduWidgetsError):  # noqa: N818
    """The service was not reached in the time given, or the lesson is closed."""


class OutboxFull(EduWidgetsError):  # noqa: N818
    """The outbox is full: no further command can be kept for sending later."""


class ServiceUnavailable(EduWidgetsError):  # noqa: N818
    """The service could not be started, found or understood."""


class FolderUnusable(EduWidgetsError):  # noqa: N818
    """A folder for secrets, waiting messages or a service cannot be made or written."""


class Unsupported(EduWidgetsError):  # noqa: N818
    """This Python lacks a needed ability: starting threads, or locking files."""


class ProtocolError(EduWidgetsError):
    """A frame does not follow the protocol.

    `code` is from the table of codes; `message_id` the frame's, where it could be read.
    """

    def __init__(self, message: str, *, code: int = 4502, message_id: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message_id = message_id


class WouldDeadlock(EduWidgetsError):  # noqa: N818
    """The call would block the very thread that has to do the awaited work."""


class ForkedProcess(EduWidgetsError):  # noqa: N818
    """The process was forked; connections stay with the parent."""


class Refused(EduWidgetsError):  # noqa: N818
    """The service refused a command or the connection.

    `code` is from the table of codes (`edu_widgets.protocol.Code`); `retry_after` is the time in
    ms after which to try again, if the service named one.
    """

    def __init__(self, message: str, code: int = 4501, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after


class Unauthorized(Refused):
    """The token, the invite or the secret is not accepted."""


class Forbidden(Refused):
    """The service knows the person and does not allow the request."""


class TooLate(Refused):
    """The time for the request is over, for example the poll is closed."""


class IdConflict(Refused):
    """A message id was used again with other content."""


_BY_CODE: dict[int, type[Refused]] = {
    Code.UNAUTHORIZED: Unauthorized,
    Code.TOKEN_EXPIRED: Unauthorized,
    Code.INVITE_INVALID: Unauthorized,
    Code.INVITE_EXPIRED: Unauthorized,
    Code.FORBIDDEN: Forbidden,
    Code.REMOVED: Forbidden,
    Code.DOOR_CLOSED: Forbidden,
    Code.NOT_LISTED: Forbidden,
    Code.TOO_LATE: TooLate,
    Code.ID_CONFLICT: IdConflict,
}


def refusal(code: int, message: str, retry_after: int | None = None) -> Refused:
    """Return the error for a code that the service answered with."""
    return _BY_CODE.get(code, Refused)(message, code, retry_after)
