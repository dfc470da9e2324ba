"""What ipykernel's comms need so that neither a busy kernel nor a thread silences a widget.

Facts of four generations of ipykernel, each held by a test in `tests/lab`:

- 6.x has no subshells: a page's message waits for the running cell.
- 7.0: a comm published on from a thread that the user's code started raises `LookupError`,
  because the thread knows no parent message. `ready_thread` is the remedy.
- 7.0–7.3: a page's message is handled on the subshell that the page asks for, while a cell
  runs, in a thread named `subshell-…`.
- 7.0–7.3 answer on the shell's socket past the stream that reads it. A request that comes in that
  moment, a cell's or a page's, is not seen until another comes: "the kernel hangs". Mended in 7.4
  (ipykernel's pull request 1529). `keep_reading` is the remedy; benchmarks/stranded_requests.py
  shows both.
- 7.4 sends it instead to the shell that last published on the comm, which is the main one
  after every push from a cell or a thread: it waits for the cell as in 6.x.
  `keep_on_subshell` is the remedy.

In all of them with subshells a page's first messages may come before it has one: they are
handled in the main thread, and later ones may overtake them.

What is done here touches attributes that ipykernel does not promise. Where one is missing or has
another shape nothing is done; a page's messages may then wait for the cell, and
`beside_cells` tells that they do.
"""

from __future__ import annotations

import inspect
import sys
import threading
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol, cast

__all__ = [
    "Sender",
    "beside_cells",
    "keep_on_subshell",
    "keep_reading",
    "push",
    "ready_thread",
    "sender",
    "subshells_supported",
]

_ROUTE_PARAMETERS = ["data", "default"]


class _CustomSends(Protocol):
    """A widget, as far as `push` is concerned."""

    def send(self, content: Any, /) -> None: ...


class _Routed(Protocol):
    _reply_subshell_for: Callable[[object, str | None], str | None]


class _Answering(Protocol):
    _shell_socket: object


@dataclass(frozen=True, slots=True)
class Sender:
    """Where a message came from."""

    session: str
    """The page's session with the kernel: new with every load of the page."""
    subshell: str | None
    """The subshell that the page asked for; the message may be handled elsewhere."""


def _kernel() -> Any:
    """The ipykernel of this process, or None. Imports nothing."""
    base = sys.modules.get("ipykernel.kernelbase")
    kernel_class = getattr(base, "Kernel", None)
    if kernel_class is None or not kernel_class.initialized():
        return None
    return kernel_class.instance()


def subshells_supported() -> bool:
    """Whether this kernel can handle comm messages while a cell runs.

    The page must ask for it too (JupyterLab ≥ 4.4 does, unless its user disabled it), and
    `keep_on_subshell` must have worked: `beside_cells`, in a handler, knows in the end.
    """
    info = getattr(_kernel(), "kernel_info", None)
    features = info.get("supported_features") if isinstance(info, dict) else None
    return isinstance(features, list) and "kernel subshells" in features


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
        cast("_Routed", comm)._reply_subshell_for = _where_asked  # noqa: SLF001
    except (AttributeError, TypeError, ValueError):
        return False
    return True


def _where_asked(data: object, default: str | None) -> str | None:  # noqa: ARG001
    return default


def keep_reading() -> None:
    """See that this kernel reads a request that comes while it answers another one.

    For the kernel, not for a comm; calling it again does no harm.
    """
    kernel = _kernel()
    manager = getattr(getattr(kernel, "shell_channel_thread", None), "manager", None)
    stream = getattr(kernel, "shell_stream", None)
    socket = getattr(manager, "_shell_socket", None)
    # Sent through its stream, an answer lets the stream look for requests, as in 7.4.
    if socket is not None and socket is getattr(stream, "socket", None):
        cast("_Answering", manager)._shell_socket = stream  # noqa: SLF001


def ready_thread() -> None:
    """Make publishing on a comm possible in this thread and context.

    To be called in the thread and, in a coroutine, in the task that will publish.
    """
    kernel = _kernel()
    if kernel is None:
        return
    try:
        kernel.get_parent()
    except LookupError:
        parent = getattr(kernel, "_shell_parent", None)
        if isinstance(parent, ContextVar):
            parent.set({})


def push(widget: _CustomSends, content: Mapping[str, Any]) -> None:
    """Send a custom message to every page that shows the widget, from any thread.

    A closed widget sends nothing.
    """
    ready_thread()
    widget.send(content)
    # ipykernel 7.4 remembers every `id` it ever published, to route an answer by it.
    remembered = getattr(getattr(widget, "comm", None), "_reply_subshell_ids", None)
    if isinstance(remembered, dict):
        remembered.clear()


def sender() -> Sender | None:
    """Which page sent the message being handled. Only in a message handler.

    It tells pages apart; it proves nothing about who is there.
    """
    kernel = _kernel()
    if kernel is None:
        return None
    try:
        parent = kernel.get_parent()
    except LookupError:
        return None
    header = parent.get("header") if isinstance(parent, dict) else None
    if not isinstance(header, dict) or header.get("msg_type") not in ("comm_msg", "comm_open"):
        return None
    session, subshell = header.get("session"), header.get("subshell_id")
    if not isinstance(session, str):
        return None
    return Sender(session, subshell if isinstance(subshell, str) else None)


def beside_cells() -> bool:
    """Whether the message being handled did not have to wait for a cell. Only in a handler."""
    return threading.current_thread() is not threading.main_thread()
