"""The host that shows this process's widgets, where it matters. Imports none of them."""

from __future__ import annotations

import os
import secrets
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from edu_widgets.notebook import inside
from edu_widgets.notebook.identity import running_cell

_MOST_VISITORS = 256


@dataclass(frozen=True, slots=True, eq=False)
class Visitor:
    """One of several people that a process serves, each in a thread of their own, as marimo does.

    The same one is equal; while it is kept, no other can be.
    """

    context: Any
    thread: threading.Thread

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Visitor) and other.context is self.context

    def __hash__(self) -> int:
        return id(self.context)


def visitor() -> Visitor | None:
    """Return the visitor whose code runs in this thread; None in a process for one notebook."""
    context = inside.marimo_context()
    while getattr(context, "parent", None) is not None:  # of an app within the app
        context = context.parent
    return None if context is None else Visitor(context, threading.current_thread())


def serves_visitors() -> bool:
    """Return True if an author's page is shown here to others: Voilà, or marimo's run mode.

    Their code runs under the author's account, so what the account may do says nothing of them.
    """
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila/"):
        return True
    told = getattr(sys.modules.get("marimo"), "app_meta", None)
    return inside.marimo_context() is not None and getattr(told and told(), "mode", "") == "run"


def guest_name() -> str:
    """A name for whoever looks at such a page, the same as long as they do; else empty."""
    return _guest(visitor(), os.getpid()) if serves_visitors() else ""


@lru_cache(_MOST_VISITORS)
def _guest(_visitor: Visitor | None, _pid: int) -> str:
    return f"Guest {1000 + secrets.randbelow(9000)}"


def forgets_comms() -> bool:
    """Return True if this host's pages forget comms opened before they were loaded: VS Code's."""
    cell = running_cell()
    return cell is not None and cell.id.startswith("vscode-")


def hears_only_answers() -> bool:
    """Return True if pages get only what is sent while their message is handled: Colab's."""
    return "COLAB_RELEASE_TAG" in os.environ


def carried() -> Callable[[], AbstractContextManager[object]]:
    """Return a wrapper with which another thread sends to the pages of this thread's visitor."""
    installed = getattr(inside.marimo_context(), "install", None)
    return installed or nullcontext


def marimo_view(widget: object) -> object:
    """Return a view of a widget for marimo, which keeps the first one for ever if left to itself.

    Without views of widgets it gets the widget's repr. Nobody may ask for the truth of a view:
    marimo complains of that on the page.
    """
    ui = getattr(sys.modules.get("marimo"), "ui", None)
    view = getattr(ui, "anywidget", None)
    return repr(widget) if view is None else view(widget)


def early_view(model_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the MIME bundle of a widget's view and its metadata, as ipywidgets 7 makes them."""
    data = {"version_major": 2, "version_minor": 0, "model_id": model_id}
    return {"application/vnd.jupyter.widget-view+json": data}, inside.view_metadata()
