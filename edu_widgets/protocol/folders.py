"""Messages for people about folders and files that cannot be used: where, why, and what to do.

The text of the system's or SQLite's own error is never shown.
"""

import errno
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from edu_widgets.protocol.errors import FolderUnusable, InvalidArgument

DATA = "EDU_WIDGETS_DATA_DIR"
OUTBOX = "EDU_WIDGETS_OUTBOX_DIR"
"""Environment variables that name another folder."""

_MAY_NOT = "this account may not write there"
_IN_THE_WAY = "a file of that name is in the way"
_FULL = "the disk is full"
NO_LOCKS = "files cannot be locked there"
_REASONS = {
    errno.EACCES: _MAY_NOT,
    errno.EPERM: _MAY_NOT,
    errno.EROFS: "the disk is read-only",
    errno.ENOSPC: _FULL,
    errno.EDQUOT: "the disk space of this account is used up",
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
    errno.EISDIR: "a folder of that name is in the way",
    errno.ENOENT: "a folder in its path is not there",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOLCK: NO_LOCKS,
    errno.EOPNOTSUPP: NO_LOCKS,
    errno.ENOSYS: NO_LOCKS,
}
_NO_FILE = {errno.ESPIPE, errno.ENXIO, errno.EISDIR, errno.ELOOP}
_NO_REASON = "the system gives no reason"
_UNREAD = {
    errno.ENOENT: "there is no such file",
    errno.EISDIR: "it is a folder, not a file",
    errno.ENOTDIR: "a file stands where its path needs a folder",
    errno.EACCES: "this account may not read it",
    errno.EPERM: "this account may not read it",
    errno.ELOOP: "its links lead in a circle",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
    errno.EIO: "the disk has a fault",
    errno.ESPIPE: "it is a pipe or a device, not a file",
    errno.ENXIO: "it is a pipe or a device, not a file",
    errno.EFBIG: "it is too large",
}
_ROOM = 256 * 1024
"""Free bytes below which a disk counts as full."""

MAX_READ = 1024 * 1024
"""Largest size in bytes of a file that people write for us; a larger one is the wrong file."""

DATABASE_FILES = ("", "-journal", "-wal", "-shm")
"""Ends of the names of an SQLite file and of those that it makes beside it."""

_OF_SQLITE = {
    "SQLITE_FULL": _FULL,
    "SQLITE_READONLY": _MAY_NOT,
    "SQLITE_CANTOPEN": _MAY_NOT,
    "SQLITE_PERM": _MAY_NOT,
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_NOTADB": "the file is damaged",
    "SQLITE_BUSY": "another program holds the file",
    "SQLITE_LOCKED": "another program holds the file",
}


def reason(error: BaseException) -> str:
    """Return the reason why a file or folder cannot be written, as the end of a sentence."""
    sqlite3 = sys.modules.get("sqlite3")  # not imported here: the import would slow every kernel
    if sqlite3 is not None and isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        told = (text for name, text in _OF_SQLITE.items() if getattr(sqlite3, name) == code)
        return next(told, "the disk or the file has a fault")
    number = error.errno if isinstance(error, OSError) else None
    return _REASONS.get(number or 0) or words(error)


def words(error: BaseException | None) -> str:
    """Return the reason why a file cannot be read, as the end of a sentence."""
    number = error.errno if isinstance(error, OSError) else None
    return _UNREAD.get(number or 0, _NO_REASON)


def read_file(path: Path, most: int = MAX_READ) -> bytes:
    """Return the content of an ordinary file; it may be behind a link.

    Reading anything else, such as a named pipe that nobody writes to, might never end.

    Raises:
        OSError: it cannot be read, is no ordinary file (`ESPIPE`), or has over `most` bytes
            (`EFBIG`).
        ValueError: it is no path of a file.
    """
    with open(path, "rb", opener=ordinary) as file:
        found = file.read(most + 1)
    if len(found) > most:
        raise OSError(errno.EFBIG, "too large", str(path))
    return found


def ordinary(path: str, flags: int) -> int:
    """Open an ordinary file, as the `opener` of `open`; a new one is its owner's (0600).

    Raises:
        OSError: it is anything else, such as a pipe (`ESPIPE`); nothing is waited for.
    """
    extra = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
    handle = os.open(path, flags | extra, 0o600)
    try:
        _check_kind(os.fstat(handle).st_mode, path)
    except OSError:
        os.close(handle)
        raise
    return handle


def check_ordinary(path: Path) -> None:
    """Check a file before something opens it that would wait for what is none.

    Raises:
        OSError: it is there and is no ordinary file.
    """
    with suppress(FileNotFoundError):
        _check_kind(path.stat().st_mode, str(path))


def check_database(path: Path) -> None:
    """Check an SQLite file and those beside it before SQLite opens them, as `check_ordinary` does.

    Raises:
        OSError: one of them is there and is no ordinary file; `filename` tells which.
    """
    for suffix in DATABASE_FILES:
        check_ordinary(path.with_name(path.name + suffix))


def _check_kind(mode: int, path: str) -> None:
    if not stat.S_ISREG(mode):
        raise OSError(errno.EISDIR if stat.S_ISDIR(mode) else errno.ESPIPE, "no file", path)


def content(path: Path, what: str) -> bytes:
    """Return the content of a file that somebody has named; `what` is the error's word for it.

    Raises:
        InvalidArgument: it cannot be read, or is larger than `MAX_READ`.
    """
    try:
        return read_file(path)
    except OSError as error:
        if error.errno == errno.EFBIG:
            msg = f"{what} {path} has over a megabyte: another file is meant."
            raise InvalidArgument(msg) from None
        raise InvalidArgument(f"{what} {path} cannot be read: {words(error)}.") from None
    except ValueError:
        raise InvalidArgument(f"{what} {str(path)!r:.200} is no path of a file.") from None


def is_full(folder: Path) -> bool:
    """Return True if a folder's disk has next to no space left; False if that is unknown."""
    try:
        return shutil.disk_usage(folder).free < _ROOM
    except OSError:
        return False


def advice(variable: str = DATA) -> str:
    """Return the advice for a folder that cannot be used."""
    return f"Make it writable, or name another folder in {variable} in the environment."


@contextmanager
def using(folder: Path, variable: str = DATA) -> Iterator[None]:
    """Turn an OSError about a folder into one sentence for people.

    Args:
        folder: The folder that the block reads or writes in.
        variable: The environment variable that names another folder.

    Raises:
        FolderUnusable: an OSError left the block.
    """
    try:
        yield
    except OSError as error:
        which = f", because of {error.filename}" if error.errno in _NO_FILE else ""
        msg = f"The folder {folder} cannot be used{which}: {reason(error)}. {advice(variable)}"
        raise FolderUnusable(msg) from None
