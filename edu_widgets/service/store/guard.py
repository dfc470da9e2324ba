"""Checks that the files the store writes to are still those in its folder, and undamaged."""

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import NamedTuple

from edu_widgets.protocol.folders import ordinary
from edu_widgets.service.store import schema
from edu_widgets.service.store.history import is_damage, is_of, side_files

_HEADER = b"SQLite format 3\0"


class StoreLostError(Exception):
    """Written data would not be found again; the message gives the operator the reason.

    `gone`: the files are not in their place, but the open connection can still read them.
    """

    def __init__(self, text: str, *, gone: bool = False) -> None:
        super().__init__(text)
        self.gone = gone


class Guard:
    """Checks the files of a store before and after each transaction. Used by the writer alone.

    SQLite keeps its files open: a deleted file can still be written to, and is lost when the
    process ends. A write of another program is detected by the file's time and size, and by
    SQLite's `data_version`; then the whole file is checked.
    """

    def __init__(self, path: Path, generation: str) -> None:
        self._path = path
        self._generation = generation
        self._sides = side_files(path)[:2]
        self._opened = _looked_at(path).identity
        self._beside: list[tuple[int, int] | None] | None = None
        self._version: int | None = None
        self._seen = _looked_at(path).state

    def before(self) -> None:
        """Check the files before a transaction begins.

        Raises:
            StoreLostError: the files were replaced or deleted, or are damaged.
            OSError: the files cannot be read.
        """
        if self._same_files() != self._seen:
            self.check_whole()

    def begun(self, db: sqlite3.Connection) -> None:
        """Check the content once a transaction has begun, when no other program can write.

        Raises:
            StoreLostError: another store was put in its place, or it is damaged.
        """
        (version,) = db.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            if not is_of(db, self._generation):
                raise StoreLostError(
                    f"Another program has put another store in the place of {self._path} while the "
                    "service ran. Start the service again."
                )
            if self._version is not None:
                self.check_whole()
            self._version = version
        if self._beside is None:
            self._beside = self._identities()

    def after(self) -> None:
        """Check after a commit that it went into the files in the folder.

        Raises:
            StoreLostError: the files were replaced or deleted.
        """
        self._seen = self._same_files()

    def written(self) -> None:
        """Note the file's time and size after a write of the writer itself."""
        self._seen = _looked_at(self._path).state

    def reopened(self) -> None:
        """Note that the connection is a new one; SQLite may have made its side files anew."""
        self._beside = self._version = None

    def check_whole(self) -> None:
        """Check the whole file for damage.

        Raises:
            StoreLostError: it is damaged.
        """
        before = _looked_at(self._path).state
        found = find_damage(self._path)
        if found:
            raise damaged(self._path, found)
        self._seen = before

    def _same_files(self) -> tuple[int, int] | None:
        """Check that the files are in their place; returns the store's time and size."""
        store = _looked_at(self._path)
        if store.identity != self._opened or (
            self._beside is not None and self._identities() != self._beside
        ):
            names = ", ".join(path.name for path in (self._path, *self._sides))
            raise StoreLostError(
                f"A file of the store ({names} in {self._path.parent}) was deleted or replaced "
                "while the service ran.",
                gone=True,
            )
        return store.state

    def _identities(self) -> list[tuple[int, int] | None]:
        return [_looked_at(path).identity for path in self._sides]


def find_damage(path: Path) -> str:
    """Read a whole store with a new connection, past any cache; returns the damage, "" for none.

    Raises:
        sqlite3.Error, OSError: it cannot be read now.
    """
    with open(path, "rb", opener=ordinary) as file:
        header = file.read(len(_HEADER))
    if header != _HEADER:  # a copy of the page in the log would hide that until the next start
        return "its first page is overwritten"
    try:
        with contextlib.closing(schema.connect(path, read_only=True)) as db:
            (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return str(error)
    return "" if found == "ok" else str(found)


def damaged(path: Path, found: str) -> StoreLostError:
    """Make the error for a store whose file is damaged."""
    return StoreLostError(
        f"{path} is damaged ({found}). Stop the service and put a backup back with `edu-widgets "
        "restore FILE`."
    )


class _Look(NamedTuple):
    """A file as it is now; each part is `None` where there is none."""

    identity: tuple[int, int] | None = None
    """Its device and inode."""
    state: tuple[int, int] | None = None
    """The time of its last change, and its size."""


def _looked_at(path: Path) -> _Look:
    try:
        found = os.stat(path)  # noqa: PTH116 - asked at each commit
    except (FileNotFoundError, NotADirectoryError):
        return _Look()
    return _Look((found.st_dev, found.st_ino), (found.st_mtime_ns, found.st_size))
