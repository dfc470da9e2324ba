"""The log of a service that `launch` started: a file with the process's output.

Standard library only: kernels load it with `launch`.
"""

import os
import shutil
from pathlib import Path

NAME = "service.log"
KEPT_BYTES = 1024 * 1024
"""Bytes after which the log is rotated; one older file is kept."""

_ERRORS = 2
"""The file descriptor of standard error."""


def turn_over(data_dir: Path, handle: int = _ERRORS) -> None:
    """Rotate the log if it is large, while this process writes into it by `handle`.

    Nothing is done if the output goes elsewhere: a journal limits its own size.

    Raises:
        OSError: the files cannot be written.
    """
    log = data_dir / NAME
    try:
        mine, here = os.fstat(handle), log.stat()
    except OSError:
        return
    if (mine.st_dev, mine.st_ino) != (here.st_dev, here.st_ino) or here.st_size <= KEPT_BYTES:
        return
    # The log is open for appending, so the next line goes to its new end.
    shutil.copyfile(log, log.with_suffix(".old.log"))
    os.truncate(log, 0)
