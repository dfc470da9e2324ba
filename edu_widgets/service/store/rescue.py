"""Rescue of a store whose files were deleted under the running service, into a file beside it."""

import contextlib
import logging
import os
import sqlite3
import time
from pathlib import Path

from edu_widgets.service.store.history import side_files

log = logging.getLogger("edu_widgets.service")

_MARK = "rescued"


def rescue(db: sqlite3.Connection, path: Path) -> str:
    """Copy the store by its open connection, which can read a deleted file until it is closed.

    Returns a sentence for the operator about the copy; "" if it fails.
    """
    target = path.with_name(f"{path.name}.{_MARK}-{time.strftime('%Y%m%d-%H%M%S')}")
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with contextlib.closing(sqlite3.connect(target)) as copy:
            db.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(found)
    except (sqlite3.Error, OSError) as error:
        log.warning("What the store held could not be rescued: %s", error)
        with contextlib.suppress(OSError):
            target.unlink()
        return ""
    return (
        f" What it held is in {target.name}: a start of the service goes on with it if there is no "
        f"{path.name} then; over another one, put it back with `edu-widgets restore FILE`."
    )


def adopt(path: Path) -> None:
    """Make the latest rescued file the store, if there is none.

    Raises:
        OSError: the folder cannot be written.
    """
    rescued = sorted(path.parent.glob(f"{path.name}.{_MARK}-*"))
    if not rescued:
        return
    if path.exists() and path.stat().st_size:
        log.warning("Beside the store is %s, rescued from one before.", rescued[-1].name)
        return
    for beside in side_files(path)[:2]:
        beside.unlink(missing_ok=True)
    rescued[-1].replace(path)
    log.warning("The store was gone; the service goes on with %s.", rescued[-1].name)
