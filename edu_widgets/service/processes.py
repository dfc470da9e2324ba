"""A check that a process is alive. Standard library only."""

import os
import sys

_THREADS = 17
"""Place of the number of threads in `/proc/*/stat`, behind the name."""


def alive(pid: int) -> bool:
    """Return whether a process runs; a zombie does not."""
    if pid <= 0:
        return False
    if sys.platform == "win32":
        return _alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Return whether all of a process has ended: with a thread left, it still has its port."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - read every second
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return False
    return fields[:1] == [b"Z"] and int(fields[_THREADS]) <= 1


if sys.platform == "win32":
    import ctypes

    _SYNCHRONIZE = 0x00100000
    _TIMEOUT = 0x102

    def _alive_on_windows(pid: int) -> bool:
        # os.kill(pid, 0) would end the process there.
        kernel32 = ctypes.windll.kernel32
        handle = kernel32.OpenProcess(_SYNCHRONIZE, 0, pid)
        if not handle:
            return False
        try:
            return bool(kernel32.WaitForSingleObject(handle, 0) == _TIMEOUT)
        finally:
            kernel32.CloseHandle(handle)
