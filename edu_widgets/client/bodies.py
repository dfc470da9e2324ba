"""Bodies of documents, and times in them, as a kernel's code wants them."""

from __future__ import annotations

import functools
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import msgspec

from edu_widgets.protocol.errors import ProtocolError

if TYPE_CHECKING:
    from edu_widgets.protocol import Document

_log = logging.getLogger(__name__)

S = TypeVar("S", bound=msgspec.Struct)


def decoded(document: Document | None, type_: type[S]) -> S | None:
    """A living document's body; None, told once, if it cannot be read."""
    if document is None or document.deleted:
        return None
    try:
        body: S = document.as_(type_)
    except ProtocolError as error:
        report(document.id, str(error))
        return None
    return body


@functools.lru_cache(maxsize=256)
def report(id_: str, error: str) -> None:
    """Say in the log that something is not shown."""
    # Cached, since a document is read again and again, and has to be reported once.
    _log.warning("%s could not be read and is not shown: %s", id_, error)


def when(ms: float) -> datetime:
    """An aware time of ms since 1970; the beginning of time for numbers that are none."""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(0, UTC)


def clock_time(at: datetime, now: datetime | None = None) -> str:
    """Hours and minutes on this computer's clock; of another day than today the date too."""
    local = at.astimezone()
    day = (now or datetime.now(UTC)).astimezone().date()
    return f"{local:%H:%M}" if local.date() == day else f"{local:%Y-%m-%d %H:%M}"
