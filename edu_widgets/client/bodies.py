"""Decoding of documents' bodies, and of times in them."""

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
    """Return the body of a document; None if it is deleted, or (logged once) cannot be read."""
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
    """Log that a document cannot be read and is not shown."""
    # Cached, since a document is read again and again, but has to be reported once.
    _log.warning("%s could not be read and is not shown: %s", id_, error)


def when(ms: float) -> datetime:
    """Return ms since 1970 as an aware time in UTC; 1970 itself for numbers that are no time."""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(0, UTC)


def clock_time(at: datetime, now: datetime | None = None) -> str:
    """Return hours and minutes on this computer's clock, with the date if it is not today."""
    local = at.astimezone()
    day = (now or datetime.now(UTC)).astimezone().date()
    return f"{local:%H:%M}" if local.date() == day else f"{local:%Y-%m-%d %H:%M}"
