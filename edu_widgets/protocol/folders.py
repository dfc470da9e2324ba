"""Folders and files that cannot be used, in words for people: where, why, and what to do.

What the system or SQLite raised never shows.
"""

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edu_widgets.protocol.errors import FolderUnusable

DATA = "EDU_WIDGETS_DATA_DIR"
OUTBOX = "EDU_WIDGETS_OUTBOX_DIR"
"""Variables that name another folder."""

_MAY_NOT = "this account may not write there"
_IN_THE_WAY = "a file of that name is in the way"
_FULL = "the disk is full"
_NO_LOCKS = "files cannot be locked there"
_REASONS = {
    errno.EACCES: _MAY_NOT,
    errno.EPERM: _MAY_NOT,
    errno.EROFS: "the disk is read-only",
    errno.ENOSPC: _FULL,
    errno.EDQUOT: "the disk space of this account is used up",
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOLCK: _NO_LOCKS,
    errno.EOPNOTSUPP: _NO_LOCKS,
    errno.ENOSYS: _NO_LOCKS,
}
_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _MAY_NOT,
    sqlite3.SQLITE_CANTOPEN: _MAY_NOT,
    sqlite3.SQLITE_PERM: _MAY_NOT,
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_NOTADB: "the file is damaged",
    sqlite3.SQLITE_BUSY: "another program holds the file",
    sqlite3.SQLITE_LOCKED: "another program holds the file",
}


def reason(error: BaseException) -> str:
    """Why a file or folder cannot be used, as the end of a sentence."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        return _SQLITE.get(code, "the disk or the file has a fault")
    number = error.errno if isinstance(error, OSError) else None
    told = _REASONS.get(number or 0)
    return told or (os.strerror(number).lower() if number else "the system gives no reason")


def advice(variable: str = DATA) -> str:
    """What to do about a folder that cannot be used."""
    return f"Make it writable, or name another folder in {variable} in the environment."


@contextmanager
def using(folder: Path, variable: str = DATA) -> Iterator[None]:
    """Say in one sentence what the system says of a folder.

    Args:
        folder: What is read or written in the block is in there.
        variable: What names another one.

    Raises:
        FolderUnusable: an OSError left the block.
    """
    try:
        yield
    except OSError as error:
        msg = f"The folder {folder} cannot be used: {reason(error)}. {advice(variable)}"
        raise FolderUnusable(msg) from None
