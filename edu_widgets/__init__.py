"""A live classroom inside the notebook.

    import edu_widgets as edu

    lesson = edu.host("py101")            # or edu.join("http://…/py101?code=…", name="Ada")
    lesson.chat                           # the last line of a cell shows it

Importing starts no thread and opens no socket.
"""

from edu_widgets.client.receipts import Receipt
from edu_widgets.client.view import Person
from edu_widgets.entry import connect, host, join
from edu_widgets.lesson import Lesson, Status
from edu_widgets.protocol.errors import (
    EduWidgetsError,
    Forbidden,
    ForkedProcess,
    IdConflict,
    InvalidArgument,
    MessageTooLong,
    NotConnected,
    OutboxFull,
    ProtocolError,
    Refused,
    ServiceUnavailable,
    TooLate,
    Unauthorized,
    WouldDeadlock,
)

__version__ = "0.1.0"

__all__ = [
    "EduWidgetsError",
    "Forbidden",
    "ForkedProcess",
    "IdConflict",
    "InvalidArgument",
    "Lesson",
    "MessageTooLong",
    "NotConnected",
    "OutboxFull",
    "Person",
    "ProtocolError",
    "Receipt",
    "Refused",
    "ServiceUnavailable",
    "Status",
    "TooLate",
    "Unauthorized",
    "WouldDeadlock",
    "__version__",
    "connect",
    "host",
    "join",
]
