"""The outbox on disk: two processes, damage, permissions, full disks."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edu_widgets.client import storage
from edu_widgets.client.compose import compose
from edu_widgets.client.outbox import Outbox
from edu_widgets.client.storage import OutboxFile
from edu_widgets.polls.commands import CastVote
from tests.client.rig import command
from tests.conftest import ROOT

HOLDER = """
import sys, time
from pathlib import Path
from edu_widgets.client.storage import OutboxFile
from tests.client.rig import command
box = OutboxFile(Path(sys.argv[1]), "wss://example.org", "ada")
inherited = [c.id for c in box.load()]
for id_ in sys.argv[2].split():
    box.put(command(id_))
print(" ".join(inherited) or "nothing", flush=True)
time.sleep(600)
"""


def holder(folder: Path, ids: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), ids],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def open_here(folder: Path, user: str = "ada") -> tuple[OutboxFile, list[str]]:
    box = OutboxFile(folder, "wss://example.org", user)
    return box, [c.id for c in box.load()]


def test_a_killed_process_is_inherited_once_in_order_and_a_live_one_never(tmp_path: Path) -> None:
    dead, _ = holder(tmp_path, "a b c")
    alive, inherited = holder(tmp_path, "x y")
    try:
        assert inherited == "nothing", "the file of a live process is never touched"
        kill(dead)
        box, ids = open_here(tmp_path)
        assert ids == ["a", "b", "c"]
        box.put(command("d"))
        again, more = open_here(tmp_path)
        assert more == []
        again.close()
        box.close()
        box, ids = open_here(tmp_path)
        assert ids == ["a", "b", "c", "d"], "what is not sent is still there"
        for id_ in ids:
            box.remove(id_)
        box.close()
    finally:
        kill(alive)
    box, ids = open_here(tmp_path)
    assert ids == ["x", "y"]
    box.close()


def test_a_killed_heir_loses_nothing(tmp_path: Path) -> None:
    for ids, expected in (("a b", "nothing"), ("c", "a b"), ("d", "a b c")):
        process, inherited = holder(tmp_path, ids)
        assert inherited == expected
        kill(process)
    box, found = open_here(tmp_path)
    assert found == ["a", "b", "c", "d"]
    box.close()


def test_people_and_services_are_kept_apart(tmp_path: Path) -> None:
    box, _ = open_here(tmp_path, "ada")
    box.put(command("a"))
    box.close()
    other, ids = open_here(tmp_path, "bo")
    assert ids == []
    other.close()


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    box, _ = open_here(tmp_path)
    box.put(command("a"))
    [folder] = tmp_path.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {0o600}
    box.close()


def test_an_empty_file_is_removed(tmp_path: Path) -> None:
    box, _ = open_here(tmp_path)
    box.put(command("a"))
    box.remove("a")
    box.close()
    box.close()
    [folder] = tmp_path.iterdir()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("content", [b"not a database at all" * 100, None])
def test_a_damaged_file_is_set_aside_with_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    box, _ = open_here(tmp_path)
    box.put(command("a"))
    box.close()
    [folder] = tmp_path.iterdir()
    [path] = folder.iterdir()
    if content is None:
        with sqlite3.connect(path) as db:
            db.execute("UPDATE command SET lane = 'no such lane'")
        db.close()
    else:
        path.write_bytes(content)
    box, ids = open_here(tmp_path)
    assert ids == []
    assert "damaged" in box.problem
    assert len(list(folder.glob("*.corrupt-*"))) == 1
    box.put(command("b"))
    box.close()
    box, ids = open_here(tmp_path)
    assert (ids, box.problem) == (["b"], "")
    box.close()


def test_a_file_just_made_by_another_process_is_left_alone(tmp_path: Path) -> None:
    box, _ = open_here(tmp_path)
    [folder] = tmp_path.iterdir()
    newborn = folder / "0.sqlite3"
    newborn.touch()
    again, _ = open_here(tmp_path)
    assert newborn.exists()
    long_ago = time.time() - 3600
    os.utime(newborn, (long_ago, long_ago))
    third, _ = open_here(tmp_path)
    assert not newborn.exists()
    for one in (box, again, third):
        one.close()


def test_where_nothing_can_be_written_sending_goes_on(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file is in the way")
    disk = OutboxFile(tmp_path / "outbox", "wss://example.org", "ada")
    box = Outbox(disk)
    box.load(0)
    assert "cannot be kept" in disk.problem
    item = command("a")
    box.reserve(item.size)
    box.add(item)
    assert [c.id for c in box.due(0)] == ["a"]
    assert box.acked("a") is not None
    box.close()


def test_a_full_disk_is_told_and_forgotten_when_it_is_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    box, _ = open_here(tmp_path)
    assert box._db is not None
    box.put(command("a"))
    pages = box._db.execute("PRAGMA page_count").fetchone()[0]
    box._db.execute(f"PRAGMA max_page_count={pages}")
    caplog.clear()
    for _ in range(3):
        box.put(command("b", size=50_000))
    box.put(command("gone", size=50_000))
    box.remove("gone")
    assert f"cannot be kept in {tmp_path}: the disk is full." in box.problem
    assert len(caplog.records) == 1, "said once"
    box._db.execute("PRAGMA max_page_count=100000")
    box.put(command("c"))
    assert box.problem == ""
    box.close()
    again, ids = open_here(tmp_path)
    assert ids == ["a", "b", "c"], "what was not kept meanwhile is made up for"
    again.close()


def test_what_cannot_be_taken_over_stays_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, _ = open_here(tmp_path)
    box.put(command("a"))
    box.close()
    with monkeypatch.context() as patch:
        patch.setattr(storage, "_PUT", "INSERT INTO nowhere VALUES (?,?,?,?,?,?,?,?,?,?)")
        box, ids = open_here(tmp_path)
        assert ids == ["a"], "it is sent all the same"
        assert "taken over" in box.problem
        box.close()
    box, ids = open_here(tmp_path)
    assert ids == ["a"]
    box.close()


def test_of_an_acknowledged_vote_nothing_stays_in_any_file(tmp_path: Path) -> None:
    box, _ = open_here(tmp_path)
    outbox = Outbox(box)
    outbox.reserve(1_000)
    outbox.add(command("waits"))
    first, vote = (
        compose("cast_vote", CastVote("p", 1, choice), "course:c", None)
        for choice in ("first thought", "second thought")
    )
    for one in (first, vote):
        outbox.reserve(one.size)
        outbox.add(one)
    assert found(tmp_path, b"second thought")
    assert not found(tmp_path, b"first thought"), "the later one has taken its place"
    outbox.due(0.0)
    outbox.acked(vote.id)
    assert not found(tmp_path, b"second thought")
    assert found(tmp_path, b"waits")
    outbox.close()


def found(folder: Path, wanted: bytes) -> bool:
    """Whether something stands in the bytes of any file."""
    return any(wanted in path.read_bytes() for path in folder.rglob("*") if path.is_file())
