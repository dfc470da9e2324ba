"""Removal of an account's files for services that it has not used for half a year."""

import contextlib
import os
import shutil
import time
from pathlib import Path

UNUSED_DAYS = 180.0
"""Days without use after which secrets and unsent messages are deleted."""

_FIRST = 1_735_689_600.0
"""Seconds since 1970 (in 2025) before which a file's time is taken for that of a wrong clock."""

MAX_KEPT = 500
"""Most files or folders that are kept; those used longest ago are removed first."""


def used(path: Path) -> None:
    """Note that a file was used now."""
    with contextlib.suppress(OSError):
        os.utime(path)


def forget_unused(folder: Path, now: float | None = None) -> None:
    """Remove files or folders that are unused or too many. Errors are ignored: it can wait."""
    now = time.time() if now is None else now
    with contextlib.suppress(OSError):
        found = sorted(((_last_used(path), path) for path in folder.iterdir()), reverse=True)
        for number, (at, path) in enumerate(found):
            if number >= MAX_KEPT or _FIRST < at < now - UNUSED_DAYS * 86_400:
                _remove(path)
            elif at <= _FIRST:
                used(path)


def _last_used(path: Path) -> float:
    with contextlib.suppress(OSError):
        inside = path.iterdir() if path.is_dir() else ()
        return max([path.stat().st_mtime, *(other.stat().st_mtime for other in inside)])
    return path.lstat().st_mtime  # it cannot be read, or its links lead in a circle


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
