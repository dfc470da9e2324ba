"""The last word of a kernel to its pages.

Nobody else tells it to those who share the kernel: JupyterLab says that a kernel is restarted only
to the page of who restarts it.
"""

import atexit
import logging
from typing import Protocol
from weakref import WeakSet

_log = logging.getLogger(__name__)


class Ending(Protocol):
    """A widget that has a last word."""

    def say_ended(self) -> None:
        """Tell the pages that the kernel ends, and nothing more."""


_widgets: WeakSet[Ending] = WeakSet()


def say_at_end(widget: Ending) -> None:
    """Have a widget say its last word before this process ends in order."""
    # At the first widget, thus before what was registered earlier: the network thread still runs.
    if not _widgets:
        atexit.unregister(say_ended)
        atexit.register(say_ended)
    _widgets.add(widget)


def say_ended() -> None:
    """Have all widgets say it."""
    for widget in tuple(_widgets):
        try:
            widget.say_ended()
        except Exception:  # noqa: BLE001 - the others have theirs
            _log.debug("A widget could not say that the kernel ends.", exc_info=True)
