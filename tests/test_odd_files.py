"""A folder, a pipe or a device in the place of a file: it is passed over, and no reader waits."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.client.invites.memberships import Membership, MembershipFiles
from edu_widgets.client.runtime.outbox_file import OutboxFile, forget_commands
from edu_widgets.client.runtime.unused_files import MAX_KEPT, forget_unused
from edu_widgets.notebook.viewers.remembering import ViewersFile
from edu_widgets.polls import files as sets
from edu_widgets.protocol.blobs import picture_file
from edu_widgets.protocol.errors import (
    FolderUnusable,
    InvalidArgument,
    MessageTooLong,
    ServiceUnavailable,
)
from edu_widgets.protocol.folders import MAX_READ, content, read_file
from edu_widgets.service import backups, launch, logs, state
from edu_widgets.service.audit import Audit
from edu_widgets.service.store.guard import find_damage
from edu_widgets.service.store.schema import NotOurs, check_files
from edu_widgets.service.tokens import load_key
from tests.client.rig import command


def linked(path: Path) -> None:
    os.mkfifo(path.with_name("pipe"))
    path.symlink_to("pipe")


ODD: dict[str, Callable[[Path], Any]] = {
    "a pipe": os.mkfifo,
    "a link to a pipe": linked,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a folder": Path.mkdir,
    "a link in a circle": lambda path: path.symlink_to(path),
    "a huge file": lambda path: path.write_bytes(b" " * (MAX_READ + 1)),
}


def soon(work: Callable[[], object]) -> object:
    """The result of a call, or its error; it does not wait for anybody."""
    found: list[object] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as error:  # noqa: BLE001 - it is looked at
            found.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(60)
    assert found, "it waits"
    return found[0]


@pytest.mark.parametrize("odd", ODD)
def test_a_file_that_is_none_is_no_reason_to_wait(tmp_path: Path, odd: str) -> None:
    path = tmp_path / "file.md"
    ODD[odd](path)
    error = soon(lambda: read_file(path))
    assert isinstance(error, OSError)
    for told in (
        soon(lambda: load_key(path)),
        soon(lambda: sets.load(path)),
        soon(lambda: content(path, "The file")),
        soon(lambda: picture_file(path)),
    ):
        assert isinstance(told, InvalidArgument | MessageTooLong)


@pytest.mark.parametrize("odd", ODD)
def test_people_come_in_past_it(tmp_path: Path, odd: str) -> None:
    files = MembershipFiles(tmp_path)
    path = files._path("s", "c", "Ada")
    ODD[odd](path)
    assert soon(lambda: files.known("s")) == []
    assert soon(lambda: files.last_at("http://127.0.0.1", "c", "Ada")) is None
    assert soon(lambda: files.erase("c", "u")) == []
    if path.is_dir():
        return
    made = soon(lambda: files.prepare("s", "http://127.0.0.1", "c", "Ada"))
    assert isinstance(made, Membership)
    assert soon(lambda: files.prepare("s", "http://127.0.0.1", "c", "Ada")) == made


@pytest.mark.parametrize("odd", ODD)
def test_kernels_and_services_go_on_past_it(tmp_path: Path, odd: str) -> None:
    ODD[odd](tmp_path / state.FILE)
    assert soon(lambda: state.read(tmp_path)) is None
    viewers = ViewersFile(tmp_path, ("a", "b"))
    (tmp_path / "pipe").unlink(missing_ok=True)
    ODD[odd](viewers._path)
    assert soon(viewers.read) == type(viewers.read())()


NO_FILE = {name: put for name, put in ODD.items() if name != "a huge file"}


def waiting(folder: Path, id_: str = "m-1") -> Path:
    """The file of a kernel that ended with a message not sent yet."""
    outbox = OutboxFile(folder, "s", "u")
    outbox.load()
    outbox.put(command(id_))
    outbox.close()
    return outbox._path


@pytest.mark.parametrize("beside", ["", "-journal", "-wal", "-shm"])
@pytest.mark.parametrize("odd", NO_FILE)
def test_what_waits_is_sent_past_it_and_later(
    tmp_path: Path, odd: str, beside: str, caplog: pytest.LogCaptureFixture
) -> None:
    kept = waiting(tmp_path)
    place = kept.with_name(f"{kept.name}{beside}" if beside else "other.sqlite3")
    NO_FILE[odd](place)
    forget_unused(tmp_path)
    assert soon(lambda: forget_commands(tmp_path, "s", "u", "other")) is None
    outbox = OutboxFile(tmp_path, "s", "u")
    found = soon(outbox.load)
    assert isinstance(found, list)
    assert [one.id for one in found] == ([] if beside else ["m-1"])
    assert [record.message for record in caplog.records] == [outbox.problem]
    assert place.name in outbox.problem
    assert "Errno" not in outbox.problem
    outbox.put(command("m-2"))
    outbox.close()
    (place.rmdir if place.is_dir() else place.unlink)()
    again = soon(OutboxFile(tmp_path, "s", "u").load)
    assert isinstance(again, list)
    assert sorted(one.id for one in again) == ["m-1", "m-2"], "nothing is lost"


@pytest.mark.parametrize("odd", NO_FILE)
def test_a_trail_and_a_log_are_written_to_files_alone(
    tmp_path: Path, odd: str, caplog: pytest.LogCaptureFixture
) -> None:
    NO_FILE[odd](tmp_path / "audit.jsonl")
    with Audit(tmp_path / "audit.jsonl") as audit:
        for _ in range(3):
            assert soon(lambda: audit.record("MODERATION", by="u-1")) is None
        told = soon(lambda: audit.forget("u-1"))
    assert len(caplog.records) == 1
    assert "Errno" not in caplog.text
    assert isinstance(told, ServiceUnavailable)


@pytest.mark.parametrize("odd", NO_FILE)
def test_no_service_begins_with_it_and_nobody_waits(tmp_path: Path, odd: str) -> None:
    NO_FILE[odd](tmp_path / logs.NAME)
    told = soon(lambda: launch.start("py101", tmp_path))
    assert isinstance(told, FolderUnusable)
    assert logs.NAME in str(told)


@pytest.mark.parametrize("beside", ["", "-journal", "-wal", "-shm"])
@pytest.mark.parametrize("odd", NO_FILE)
def test_a_store_is_a_file(tmp_path: Path, odd: str, beside: str) -> None:
    place = tmp_path / f"service.db{beside}"
    NO_FILE[odd](place)
    told = soon(lambda: check_files(tmp_path / "service.db"))
    assert isinstance(told, NotOurs)
    assert place.name in str(told)
    if not beside:
        assert isinstance(soon(lambda: find_damage(place)), OSError)
        target = tmp_path / "copy.db"
        assert isinstance(soon(lambda: backups.backup(tmp_path, target)), InvalidArgument)
        assert isinstance(soon(lambda: backups.restore(tmp_path, place)), InvalidArgument)


def test_one_that_cannot_be_looked_at_keeps_no_other_from_being_forgotten(tmp_path: Path) -> None:
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    for n in range(MAX_KEPT + 5):
        (tmp_path / f"{n}").touch()
    forget_unused(tmp_path)
    assert len(list(tmp_path.iterdir())) == MAX_KEPT
