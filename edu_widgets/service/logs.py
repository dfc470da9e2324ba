"""The log of a service that `launch` started: a file that its own output goes into.

Standard library only: kernels load it with `launch`.
"""

import os
import shutil
from pathlib import Path

NAME = "service.log"
KEPT_BYTES = 1024 * 1024
"""Bytes of a log; then it turns over, and one turn is kept."""

_ERRORS = 2
"""The file that a process writes its errors to."""


def turn_over(data_dir: Path, handle: int = _ERRORS) -> None:
    """Turn the log over if it is large, while this process writes into it by `handle`.

    Nothing is done where the output goes elsewhere: a journal bounds itself.

    Raises:
        OSError: it cannot be written.
    """
    log = data_dir / NAME
    try:
        mine, here = os.fstat(handle), log.stat()
    except OSError:
        return
    if (mine.st_dev, mine.st_ino) != (here.st_dev, here.st_ino) or here.st_size <= KEPT_BYTES:
        return
    # It is open for appending: what is written next goes to its new end.
    shutil.copyfile(log, log.with_suffix(".old.log"))
    os.truncate(log, 0)
