"""A live classroom inside the notebook.

    import edu_widgets as edu

    lesson = edu.host("py101")            # or edu.join("http://…/py101?code=…", name="Ada")
    lesson.chat                           # the last line of a cell shows it
    lesson.polls.ask("2 ** 3 ** 2?", [512, 64], seconds=60)

Importing starts no thread and opens no socket.
"""

import sys
from typing import TYPE_CHECKING, Any

from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.view import Person
from edu_widgets.entry import connect, host, join
from edu_widgets.lesson import Lesson
from edu_widgets.lesson_status import Status
from edu_widgets.protocol.attributes import no_attribute
from edu_widgets.protocol.errors import (
    EduWidgetsError,
    FolderUnusable,
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
    Unsupported,
    WouldDeadlock,
)

__version__ = "0.1.0"


def load_ipython_extension(shell: Any) -> None:
    """Have an IPython shell know features' magics, and show errors short: `%load_ext edu_widgets`.

    An import in a running shell does the same.
    """
    from edu_widgets.notebook.shell import extend

    extend(shell)


def __dir__() -> list[str]:
    return sorted(__all__)


if TYPE_CHECKING:
    from edu_widgets.realtime import RealtimeClient
else:  # a checker would believe in every name

    def __getattr__(name: str) -> Any:
        if name == "RealtimeClient":  # with an event loop, which who imports may not need
            from edu_widgets.realtime import RealtimeClient

            return RealtimeClient
        raise no_attribute(__name__, name, [] if name.startswith("_") else __all__)


def _meet_shell() -> None:
    find = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = find() if find is not None else None
    if shell is not None:
        from edu_widgets.notebook.shell import meet

        meet(shell)


_meet_shell()


__all__ = [
    "EduWidgetsError",
    "FolderUnusable",
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
    "RealtimeClient",
    "Receipt",
    "Refused",
    "ServiceUnavailable",
    "Status",
    "TooLate",
    "Unauthorized",
    "Unsupported",
    "WouldDeadlock",
    "__version__",
    "connect",
    "host",
    "join",
]
