"""Start the service from a kernel, or find the one that runs.

Standard library only: a kernel that hosts a course must not load the service itself.
"""

import contextlib
import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from edu_widgets.protocol.errors import InvalidArgument, ServiceUnavailable, Unsupported
from edu_widgets.protocol.folders import check_ordinary, is_full, ordinary, using
from edu_widgets.protocol.validation import text_argument
from edu_widgets.service import addresses, logs, processes, state
from edu_widgets.service.locks import FileLock
from edu_widgets.service.owner import ServiceInfo, attach_to, find, info_of

LOCK = "launch.lock"
CHANNELS = "channels.json"
_GOES_ON = "The lesson that runs goes on as it was."
_LINES_SHOWN = 12
_BYTES_READ = 64 * 1024
"""Bytes of a log's end that are looked at for these lines."""
_QUICK = 0.2
STARTED: list["subprocess.Popen[bytes]"] = []
"""Processes started here, kept so that ended ones are reaped and no handle warns when freed."""


def start(  # noqa: PLR0913 - the options of a service
    course: str,
    data_dir: Path,
    *,
    address: str | None = None,
    port: int | None = None,
    keep: bool = False,
    rate_limits: bool = True,
    linger: float = 600.0,
    timeout: float = 60.0,
    watch_pid: int | None = None,
    channels: Mapping[str, Any] | None = None,
    arguments: Sequence[str] = (),
) -> ServiceInfo:
    """Find the service of a folder, or start it as a process of its own session.

    Args:
        course: The course to host, as `protocol.channels.course_name` spells it.
        data_dir: Folder of one service; use one a course.
        address: `loopback` (default), `lan`, an IP address or a public URL.
        port: Exactly this port; by default the last one used here or the next free one.
        keep: Keep running after the kernel and the last member are gone.
        rate_limits: True if the limits on messages are in force.
        linger: Without `keep`, seconds to keep running after that.
        timeout: Seconds until the service has to answer.
        watch_pid: The kernel's process; this one by default.
        channels: The rows of the channel table that differ from the defaults; None: unchanged.
        arguments: More arguments of `python -m edu_widgets.service`.

    Raises:
        InvalidArgument: `address` or `port` has no valid form.
        ServiceUnavailable: it does not start, or cannot listen there; a service that runs already
            keeps running as it is.
        FolderUnusable: the folder cannot be made or written.
        Unsupported: this Python has no locks or starts no processes.
    """
    where = addresses.address(address and text_argument(address, "address", "lan"))
    addresses.check_port(port)
    watched = os.getpid() if watch_pid is None else watch_pid
    wanted = _Wanted(None if address is None else where.asked, port, keep, rate_limits, channels)
    more = [*arguments, "--watch-pid", str(watched), "--linger", str(linger)]

    def started(options: _Wanted) -> ServiceInfo:
        with using(data_dir):
            about = _spawn([*_command(course, data_dir, options), *more], data_dir, timeout)
        return info_of(course, about, started_now=True)

    with _alone_in(data_dir, timeout):
        running = find(data_dir)
        if running is None:
            addresses.check_free(where.bind, port or 0)
            return started(wanted)
        if course not in running.courses:
            hosted = ", ".join(running.courses)
            msg = f"The service in {data_dir} hosts {hosted}, not {course}; use a folder a course."
            raise ServiceUnavailable(msg)
        if running.service_id and not wanted.differs(running):
            attach_to(running, watched)
            return info_of(course, running, started_now=False)
        return _restarted(course, running, wanted.over(running), started)


def _restarted(
    course: str,
    running: state.ServiceState,
    wanted: "_Wanted",
    start_with: Callable[["_Wanted"], ServiceInfo],
) -> ServiceInfo:
    """Replace a service by one with other options; if that fails, start it again as it was.

    Members connect to the new one by themselves.
    """
    _check_place(wanted, running)
    stop(info_of(course, running, started_now=False))
    try:
        return start_with(wanted)
    except ServiceUnavailable as error:
        start_with(_Wanted.of(running))
        raise ServiceUnavailable(f"{error}\n{_GOES_ON}") from None


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The requested options of a service; an option at its default is not requested."""

    address: str | None
    port: int | None
    keep: bool
    rate_limits: bool
    channels: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, running: state.ServiceState) -> "_Wanted":
        """Return the options a running service was started with."""
        return cls(
            running.address, running.port, running.keep, running.rate_limits, running.channels
        )

    def differs(self, running: state.ServiceState) -> bool:
        """Return whether the running service lacks a requested option."""
        return (
            self.address not in (None, running.address)
            or (self.port not in (None, 0) and self.port != running.port)
            or (self.keep and not running.keep)
            or (not self.rate_limits and running.rate_limits)
            or self.channels not in (None, running.channels)
        )

    def over(self, running: state.ServiceState) -> "_Wanted":
        """Return these options, completed by those of the running service."""
        return _Wanted(
            self.address or running.address,
            self.port or None,  # then the one it has, if it is still free
            self.keep or running.keep,
            self.rate_limits and running.rate_limits,
            running.channels if self.channels is None else self.channels,
        )


def _check_place(wanted: _Wanted, running: state.ServiceState) -> None:
    """Check that the service to replace `running` can listen, before `running` is ended.

    Raises:
        ServiceUnavailable, InvalidArgument: see `addresses.check_free`.
    """
    bind, now = (addresses.address(which).bind for which in (wanted.address, running.address))
    if bind == now and wanted.port in (None, running.port):
        return  # its own place
    try:
        addresses.check_free(bind, wanted.port or 0)
    except (ServiceUnavailable, InvalidArgument) as error:
        raise type(error)(f"{error} {_GOES_ON}") from None


def stop(info: ServiceInfo, timeout: float = 60.0) -> None:
    """End a service by SIGTERM: it stores what members sent and tells them that it restarts.

    Raises:
        ServiceUnavailable: it has not ended within `timeout` seconds.
    """
    with contextlib.suppress(ProcessLookupError):
        os.kill(info.pid, signal.SIGTERM)
    deadline = time.monotonic() + timeout
    while processes.alive(info.pid) and time.monotonic() < deadline:
        for child in STARTED:
            child.poll()
        time.sleep(0.02)
    STARTED[:] = [child for child in STARTED if child.poll() is None]
    if processes.alive(info.pid):
        msg = (
            f"The service that runs at {info.url} (process {info.pid}) has not ended within "
            f"{timeout:g} s of being told to. Look at its service.log, and try again."
        )
        raise ServiceUnavailable(msg)


def clear(data_dir: Path, timeout: float = 20.0) -> None:
    """End the service of a folder, if it runs, and delete its files.

    Raises:
        ServiceUnavailable: another kernel is starting it just now.
        FolderUnusable: the folder cannot be written, or files in it cannot be locked.
    """
    if not data_dir.exists():
        return
    with _alone_in(data_dir, timeout):
        running = find(data_dir)
        if running is not None:
            stop(info_of(running.courses[0], running, started_now=False))
        for path in data_dir.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != LOCK:  # it is held until the end, and has no content
                path.unlink()


def ended(data_dir: Path) -> bool:
    """Return, within 0.2 s, whether a folder's service has ended or refuses connections."""
    about = state.read(data_dir)
    if about is None or not processes.alive(about.pid):
        return True
    parts = urlsplit(about.url)
    with socket.socket(socket.AF_INET6 if ":" in (parts.hostname or "") else socket.AF_INET) as it:
        it.settimeout(_QUICK)
        return it.connect_ex((parts.hostname or "", parts.port or 0)) == errno.ECONNREFUSED


def _command(course: str, data_dir: Path, wanted: _Wanted) -> list[str]:
    command = [sys.executable, "-m", "edu_widgets.service", "--data", str(data_dir)]
    command += ["--course", course]
    command += ["--address", wanted.address] if wanted.address else []
    command += ["--port", str(wanted.port)] if wanted.port is not None else []
    if wanted.channels:
        table = data_dir / CHANNELS
        with open(table, "w", encoding="utf-8", opener=ordinary) as file:
            json.dump(wanted.channels, file, indent=1)
        command += ["--config", str(table)]
    return command + ["--keep"] * wanted.keep + ["--no-rate-limits"] * (not wanted.rate_limits)


def _spawn(command: list[str], data_dir: Path, timeout: float) -> state.ServiceState:
    log = data_dir / logs.NAME
    check_ordinary(log)
    if log.exists() and log.stat().st_size > logs.KEPT_BYTES:
        log.replace(log.with_suffix(".old.log"))
    begin = log.stat().st_size if log.exists() else 0
    options: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
        options = {"creationflags": flags | subprocess.CREATE_NO_WINDOW}
    with open(log, "ab", opener=ordinary) as out:
        # In a session of its own, an interrupt or the end of the kernel does not reach it.
        options |= {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out}
        try:
            process = subprocess.Popen(command, env=_environment(), **options)  # noqa: S603 - our own
        except (OSError, NotImplementedError):
            msg = "This Python starts no processes, so no service can run here. Host elsewhere."
            raise Unsupported(msg) from None
    STARTED[:] = [other for other in STARTED if other.poll() is None] + [process]
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if process.poll() is not None:
            if is_full(data_dir):  # then its log has no word of it either
                msg = (
                    f"The service cannot begin, because the disk of {data_dir} is full: make room."
                )
                raise ServiceUnavailable(msg)
            raise ServiceUnavailable(f"The service ended at once. {_tail(log, begin)}")
        about = find(data_dir)
        if about is not None and about.pid == process.pid:
            return about
        time.sleep(0.02)
    process.terminate()
    raise ServiceUnavailable(f"The service was not up in time. {_tail(log, begin)}")


def _environment() -> dict[str, str]:
    """Return this kernel's environment with our package on its path: it may run from a checkout."""
    root = str(Path(__file__).resolve().parents[2])
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.environ | {"PYTHONPATH": os.pathsep.join(dict.fromkeys([root, *filter(None, paths)]))}


def _tail(log: Path, begin: int) -> str:
    with open(log, "rb", opener=ordinary) as file:
        file.seek(max(begin, log.stat().st_size - _BYTES_READ))
        lines = file.read().decode(errors="replace").splitlines()[-_LINES_SHOWN:]
    return "\n".join(["Its log ends with:", *lines]) if lines else "Its log is empty."


@contextlib.contextmanager
def _alone_in(data_dir: Path, timeout: float) -> Iterator[None]:
    """Hold the lock for starting and ending a folder's service; makes the folder."""
    deadline = time.monotonic() + timeout
    with using(data_dir):
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(data_dir / LOCK)
        while True:
            try:
                lock.acquire()
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    msg = "Another kernel has been starting the service for more than"
                    raise ServiceUnavailable(f"{msg} {timeout:.0f} s.") from error
                time.sleep(0.05)
    try:
        yield
    finally:
        lock.release()
