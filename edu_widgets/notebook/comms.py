"""Settings of ipykernel's comms so that neither a busy kernel nor a thread silences a widget.

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

The remedies touch attributes that ipykernel does not promise, so they are in `inside`. Where one
can do nothing, a page's messages may wait for the cell, and `beside_cells` tells that they do.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from edu_widgets.notebook import inside
from edu_widgets.notebook.inside import keep_on_subshell, keep_reading, ready_thread

__all__ = [
    "CommSender",
    "beside_cells",
    "keep_on_subshell",
    "keep_reading",
    "push",
    "push_buffers",
    "ready_thread",
    "sender",
    "subshells_supported",
]


class _CustomSends(Protocol):
    """A widget, as far as `push` is concerned."""

    def send(self, content: Any, /) -> None: ...


class _BufferSends(Protocol):
    """A widget that sends buffers, too."""

    def send(self, content: Any, /, buffers: Sequence[bytes] | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class CommSender:
    """The origin of a message."""

    session: str
    """The page's session with the kernel: new with every load of the page."""
    subshell: str | None
    """The subshell that the page asked for; the message may be handled elsewhere."""


def subshells_supported() -> bool:
    """Return True if this kernel can handle comm messages while a cell runs.

    The page must ask for it too (JupyterLab ≥ 4.4 does, unless its user disabled it), and
    `keep_on_subshell` must have worked: `beside_cells`, in a handler, knows in the end.
    """
    info = getattr(inside.kernel(), "kernel_info", None)
    features = info.get("supported_features") if isinstance(info, dict) else None
    return isinstance(features, list) and "kernel subshells" in features


def push(widget: _CustomSends, content: Mapping[str, Any]) -> None:
    """Send a custom message to every page that shows the widget, from any thread.

    A closed widget sends nothing.
    """
    ready_thread()
    widget.send(content)
    inside.forget_routes(getattr(widget, "comm", None))


def push_buffers(
    widget: _BufferSends, content: Mapping[str, Any], buffers: Sequence[bytes]
) -> None:
    """As `push`, with bytes beside the message."""
    ready_thread()
    widget.send(content, buffers)
    inside.forget_routes(getattr(widget, "comm", None))


def sender() -> CommSender | None:
    """Return the id of the page that sent the message being handled. Only in a message handler.

    It tells pages apart; it proves nothing about who is there.
    """
    kernel = inside.kernel()
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
    return CommSender(session, subshell if isinstance(subshell, str) else None)


def beside_cells() -> bool:
    """Return True if the message being handled did not wait for a cell. Only in a handler."""
    return threading.current_thread() is not threading.main_thread()
