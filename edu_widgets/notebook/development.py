"""Development: an edit in js/src shows in the pages that are open, with `EDU_WIDGETS_DEV=1`.

`npm run dev` builds at each change; this kernel then tells each widget, and each page runs the new
code: anywidget ends a model's views and shows them anew when its `_esm` changes. Without the
variable nothing here does anything.
"""

from __future__ import annotations

import functools
import logging
import os
import threading
import time
import weakref
from pathlib import Path
from typing import Protocol

from edu_widgets.notebook import bundles, comms
from edu_widgets.protocol.errors import EduWidgetsError

VARIABLE = "EDU_WIDGETS_DEV"

_AGAIN = 0.3
"""Seconds between two looks; a build is whole when two in a row see the same."""

_STATIC = Path(bundles.__file__).parents[1] / "static"

_log = logging.getLogger(__name__)


class Reloading(Protocol):
    """A widget, as far as its code is concerned."""

    def refer_to_code(self) -> None:
        """Refer to the code there is now."""

    def reload(self) -> None:
        """Have each page run the code that is referred to."""


_widgets: weakref.WeakSet[Reloading] = weakref.WeakSet()


def follow(widget: Reloading) -> None:
    """Keep a widget's code as it is built from now on; does nothing without the variable."""
    if os.environ.get(VARIABLE) == "1":
        _widgets.add(widget)
        _start(os.getpid())


@functools.cache
def _start(_pid: int) -> None:
    threading.Thread(target=_watch, args=(_built(),), name="edu-widgets-dev", daemon=True).start()


def _built() -> dict[str, int]:
    """Return the time of each bundle's last change."""
    return {path.name: path.stat().st_mtime_ns for path in _STATIC.glob("*.js")}


def _watch(shown: dict[str, int]) -> None:
    comms.ready_thread()
    seen = shown
    while True:
        time.sleep(_AGAIN)
        try:
            now = _built()
            if now == seen and now != shown:
                renew()
                shown = now
            seen = now
        except (EduWidgetsError, OSError):
            _log.debug("The code is being built; it is looked at again.", exc_info=True)


def renew() -> None:
    """Have every widget's pages run the code as it is now."""
    bundles.bundle.cache_clear()
    widgets = list(_widgets)
    for widget in widgets:  # a panel shows the others, by what they refer to
        widget.refer_to_code()
    for widget in widgets:
        widget.reload()
