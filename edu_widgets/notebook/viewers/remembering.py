"""The file of the people who share a kernel, beside the owner's secret, for the next kernel."""

import contextlib
import json
import logging
import os
from hashlib import sha256
from pathlib import Path

import msgspec

from edu_widgets.notebook.viewers.claims import Remembered
from edu_widgets.protocol.folders import read_file

_log = logging.getLogger(__name__)


class ViewersFile:
    """One small file, mode 0600; where it cannot be written, the next kernel asks anew."""

    def __init__(self, folder: Path, key: tuple[str, str]) -> None:
        digest = sha256(json.dumps(key).encode()).hexdigest()[:32]
        self._path = folder / f"{digest}.viewers"

    def read(self) -> Remembered:
        """Return the stored claims; none where the file is damaged."""
        with contextlib.suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode(read_file(self._path), type=Remembered)
        return Remembered()

    def write(self, remembered: Remembered) -> None:
        """Keep it, whole or not at all. Never raises."""
        fresh = self._path.with_suffix(f".{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(fresh, "wb", opener=_private) as file:
                file.write(msgspec.json.encode(remembered))
            fresh.replace(self._path)
        except OSError as error:
            _log.warning("Who shares this notebook is not kept for the next kernel: %s.", error)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
