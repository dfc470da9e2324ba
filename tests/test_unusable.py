"""Folders that cannot be written, a Python that lacks something: one sentence, nobody let in."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import edu_widgets as edu
from edu_widgets import folders
from edu_widgets.client.invites import Invite, MembershipFiles, exchange
from edu_widgets.client.invites.sign_in import SignedIn
from edu_widgets.service import locks
from tests.base_service import Running, Variants
from tests.conftest import ROOT
from tests.hosting import leave_lessons
from tests.waiting import PATIENCE

INVITE = "http://127.0.0.1:9/py101?code=K7QX4M2P"

Break = Callable[[Path, pytest.MonkeyPatch], None]


def in_the_way(data: Path, _: pytest.MonkeyPatch) -> None:
    data.write_text("a file")


def refuses(number: int) -> Break:
    """A break after which no folder can be made, for this reason of the system's."""

    def patch(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def mkdir(self: Path, *_: Any, **__: Any) -> None:
            raise OSError(number, os.strerror(number), str(self))

        monkeypatch.setattr(Path, "mkdir", mkdir)

    return patch


def full(_: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders can be made, and files, but nothing can be written into them."""

    def refused(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("json.dump", refused)
    monkeypatch.setattr(locks, "_lock", refused)


BROKEN = pytest.mark.parametrize(
    ("breaks", "why"),
    [
        (in_the_way, "a file of that name is in the way"),
        (refuses(errno.EROFS), "the disk is read-only"),
        (refuses(errno.EACCES), "this account may not write there"),
        (refuses(errno.EDQUOT), "the disk space of this account is used up"),
        (full, "the disk is full"),
    ],
    ids=["file", "read-only", "not ours", "quota", "full"],
)


SERVICE = "5e" * 16


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv(folders.VARIABLE, str(folder))
    return folder


@BROKEN
def test_who_could_not_be_known_again_is_not_let_in(
    breaks: Break, why: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(exchange, "service_at", lambda _: SERVICE)
    monkeypatch.setattr(exchange, "request", lambda url, *_: asked.append(url))
    breaks(data, monkeypatch)
    with pytest.raises(edu.FolderUnusable) as raised:
        edu.join(INVITE, name="Ada")
    assert not asked, "the service has let nobody in"
    assert str(raised.value) == (
        f"The folder {data / 'people'} cannot be used: {why}. Make it writable, or name another "
        "folder in EDU_WIDGETS_DATA_DIR in the environment."
    )


@BROKEN
def test_no_service_is_started_where_it_could_keep_nothing(
    breaks: Break, why: str, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(data, monkeypatch)
    with pytest.raises(edu.FolderUnusable) as raised:
        edu.host("py101", name="Mira")
    assert f"{data / 'services' / 'py101'} cannot be used: {why}." in str(raised.value)
    assert "EDU_WIDGETS_DATA_DIR" in str(raised.value)


def test_whose_secret_is_kept_may_come_back_with_a_read_only_home(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = {"userId": "u1", "name": "Ada", "role": "student"}
    monkeypatch.setattr(exchange, "service_at", lambda _: SERVICE)
    monkeypatch.setattr(exchange, "sign_in", lambda *_: SignedIn(SERVICE, "token"))
    monkeypatch.setattr(exchange, "request", lambda *_: answer)
    invite = Invite("http://127.0.0.1:9", "py101", "K7QX4M2P")
    people = MembershipFiles(data / "people")
    first, _ = exchange.join(invite, "Ada", people)
    refuses(errno.EROFS)(data, monkeypatch)
    assert exchange.join(invite, "Ada", people)[0] == first


def test_a_lesson_goes_on_where_waiting_messages_cannot_be_kept_and_says_so(
    data: Path,
) -> None:
    data.write_text("a file")
    with Running(Variants()) as service:
        try:
            lesson = edu.connect(
                url=service.url, token=Variants().token, user_id="u17", course="py101"
            )
            lesson.wait_connected(PATIENCE)
            lesson.chat.send("all the same").wait(PATIENCE)
            assert str(lesson.status()).endswith(
                f"Waiting messages cannot be kept in {data / 'outbox'}: a file of that name is in "
                "the way. Make it writable, or name another folder in EDU_WIDGETS_OUTBOX_DIR in "
                "the environment."
            )
        finally:
            leave_lessons()


def test_a_disk_that_locks_no_files_is_told_at_once(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: int) -> None:
        raise OSError(errno.EOPNOTSUPP, "…")

    monkeypatch.setattr(locks, "_lock", refused)
    with pytest.raises(edu.FolderUnusable, match="files cannot be locked there"):
        edu.host("py101", name="Mira")
    assert data.is_dir()


@pytest.mark.usefixtures("data")
def test_a_python_that_starts_no_processes_hosts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSYS, "emscripten does not support processes.")

    monkeypatch.setattr("subprocess.Popen", refused)
    with pytest.raises(edu.Unsupported, match="starts no processes"):
        edu.host("py101", name="Mira")


PROGRAM = """
import sys, _thread, threading
sys.modules["fcntl"] = None
import edu_widgets as edu

def none(*args, **options):
    raise RuntimeError("can't start new thread")

if sys.argv[1] == "threads":
    _thread.start_new_thread = threading._start_new_thread = none
    _thread.start_joinable_thread = threading._start_joinable_thread = none
calls = {
    "host": lambda: edu.host("py101", name="Mira"),
    "join": lambda: edu.join("http://127.0.0.1:9/py101?code=K7QX4M2P", name="Ada"),
    "connect": lambda: edu.connect(url="ws://127.0.0.1:9", token="t", user_id="u", course="c"),
}
for name in sys.argv[2:]:
    try:
        calls[name]()
    except edu.EduWidgetsError as error:
        print(f"{name}: {type(error).__name__}: {error}")
"""


def in_a_browser(data: Path, *arguments: str) -> list[str]:
    """The message of a Python without file locks."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=ROOT,
        env={**os.environ, folders.VARIABLE: str(data)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_without_file_locks_no_service_runs(data: Path) -> None:
    (told,) = in_a_browser(data, "locks", "host")
    assert told.startswith("host: Unsupported: This Python cannot lock files, as in a browser")


def test_without_threads_there_is_no_lesson_and_nobody_is_asked(data: Path) -> None:
    said = in_a_browser(data, "threads", "host", "join", "connect")
    assert [line.partition(": A lesson needs threads")[0] for line in said] == [
        "host: Unsupported",
        "join: Unsupported",
        "connect: Unsupported",
    ]
    assert not data.exists()


@pytest.mark.parametrize("rehearse", [False, True])
def test_a_disk_that_locks_no_databases_is_told_at_once(
    data: Path, monkeypatch: pytest.MonkeyPatch, *, rehearse: bool
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.ENOLCK, "…")

    (data / "services" / "py101.rehearsal").mkdir(parents=True)
    monkeypatch.setattr("fcntl.lockf", refused)
    with pytest.raises(edu.FolderUnusable, match="files cannot be locked there"):
        edu.host("py101", name="Mira", rehearse=rehearse)
