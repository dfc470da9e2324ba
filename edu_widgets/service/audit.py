"""The audit trail: JSON lines about connections, moderation and failures.

It never holds message text, names or tokens, and never raises into the service: a full disk must
not end a lesson.
"""

import logging
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import msgspec

from edu_widgets.protocol.errors import ServiceUnavailable
from edu_widgets.protocol.folders import MAX_READ, ordinary, reason
from edu_widgets.service.limits import SlidingWindow

log = logging.getLogger("edu_widgets.service")

FILE = "audit.jsonl"
"""The trail's file in the data folder of a service."""

CATEGORY = "realtime"
ERASED = "erased"
"""Replaces the id of a person who was erased."""

MAX_BYTES = 16 * 1024 * 1024

REFUSED = "REQUEST_REFUSED"
"""The action of a refused request, which anybody who reaches the service can cause. Its records
have a file of their own beside the trail, so that strangers cannot push others out."""

MAX_REFUSED_BYTES = 1024 * 1024


OFTEN = frozenset({"WEBSOCKET_CONNECTED", "WEBSOCKET_DISCONNECTED", "JOINED", "VOUCHED"})
"""Actions that anybody inside can repeat as often as they like."""

MOST_OFTEN, OFTEN_MS = 100, 3_600_000
"""Records of one such action of one person in an hour; what is beyond says nothing new."""


class _Lines:
    """A file of lines (mode 0600) that is rotated by size; one older file is kept."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._file: BinaryIO | None = None

    def add(self, line: bytes) -> None:
        """Write a line.

        Raises:
            OSError, ValueError: the line cannot be written.
        """
        if self._file is not None and self._file.tell() > self._max_bytes:
            self.close()
            self._path.replace(self._path.with_suffix(".old.jsonl"))
        if self._file is None:
            self._file = open(self._path, "ab", 0, opener=ordinary)  # noqa: SIM115 - kept open
        self._file.write(line + b"\n")

    def rewrite(self, kept: Callable[[bytes], bytes]) -> None:
        """Replace each line by `kept(line)`, in the present file and the older one.

        Raises:
            ServiceUnavailable: a file cannot be read or written.
        """
        self.close()
        for path in (self._path.with_suffix(".old.jsonl"), self._path):
            fresh = path.with_suffix(".new")
            try:
                with (
                    open(path, "rb", opener=ordinary) as file,
                    open(fresh, "wb", opener=ordinary) as out,
                ):
                    lines = iter(partial(file.readline, MAX_READ), b"")  # not ours, if longer
                    out.writelines(left for line in lines if (left := kept(line)))
                fresh.replace(path)
            except FileNotFoundError:
                continue
            except OSError as error:
                msg = f"The audit trail {path} cannot be written: {reason(error)}."
                raise ServiceUnavailable(msg) from error

    def close(self) -> None:
        """Close the file; a later line opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _kept(line: bytes, user_id: str, before: int) -> bytes:
    """Return the record without the person's id; "" if it is too old or cannot be read."""
    as_written = msgspec.json.encode(user_id)[1:-1]  # a platform's ids may hold what JSON escapes
    if not before and as_written not in line:
        return line
    try:
        entry = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return b""
    if before and entry.get("time", 0) < before:
        return b""
    if user_id:
        entry = {key: ERASED if value == user_id else value for key, value in entry.items()}
    return msgspec.json.encode(entry) + b"\n"


class Audit:
    """Writes records to a file, and those of refused requests to `refused.jsonl` beside it.

    With `path=None` nothing is written.
    """

    def __init__(self, path: Path | None) -> None:
        self._all = self._refused = None
        if path is not None:
            self._all = _Lines(path, MAX_BYTES)
            self._refused = _Lines(path.with_name("refused.jsonl"), MAX_REFUSED_BYTES)
        self._complained = False
        self._often: SlidingWindow[tuple[str, object]] = SlidingWindow(time.monotonic)

    def record(self, action: str, **details: str | float | None) -> None:
        """Add a record, for example `record("WEBSOCKET_CONNECTED", userId=…)`."""
        lines = self._refused if action == REFUSED else self._all
        if lines is None or self._is_too_often(action, details.get("userId")):
            return
        entry = {"time": int(time.time() * 1000), "category": CATEGORY, "action": action, **details}
        try:
            lines.add(msgspec.json.encode(entry))
        except (OSError, ValueError) as error:
            self._complain(error)

    def _is_too_often(self, action: str, user_id: object) -> bool:
        key = (action, user_id)
        return action in OFTEN and bool(
            self._often.admit(key, most=MOST_OFTEN, interval_ms=OFTEN_MS)
        )

    def sweep(self) -> None:
        """Forget who did nothing for an hour that is recorded so many times only."""
        self._often.sweep()

    def forget(self, user_id: str = "", before: int = 0) -> None:
        """Remove a person's id from all records, and records older than a time.

        Args:
            user_id: The person's id; "": no id is removed.
            before: Records before this time (ms since 1970) are deleted; 0: none are.

        Raises:
            ServiceUnavailable: a file cannot be read or written.
        """
        for lines in (self._all, self._refused):
            if lines is not None:
                lines.rewrite(lambda line: _kept(line, user_id, before))

    def _complain(self, error: Exception) -> None:
        if not self._complained:
            self._complained = True
            log.warning("The audit trail cannot be written: %s.", reason(error))

    def close(self) -> None:
        """Close the files; a later record opens them again."""
        for lines in (self._all, self._refused):
            if lines is not None:
                lines.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
