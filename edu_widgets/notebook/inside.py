"""Private names of other packages: every use of one is in this file.

Each function says what for, and does nothing, or what comes nearest, where an attribute is
missing or has another shape. docs/architecture.md lists them with what is then lost; a test finds
such a use anywhere else.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, Protocol, cast

import anywidget
import ipywidgets

__all__ = [
    "announce",
    "cell_numbers",
    "forget_id",
    "forget_routes",
    "is_closed",
    "keep_on_subshell",
    "keep_reading",
    "kernel",
    "marimo_context",
    "ready_thread",
    "tap_messages",
    "view_metadata",
]

_ROUTE_PARAMETERS = ["data", "default"]
_SEND_PARAMETERS = ["stream", "msg_or_type", "content", "parent"]


class _Routed(Protocol):
    _reply_subshell_for: Callable[[object, str | None], str | None]


class _Answering(Protocol):
    _shell_socket: object


# -- ipykernel ---------------------------------------------------------------------------------


def kernel() -> Any:
    """The ipykernel of this process, or None. Imports nothing."""
    base = sys.modules.get("ipykernel.kernelbase")
    kernel_class = getattr(base, "Kernel", None)
    if kernel_class is None or not kernel_class.initialized():
        return None
    return kernel_class.instance()


def keep_on_subshell(comm: object) -> bool:
    """Let a page's messages on this comm be handled where the page asks.

    To be called once after the comm was opened; calling it again does no harm. Pushes on
    the comm do not undo it, in whatever thread. Returns False if this ipykernel diverts
    messages in a way that is not known here.
    """
    route = getattr(comm, "_reply_subshell_for", None)
    if route is None or route is _where_asked:
        return True
    try:
        if list(inspect.signature(route).parameters) != _ROUTE_PARAMETERS:
            return False
        cast("_Routed", comm)._reply_subshell_for = _where_asked
    except (AttributeError, TypeError, ValueError):
        return False
    return True


def _where_asked(data: object, default: str | None) -> str | None:  # noqa: ARG001
    """Return the subshell that the page asks for, or the main shell if there is none such here.

    When somebody restarts a kernel, JupyterLab tells only that person's page: the pages of others
    go on to name subshells of the kernel before, and would never be heard again.
    """
    manager = getattr(getattr(kernel(), "shell_channel_thread", None), "manager", None)
    known = getattr(manager, "list_subshell", None)
    if default is None or not callable(known):
        return default
    return default if default in known() else None


def forget_routes(comm: object) -> None:
    """Forget the ids published on a comm, of which ipykernel 7.4 keeps every one for ever."""
    remembered = getattr(comm, "_reply_subshell_ids", None)
    if isinstance(remembered, dict):
        remembered.clear()


def keep_reading() -> None:
    """See that this kernel reads a request that comes while it answers another one.

    For the kernel, not for a comm; calling it again does no harm.
    """
    manager = getattr(getattr(kernel(), "shell_channel_thread", None), "manager", None)
    stream = getattr(kernel(), "shell_stream", None)
    socket = getattr(manager, "_shell_socket", None)
    # Sent through its stream, an answer lets the stream look for requests, as in 7.4.
    if socket is not None and socket is getattr(stream, "socket", None):
        cast("_Answering", manager)._shell_socket = stream


def ready_thread() -> None:
    """Make publishing on a comm possible in this thread and context.

    To be called in the thread and, in a coroutine, in the task that will publish.
    """
    running = kernel()
    if running is None:
        return
    try:
        running.get_parent()
    except LookupError:
        parent = getattr(running, "_shell_parent", None)
        if isinstance(parent, ContextVar):
            parent.set({})


def tap_messages(note: Callable[[Any, Any, Any], None]) -> Callable[[], None] | None:
    """Have `note` called with each message that this kernel sends; return a function that ends it.

    Its arguments are those of the session's `send`: a message or its type, its content, and its
    parent. It is called on the thread that sends, must be quick, and may raise nothing that
    matters. Returns None if there is no ipykernel, or its session sends in a way that is not known
    here. `Session.send` is public; that all a kernel says goes through one session is not.
    """
    session: Any = getattr(kernel(), "session", None)
    send: Any = getattr(session, "send", None)
    try:
        if list(inspect.signature(send).parameters)[:4] != _SEND_PARAMETERS:
            return None
    except (TypeError, ValueError):
        return None
    noting = True

    def tapped(
        stream: Any,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        if noting:
            with suppress(Exception):
                note(msg_or_type, content, parent)
        return send(stream, msg_or_type, content, parent, *args, **kwargs)

    def end() -> None:
        nonlocal noting
        noting = False
        # Where somebody else has wrapped it since, it stays and passes on.
        if vars(session).get("send") is tapped:
            del session.send

    session.send = tapped
    return end


# -- comm, ipywidgets, anywidget, IPython ------------------------------------------------------


def is_closed(comm: object) -> bool:
    """Return True if a page has closed this comm, as with "close all widgets"."""
    return bool(getattr(comm, "_closed", False))


def forget_id(model: Any) -> None:
    """Let a model whose comm was closed open the next one under a new id."""
    known = getattr(sys.modules.get("ipywidgets.widgets.widget"), "_instances", None)
    if isinstance(known, dict):  # or ipywidgets would look for the comm of the old one
        known.pop(getattr(model, "_model_id", None), None)
    model.comm = None
    if hasattr(model, "_model_id"):
        model._model_id = None


def announce(model: Any) -> None:
    """Tell a host that gives comms itself, as marimo, of a model that needs another one."""
    getattr(ipywidgets.Widget, "_call_widget_constructed", lambda _: None)(model)


def view_metadata() -> dict[str, Any]:
    """Return a view's metadata by which Colab finds anywidget's page code."""
    util = getattr(anywidget, "_util", None)
    said: object = getattr(util, "get_repr_metadata", dict)()
    return said if isinstance(said, dict) else {}


def cell_numbers(shell: Any) -> dict[str, int]:
    """The execution count of each cell that IPython ran, by the file name in its frames."""
    names = getattr(getattr(shell, "compile", None), "_filename_map", None)
    return {str(path): number for path, number in names.items()} if isinstance(names, dict) else {}


# -- marimo ------------------------------------------------------------------------------------


def marimo_context() -> Any:
    """The state of the session whose code runs in this thread, or None. Imports nothing."""
    types = sys.modules.get("marimo._runtime.context.types")
    return getattr(types, "safe_get_context", lambda: None)()
