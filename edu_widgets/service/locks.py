"""A lock file held by one process; the system releases it when that process ends."""

import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from edu_widgets.protocol.errors import InvalidArgument, ServiceUnavailable, Unsupported
from edu_widgets.protocol.folders import reason
from edu_widgets.service import state

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _check_database_locks(folder: Path) -> None:
        """Nothing to check: `_lock` and SQLite use the same kind of locks on Windows."""
else:

    def _lock(handle: int) -> None:
        try:
            from fcntl import LOCK_EX, LOCK_NB, flock  # noqa: PLC0415
        except ImportError:  # as in a browser
            raise Unsupported(
                "This Python cannot lock files, as in a browser, so no service can run here. Host "
                "from a computer; from here a lesson can only be joined."
            ) from None
        flock(handle, LOCK_EX | LOCK_NB)

    def _check_database_locks(folder: Path) -> None:
        """Check that SQLite can lock a file in the folder.

        Otherwise SQLite would report, after a wait, that another process holds the lock.

        Raises:
            OSError: no file can be made there, or it cannot be locked.
        """
        from fcntl import LOCK_EX, LOCK_NB, lockf  # noqa: PLC0415

        with tempfile.TemporaryFile(dir=folder) as file:
            lockf(file.fileno(), LOCK_EX | LOCK_NB)


_HELD = {errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK}


class FileLock:
    """`with FileLock(path):` raises `BlockingIOError` if another process has it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock.

        Raises:
            BlockingIOError: another process has it.
            OSError: the file cannot be made or locked.
            Unsupported: this Python has no locks.
        """
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
            _check_database_locks(self._path.parent)
        except BaseException as error:
            os.close(handle)
            if isinstance(error, OSError) and error.errno in _HELD:
                raise BlockingIOError(error.errno, f"{self._path.name} is held") from error
            raise
        self._handle = handle

    def release(self) -> None:
        """Release the lock."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


@contextlib.contextmanager
def alone_in(data_dir: Path) -> Iterator[None]:
    """Lock the data folder of a service for this process; the folder is made if it is missing.

    Raises:
        ServiceUnavailable: a service runs there, or the folder cannot be used.
        InvalidArgument: the path is a file.
    """
    lock = FileLock(data_dir / "service.lock")
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock.acquire()
    except BlockingIOError as error:
        other = state.read(data_dir)
        who = f" (pid {other.pid}, {other.url})" if other else ""
        msg = f"Another service{who} runs in {data_dir}. Stop it first, or name another folder."
        raise ServiceUnavailable(msg) from error
    except OSError as error:
        if data_dir.is_file():
            raise InvalidArgument(f"{data_dir} is a file, not a folder.") from error
        msg = f"The folder {data_dir} cannot be used: {reason(error)}. Name one that can be."
        raise ServiceUnavailable(msg) from error
    try:
        yield
    finally:
        lock.release()
