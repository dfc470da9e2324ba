"""The audit trail: JSON lines about connections, moderation and failures.

It never holds message text, names or tokens, and never raises into the service: a full disk must
not end a lesson.
"""

import logging
import time
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec

log = logging.getLogger("edu_widgets.service")

CATEGORY = "realtime"
MAX_BYTES = 16 * 1024 * 1024


class Audit:
    """Writes records to a file (0600), one turn kept; `path=None` writes nowhere."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._complained = False

    def record(self, action: str, **details: str | float | None) -> None:
        """Add a record, for example `record("WEBSOCKET_CONNECTED", userId=…)`."""
        if self._path is None:
            return
        entry = {"time": int(time.time() * 1000), "category": CATEGORY, "action": action, **details}
        try:
            file = self._open()
            file.write(msgspec.json.encode(entry) + b"\n")
            file.flush()
        except (OSError, ValueError) as error:
            self._complain(error)

    def _open(self) -> BinaryIO:
        if self._file is not None and self._file.tell() > MAX_BYTES and self._path:
            self.close()
            self._path.replace(self._path.with_suffix(".old.jsonl"))
        if self._file is None:
            assert self._path is not None  # noqa: S101 - record() checked it
            self._path.touch(mode=0o600, exist_ok=True)
            self._file = self._path.open("ab", buffering=0)
        return self._file

    def _complain(self, error: Exception) -> None:
        if not self._complained:
            self._complained = True
            log.warning("The audit trail cannot be written: %s", error)

    def close(self) -> None:
        """Close the file; a later record opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
