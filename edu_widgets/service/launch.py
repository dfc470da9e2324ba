"""Start the service from a kernel, or find the one that runs.

Standard library only: a kernel that hosts a course must not load the service itself.
"""

import contextlib
import errno
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from edu_widgets.protocol.errors import (
    InvalidArgument,
    ProtocolError,
    Refused,
    ServiceUnavailable,
    Unsupported,
    refusal,
)
from edu_widgets.protocol.folders import is_full, using
from edu_widgets.protocol.proofs import PATH, SignIn
from edu_widgets.protocol.validation import text_argument
from edu_widgets.service import addresses, logs, processes, state
from edu_widgets.service.locks import FileLock

LOCK = "launch.lock"
CHANNELS = "channels.json"
_GOES_ON = "The lesson that runs goes on as it was."
_LINES_SHOWN = 12
_QUICK = 0.2
_STARTED: list["subprocess.Popen[bytes]"] = []
"""Kept so that ended services are collected, and none warns when its handle is."""


@dataclass(frozen=True, slots=True)
class ServiceInfo:
    """A running service, as its owner sees it."""

    course: str
    local_url: str
    """Where this computer reaches it, for example `http://127.0.0.1:8765`."""
    url: str
    """What an invite begins with; `local_url` unless it has a LAN or public address."""
    invite: str = field(repr=False)
    """The invite's code; the link is `<url>/<course>?code=<invite>`."""
    audience: str
    """Who can reach it, in one sentence."""
    owner_secret: str = field(repr=False)
    """Bearer secret of the instructor."""
    pid: int
    started_now: bool
    """Whether this call started it."""
    service_id: str = ""
    """Which service it is, wherever it runs."""
    former_url: str = ""
    """Where it was reached when it was known by its address alone; "" if it never was."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The instructor as a member: what `POST /api/join` answers."""

    user_id: str
    name: str
    role: str


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
        port: Exactly this one; by default the last one used here or the next free one.
        keep: Stay after the kernel and the last member are gone.
        rate_limits: Whether the limits on messages hold.
        linger: Seconds to stay otherwise.
        timeout: Seconds until it has to be healthy.
        watch_pid: The kernel; this process by default.
        channels: The rows of the channel table that are not the defaults; None: as they are.
        arguments: More arguments of `python -m edu_widgets.service`.

    Raises:
        InvalidArgument: `address` or `port` is none.
        ServiceUnavailable: it does not start, or cannot listen there; a service that runs goes
            on as it is.
        FolderUnusable: the folder cannot be made or written.
        Unsupported: this Python has no locks or starts no processes.
    """
    where = addresses.address(address and text_argument(address, "address", "lan"))
    addresses.check_port(port)
    deadline = time.monotonic() + timeout
    watched = os.getpid() if watch_pid is None else watch_pid
    lock = FileLock(data_dir / LOCK)
    with using(data_dir):
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        _acquire(lock, deadline, timeout)
    try:
        running = find(data_dir)
        if running is not None and course not in running.courses:
            hosted = ", ".join(running.courses)
            msg = f"The service in {data_dir} hosts {hosted}, not {course}; use a folder a course."
            raise ServiceUnavailable(msg)
        wanted = _Wanted(
            None if address is None else where.asked, port, keep, rate_limits, channels
        )
        if running is not None and running.service_id and not wanted.differs(running):
            _attach(running, watched)
            return _info(course, running, started_now=False)

        def spawn(options: _Wanted) -> state.State:
            with using(data_dir):
                command = [*_command(course, data_dir, options), *arguments]
                command += ["--watch-pid", str(watched), "--linger", str(linger)]
                return _spawn(command, data_dir, deadline)

        if running is None:
            addresses.check_free(where.bind, port or 0)
            return _info(course, spawn(wanted), started_now=True)
        # Its members come back to the new one by themselves; what is not asked for stays.
        wanted = wanted.over(running)
        _check_place(wanted, running)
        stop(_info(course, running, started_now=False))
        try:
            return _info(course, spawn(wanted), started_now=True)
        except ServiceUnavailable as error:
            deadline = time.monotonic() + timeout
            spawn(_Wanted.of(running))
            raise ServiceUnavailable(f"{error}\n{_GOES_ON}") from None
    finally:
        lock.release()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was asked for; what is at its default is not asked for."""

    address: str | None
    port: int | None
    keep: bool
    rate_limits: bool
    channels: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, running: state.State) -> "_Wanted":
        """What a running service was started with."""
        return cls(
            running.address, running.port, running.keep, running.rate_limits, running.channels
        )

    def differs(self, running: state.State) -> bool:
        """Whether the running service is not what was asked for."""
        return (
            self.address not in (None, running.address)
            or (self.port not in (None, 0) and self.port != running.port)
            or (self.keep and not running.keep)
            or (not self.rate_limits and running.rate_limits)
            or self.channels not in (None, running.channels)
        )

    def over(self, running: state.State) -> "_Wanted":
        """The same, with what was not asked for as the running service has it."""
        return _Wanted(
            self.address or running.address,
            self.port or None,  # then the one it has, if it is still free
            self.keep or running.keep,
            self.rate_limits and running.rate_limits,
            running.channels if self.channels is None else self.channels,
        )


def _check_place(wanted: _Wanted, running: state.State) -> None:
    """See that the service that takes the place of `running` can listen, before that is ended.

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


def attach(data_dir: Path, pid: int | None = None) -> bool:
    """Tell the running service to stay while a further kernel runs; false if none runs."""
    running = find(data_dir)
    return running is not None and _attach(running, os.getpid() if pid is None else pid)


def stop(info: ServiceInfo, timeout: float = 10.0) -> None:
    """End a service politely: its members are told that it goes; what they sent is stored."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(info.pid, signal.SIGTERM)
    deadline = time.monotonic() + timeout
    while processes.alive(info.pid) and time.monotonic() < deadline:
        for child in _STARTED:
            child.poll()
        time.sleep(0.02)
    _STARTED[:] = [child for child in _STARTED if child.poll() is None]


def clear(data_dir: Path, timeout: float = 20.0) -> None:
    """End the service of a folder, if it runs, and remove all that it kept.

    Raises:
        ServiceUnavailable: another kernel is starting it just now.
        FolderUnusable: the folder cannot be written, or its files not be locked.
    """
    if not data_dir.exists():
        return
    lock = FileLock(data_dir / LOCK)
    with using(data_dir):
        _acquire(lock, time.monotonic() + timeout, timeout)
    try:
        running = find(data_dir)
        if running is not None:
            stop(_info(running.courses[0], running, started_now=False))
        for path in data_dir.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name != LOCK:  # it is held until the end, and says nothing
                path.unlink()
    finally:
        lock.release()


def enter(info: ServiceInfo, name: str | None, otherwise: str = "Instructor") -> Owner:
    """Become a member of the hosted course as its instructor.

    Args:
        info: The service.
        name: What one is called from now on; None: as before, or `otherwise` at the first time.
        otherwise: The name of whom has none yet.

    Raises:
        ServiceUnavailable: the service does not answer as it should.
    """
    names = ["", otherwise] if name is None else [name]
    token = _signed_in(info.local_url, info.owner_secret, info.service_id)
    bodies = ({"course": info.course, "name": n} for n in names)
    answers = (_ask(info.local_url, "POST", "/api/join", body, token) for body in bodies)
    answer = next((answer for answer in answers if answer is not None), None)
    if answer is None:
        raise ServiceUnavailable(f"The service at {info.local_url} did not let its owner in.")
    return Owner(answer["userId"], answer["name"], answer["role"])


def invite(data_dir: Path, course: str, *, new: bool, staff: bool, hours: float) -> str:
    """What people join a course with whose service runs in a folder.

    Args:
        data_dir: The folder of the service.
        course: The course.
        new: End the present invite and make another.
        staff: Make one for an instructor, which holds `hours`.
        hours: See `staff`.

    Raises:
        ServiceUnavailable: no service runs there.
        Refused: it says no, with the reason.
    """
    body = {"course": course, "new": new, "staff": staff, "hours": hours}
    return str(tell(data_dir, "/api/invite", body)["invite"])


def tell(data_dir: Path, path: str, body: object) -> dict[str, Any]:
    """What the service of a folder answers to its owner.

    Raises:
        ServiceUnavailable: no service runs there, or it does not answer as it should.
        Refused: it says no, with the reason.
    """
    running = find(data_dir)
    if running is None:
        msg = f"No service runs in {data_dir}. Start it, or name its folder: --data DIR."
        raise ServiceUnavailable(msg)
    token = _signed_in(running.url, running.owner_secret, running.service_id)
    return _tell(running.url, path, body, token)


def set_roster(info: ServiceInfo, names: Sequence[str]) -> None:
    """Let only these names join the hosted course.

    Raises:
        ServiceUnavailable: the service does not answer as it should.
        Refused: it says no, with the reason.
    """
    body = {"course": info.course, "names": list(names)}
    token = _signed_in(info.local_url, info.owner_secret, info.service_id)
    _tell(info.local_url, "/api/roster", body, token)


def find(data_dir: Path) -> state.State | None:
    """The service of a folder if it runs: its process lives and answers as itself."""
    about = state.read(data_dir)
    if about is None or not processes.alive(about.pid):
        return None
    # Also of one that is not healthy: it is there, and says itself what is wrong.
    _, health = _exchange(about.url, "GET", "/health", None, "")
    return about if health is not None and health.get("instance") == about.instance else None


def ended(data_dir: Path) -> bool:
    """Whether the service of a folder does not run any more, or does not listen; quick."""
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
        table.write_text(json.dumps(wanted.channels, indent=1), encoding="utf-8")
        command += ["--config", str(table)]
    return command + ["--keep"] * wanted.keep + ["--no-rate-limits"] * (not wanted.rate_limits)


def _spawn(command: list[str], data_dir: Path, deadline: float) -> state.State:
    log = data_dir / logs.NAME
    if log.exists() and log.stat().st_size > logs.KEPT_BYTES:
        log.replace(log.with_suffix(".old.log"))
    begin = log.stat().st_size if log.exists() else 0
    options: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
        options = {"creationflags": flags | subprocess.CREATE_NO_WINDOW}
    with log.open("ab") as out:
        # Its own session: an interrupt or the end of the kernel is not its own.
        options |= {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out}
        try:
            process = subprocess.Popen(command, env=_environment(), **options)  # noqa: S603 - our own
        except (OSError, NotImplementedError):
            msg = "This Python starts no processes, so no service can run here. Host elsewhere."
            raise Unsupported(msg) from None
    _STARTED[:] = [other for other in _STARTED if other.poll() is None] + [process]
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
    """Ours, with the paths this kernel finds its modules on: it may run from a checkout."""
    root = str(Path(__file__).resolve().parents[2])
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return os.environ | {"PYTHONPATH": os.pathsep.join(dict.fromkeys([root, *filter(None, paths)]))}


def _tail(log: Path, begin: int) -> str:
    with log.open("rb") as file:
        file.seek(begin)
        lines = file.read().decode(errors="replace").splitlines()[-_LINES_SHOWN:]
    return "\n".join(["Its log ends with:", *lines]) if lines else "Its log is empty."


def _acquire(lock: FileLock, deadline: float, timeout: float) -> None:
    while True:
        try:
            lock.acquire()
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                msg = f"Another kernel has been starting the service for more than {timeout:.0f} s."
                raise ServiceUnavailable(msg) from error
            time.sleep(0.05)
        else:
            return


def _attach(about: state.State, pid: int) -> bool:
    try:
        token = _signed_in(about.url, about.owner_secret, about.service_id)
    except (ServiceUnavailable, Refused):
        return False
    return _ask(about.url, "POST", "/api/attach", {"pid": pid}, token) is not None


def _signed_in(url: str, secret: str, service_id: str) -> str:
    """The owner's token, once the service has proved that it is the one of this folder.

    Raises:
        ServiceUnavailable: it cannot, or does not answer.
        Refused: it says no.
    """
    if not service_id:
        msg = f"The service at {url} is of an earlier version of edu-widgets: start it anew."
        raise ServiceUnavailable(msg)
    asked = SignIn(secret, urlsplit(url).hostname or "", service_id)
    try:
        answer = _tell(url, PATH, asked.proof(_tell(url, PATH, asked.question())))
        return asked.token(answer)
    except ProtocolError as error:
        raise ServiceUnavailable(f"What answers at {url} was told nothing: {error}.") from None


def _ask(
    url: str, method: str, path: str, body: object = None, token: str = ""
) -> dict[str, Any] | None:
    """What the service answers; `None` if it does not, or says no."""
    status, answer = _exchange(url, method, path, body, token)
    return answer if status == http.client.OK else None


def _tell(url: str, path: str, body: object, token: str = "") -> dict[str, Any]:
    """What the service answers to its owner.

    Raises:
        ServiceUnavailable: it does not.
        Refused: it says no, with the reason.
    """
    status, answer = _exchange(url, "POST", path, body, token)
    if status == http.client.OK and answer is not None:
        return answer
    if answer is None or "code" not in answer:
        raise ServiceUnavailable(f"The service at {url} does not answer as it should.")
    raise refusal(int(answer["code"]), str(answer.get("message")))


def _exchange(
    url: str, method: str, path: str, body: object, token: str
) -> tuple[int, dict[str, Any] | None]:
    parts = urlsplit(url)
    # Not urllib: a proxy from the environment has no business between us and our own process.
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=3)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, ValueError, http.client.HTTPException):
        return 0, None
    finally:
        connection.close()
    return response.status, answer if isinstance(answer, dict) else None


def _info(course: str, about: state.State, *, started_now: bool) -> ServiceInfo:
    return ServiceInfo(
        course=course,
        local_url=about.url,
        url=about.public_url,
        invite=about.invites.get(course, ""),
        audience=about.reach,
        owner_secret=about.owner_secret,
        pid=about.pid,
        started_now=started_now,
        service_id=about.service_id,
        former_url=about.former_url,
    )
