"""The id of the running cell, by which a cell run again replaces what it made before."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that is being run."""

    id: str
    """The cell's own id, the same at every run."""
    run: str
    """This run of it."""
    page: str
    """The session of the page that asked for it: it tells pages apart, and proves nothing."""


def running_cell() -> Cell | None:
    """The notebook cell that is running here, or None.

    None in scripts and terminals, in other threads' work that no cell asked for, and where the
    front end does not say which cell it runs. Imports nothing.
    """
    parent = _parent()
    header, metadata = parent.get("header"), parent.get("metadata")
    if not isinstance(header, dict) or not isinstance(metadata, dict):
        return None
    cell = metadata.get("cellId") or metadata.get("cell_id")
    run, page = header.get("msg_id"), header.get("session")
    if header.get("msg_type") != "execute_request" or not isinstance(cell, str):
        return None
    if not isinstance(run, str) or not isinstance(page, str):
        return None
    return Cell(cell, run, page)


def asking_session() -> str | None:
    """The session of the page or program that asked for the code that runs here, or None."""
    header = _parent().get("header")
    if not isinstance(header, dict) or header.get("msg_type") != "execute_request":
        return None
    session = header.get("session")
    return session if isinstance(session, str) else None


def _parent() -> dict[str, Any]:
    """The message that the kernel is handling in this thread; empty if there is no kernel."""
    ipython = sys.modules.get("IPython")
    get_ipython = getattr(ipython, "get_ipython", None)
    if get_ipython is None:
        return {}
    try:
        parent = get_ipython().kernel.get_parent()
    except (AttributeError, LookupError, TypeError):
        # No shell, a shell without a kernel, ipykernel before 6, or a thread of none.
        return {}
    return parent if isinstance(parent, dict) else {}
