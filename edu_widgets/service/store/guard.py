"""Whether the files that the store writes to are still those in its folder, and whole."""

import contextlib
import os
import sqlite3
from pathlib import Path

from edu_widgets.service.store import schema
from edu_widgets.service.store.history import is_damage, is_of, side_files

_HEADER = b"SQLite format 3\0"


class StoreLostError(Exception):
    """What is written would not be found again; the message says why, to who runs the service.

    `gone`: the files are not in their place, but can still be read.
    """

    def __init__(self, text: str, *, gone: bool = False) -> None:
        super().__init__(text)
        self.gone = gone


class Guard:
    """Looks at the files of a store before and after each transaction. Used by the writer alone.

    SQLite holds its files open: deleted, they can still be written to, and are gone with the
    process. What another program wrote into the store's file is found by its time and size, and by
    SQLite's own number of changes; then the whole file is checked.
    """

    def __init__(self, path: Path, generation: str) -> None:
        self._path = path
        self._generation = generation
        self._files = (path, *side_files(path)[:2])
        self._opened = _identity(path)
        self._beside: tuple[tuple[int, int] | None, ...] | None = None
        self._version: int | None = None
        self._seen = _state(path)

    def before(self) -> None:
        """A transaction is about to begin.

        Raises:
            StoreLostError: the files are others, or damaged.
            OSError: they cannot be looked at.
        """
        self._same_files()
        if _state(self._path) != self._seen:
            self.check_whole()

    def begun(self, db: sqlite3.Connection) -> None:
        """A transaction has begun, and nobody else writes.

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
        """A transaction was committed: what it wrote is where it will be looked for.

        Raises:
            StoreLostError: the files are others.
        """
        self._same_files()
        self.written()

    def written(self) -> None:
        """The writer itself has written to the store's file."""
        self._seen = _state(self._path)

    def reopened(self) -> None:
        """The connection is another one; SQLite may have made its other files anew."""
        self._beside = self._version = None

    def check_whole(self) -> None:
        """Read the whole file.

        Raises:
            StoreLostError: it is damaged.
        """
        before = _state(self._path)
        found = find_damage(self._path)
        if found:
            raise damaged(self._path, found)
        self._seen = before

    def _same_files(self) -> None:
        if _identity(self._path) != self._opened or (
            self._beside is not None and self._identities() != self._beside
        ):
            names = ", ".join(path.name for path in self._files)
            raise StoreLostError(
                f"A file of the store ({names} in {self._path.parent}) was deleted or replaced "
                "while the service ran.",
                gone=True,
            )

    def _identities(self) -> tuple[tuple[int, int] | None, ...]:
        return tuple(map(_identity, self._files))


def find_damage(path: Path) -> str:
    """Read a whole store by a connection that has nothing of it in its cache; "" if all is well.

    Raises:
        sqlite3.Error, OSError: it cannot be read now.
    """
    with path.open("rb") as file:
        header = file.read(len(_HEADER))
    if header != _HEADER:  # what the log holds of it would hide that until the next start
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
    """The store is damaged in its file."""
    return StoreLostError(
        f"{path} is damaged ({found}). Stop the service and put a backup back with `edu-widgets "
        "restore FILE`."
    )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - asked at each commit
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


def _state(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_mtime_ns, found.st_size
