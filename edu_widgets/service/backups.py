"""Backup and restore of a store: `edu-widgets backup`, `edu-widgets restore`."""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from edu_widgets.protocol.errors import InvalidArgument, ServiceUnavailable
from edu_widgets.protocol.folders import reason
from edu_widgets.service.locks import alone_in
from edu_widgets.service.store import history, schema

STORE = "service.db"
"""The store's file in the data folder of a service."""


def backup(data_dir: Path, target: Path) -> None:
    """Copy the store of a service, which may be running, into one file (0600).

    An existing backup is replaced, once the new one is complete.

    Raises:
        InvalidArgument: there is no store, or the file cannot be written.
        ServiceUnavailable: the store cannot be read.
    """
    store = data_dir / STORE
    if not store.is_file():
        raise InvalidArgument(f"There is no store of a service in {data_dir}.")
    check_target(target)
    if target.exists() and target.samefile(store):
        raise InvalidArgument(f"{target} is the store itself; name another file.")
    with beside(target) as fresh, told(store):
        _copy(store, fresh)
        fresh.replace(target)


def check_target(target: Path) -> None:
    """Check that a backup may be written into a file.

    Raises:
        InvalidArgument: it is a folder, or a file of another kind.
    """
    if target.is_dir():
        raise InvalidArgument(f"{target} is a folder; name the file that the backup goes into.")
    if target.exists() and not _is_store(target):
        raise InvalidArgument(f"{target} is there already and is no backup; it is left alone.")


def restore(data_dir: Path, source: Path) -> Path | None:
    """Put a backup in the place of a service's store, while the service is stopped.

    Every channel gets a new epoch, so that the members' mirrors are reset. The previous store is
    kept beside it.

    Returns:
        The path of the previous store; `None` if there was none.

    Raises:
        InvalidArgument: the file is no backup.
        ServiceUnavailable: the service runs, or the folder cannot be written.
    """
    store = data_dir / STORE
    if store.exists() and source.exists() and source.samefile(store):
        raise InvalidArgument(f"{source} is the store itself, no backup of it.")
    with alone_in(data_dir), beside(store) as fresh:
        copy_of(source, fresh)
        with told(store):
            log, index, witness = history.side_files(store)
            kept = put_away(store, (log, index))
            # A store without a witness counts as replaced: its channels get a new epoch.
            witness.unlink(missing_ok=True)
            fresh.replace(store)
    return kept


def copy_of(source: Path, fresh: Path) -> None:
    """Copy a backup into a file, after a look at it.

    Raises:
        InvalidArgument: it is no backup.
    """
    if not source.is_file():
        raise InvalidArgument(f"There is no file {source}.")
    try:
        _check(source)
        _copy(source, fresh)
    except (sqlite3.Error, OSError) as error:
        why = f"{error}" if isinstance(error, schema.NotOurs) else "is damaged, or no backup"
        raise InvalidArgument(f"{source} {why}; nothing was changed.") from error


def put_away(store: Path, side_files: tuple[Path, ...]) -> Path | None:
    """Rename the previous store and SQLite's files beside it; returns its new path."""
    if not store.exists():
        for path in side_files:
            path.unlink(missing_ok=True)
        return None
    kept = store.with_name(f"{store.name}.before-{time.strftime('%Y%m%d-%H%M%S')}")
    for path in (*side_files, store):
        if path.exists():
            path.replace(kept.with_name(kept.name + path.name.removeprefix(store.name)))
    return kept


def _check(source: Path) -> None:
    """Check that a file is an undamaged store of a version that this one can read."""
    with contextlib.closing(_reading(source)) as db:
        if not schema.check(db):
            raise schema.NotOurs("is empty, no backup")


def _is_store(path: Path) -> bool:
    try:
        _check(path)
    except (sqlite3.Error, OSError):
        return False
    return True


def _copy(source: Path, target: Path) -> None:
    closing = contextlib.closing
    with closing(_reading(source)) as read, closing(sqlite3.connect(target)) as write:
        read.backup(write)
        # A single file without a log; the service turns the log on again.
        write.execute("PRAGMA journal_mode = DELETE")
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def _reading(path: Path) -> sqlite3.Connection:
    schema.check_files(path)
    uri = f"{path.resolve().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=10)


@contextlib.contextmanager
def beside(target: Path) -> Iterator[Path]:
    """Make a file of mode 0600 in the target's folder; it is deleted if still there afterwards."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise InvalidArgument(f"{target} cannot be written: {reason(error)}.") from error
    try:
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)


@contextlib.contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn errors of a file into a `ServiceUnavailable` with one sentence."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise ServiceUnavailable(schema.problem(path, error)) from error
