"""What stands where a file of ours is read, and is none: it is passed over, and nobody waits."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.client.invites.memberships import Membership, MembershipFiles
from edu_widgets.notebook.viewers.remembering import ViewersFile
from edu_widgets.polls import files as sets
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.folders import MAX_READ, content, read_file
from edu_widgets.service import state
from edu_widgets.service.tokens import load_key


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
    """What a call returns, or raises; it does not wait for anybody."""
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
    ):
        assert isinstance(told, InvalidArgument)


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
