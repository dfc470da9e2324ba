"""The outbox on disk: two processes, damage, permissions, full disks."""

from __future__ import annotations

import contextlib
import itertools
import os
import sqlite3
import stat
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from edu_widgets.client.runtime import outbox_file, outbox_rows
from edu_widgets.client.runtime.outbox_file import OutboxFile
from edu_widgets.client.sync.clock import elapsed
from edu_widgets.client.sync.commands import CommandState, compose
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.polls.commands import CastVote
from edu_widgets.protocol.ids import uuid7
from tests.client.rig import Rig, command
from tests.conftest import ROOT
from tests.nightly import examples

HOLDER = """
import sys, time
from pathlib import Path
from edu_widgets.client.runtime.outbox_file import OutboxFile
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
            db.execute("UPDATE command SET lane = 7")
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


HOUR = 3600.0


def taken_over(folder: Path, written: dict[str, float], clock: float = 0.0) -> dict[str, str]:
    """The states of commands written so many seconds ago by a process that is gone.

    `clock`: how far the clock on the wall was ahead of the present one.
    """
    before, _ = open_here(folder)
    for id_, ago in written.items():
        created = int((time.time() - ago + clock) * 1000)
        before.put(replace(command(id_, created=max(0, created)), since=elapsed() - ago))
    before.close()
    after = Outbox(OutboxFile(folder, "wss://example.org", "ada"))
    after.load(elapsed())
    after.close()
    return {one.id: str(one.state) for one in after}


@pytest.mark.parametrize("clock", [0.0, 86_400.0, -86_400.0, -20_000 * 86_400.0])
def test_the_age_of_what_waits_is_its_age_whatever_the_clock_was_set_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: float
) -> None:
    monkeypatch.setattr(outbox_rows, "boot_id", lambda: "this start")
    found = taken_over(tmp_path, {"old": 13 * HOUR, "new": 11 * HOUR}, clock)
    assert found == {"old": CommandState.HELD, "new": CommandState.QUEUED}


def test_across_two_starts_of_the_computer_the_clock_on_the_wall_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = itertools.count()
    monkeypatch.setattr(outbox_rows, "boot_id", lambda: str(next(starts)))
    found = taken_over(tmp_path / "right", {"old": 13 * HOUR, "new": 11 * HOUR})
    assert found == {"old": CommandState.HELD, "new": CommandState.QUEUED}
    found = taken_over(tmp_path / "future", {"old": 13 * HOUR}, 86_400.0)
    assert found == {"old": CommandState.QUEUED}, "nobody knows; it is not lost"


def test_what_an_earlier_version_kept_is_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = "    boot TEXT NOT NULL DEFAULT '',\n    since REAL NOT NULL DEFAULT 0\n"
    with monkeypatch.context() as earlier:
        schema = outbox_rows.SCHEMA.replace(",\n" + columns, "\n")
        assert schema != outbox_rows.SCHEMA
        earlier.setattr(outbox_rows, "SCHEMA", schema)
        put = f"INSERT INTO command ({outbox_rows.EARLIER}) VALUES ({', '.join('?' * 10)})"
        earlier.setattr(outbox_rows, "PUT", put)
        full = outbox_rows.row
        earlier.setattr(outbox_rows, "row", lambda one: full(one)[:10])
        before, _ = open_here(tmp_path)
        before.put(command("a", created=int(time.time() * 1000)))
        before.close()
    after, ids = open_here(tmp_path)
    assert ids == ["a"]
    assert not after.problem
    after.close()


def test_where_nothing_can_be_written_sending_goes_on(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file is in the way")
    disk = OutboxFile(tmp_path / "outbox", "wss://example.org", "ada")
    box = Outbox(disk)
    box.load(0)
    assert "cannot be kept" in disk.problem
    item = command("a")
    box.check_room(item.size)
    box.add(item)
    assert [c.id for c in box.due(0)] == ["a"]
    assert box.acked("a") is not None
    box.close()


def fill_disk(box: OutboxFile, room: int = 0) -> None:
    """Let a file grow by so many pages; SQLite's limit is one of the connection."""
    db = box._db
    assert db is not None
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count={pages + room}")


def test_a_full_disk_is_told_and_forgotten_when_it_is_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    box, _ = open_here(tmp_path)
    box.put(command("a"))
    fill_disk(box)
    caplog.clear()
    for _ in range(3):
        box.put(command("b", size=50_000))
    box.put(command("gone", size=50_000))
    box.remove("gone")
    assert f"cannot be kept in {tmp_path}: the disk is full." in box.problem
    assert len(caplog.records) == 1, "said once"
    fill_disk(box, room=100_000)
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
        patch.setattr(outbox_rows, "PUT", "INSERT INTO nowhere VALUES (?,?,?,?,?,?,?,?,?,?,?,?)")
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
    outbox.check_room(1_000)
    outbox.add(command("waits"))
    first, vote = (
        compose("cast_vote", CastVote("p", 1, choice), "course:c", None, (1.0, 1.0))
        for choice in ("first thought", "second thought")
    )
    for one in (first, vote):
        outbox.check_room(one.size)
        outbox.add(one)
    assert found(tmp_path, b"second thought")
    assert not found(tmp_path, b"first thought"), "the later one has taken its place"
    outbox.due(0.0)
    outbox.acked(vote.id)
    assert not found(tmp_path, b"second thought")
    assert found(tmp_path, b"waits")
    outbox.close()


def found(folder: Path, wanted: bytes) -> bool:
    """Return True if a text stands in the bytes of any file."""
    return any(wanted in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def damaged(folder: Path, *statements: str) -> Path:
    """A file with the commands a, b and c of a process that is gone, with something done to it."""
    box, _ = open_here(folder)
    for id_ in "abc":
        box.put(command(id_))
    box.close()
    [path] = folder.rglob("*.sqlite3")
    with sqlite3.connect(path) as db:
        for statement in statements:
            db.execute(statement)
    db.close()
    return path


@pytest.mark.parametrize(
    "change",
    [
        "created = 'x'",
        "created = 1e300",
        "created = -1",
        "channel = ''",
        "channel = CAST(x'ff' AS TEXT)",
        "id = x'37'",
        "id = 'not an id'",
        "type = ''",
        "data = '{'",
        "data = '[1]'",
        "data = CAST(replace(hex(zeroblob(9000)), '0', '[') AS BLOB)",
        "data = zeroblob(3000000)",
        "data = 5",
        "lane = x'00'",
        "state = ''",
        "code = 'none'",
        "key = x'00'",
        "error = x'39'",
    ],
)
def test_a_damaged_row_costs_no_other(tmp_path: Path, change: str) -> None:
    damaged(tmp_path, f"UPDATE command SET {change} WHERE id = 'b'")
    box, ids = open_here(tmp_path)
    assert ids == ["a", "c"]
    assert "damaged and was set aside" in box.problem
    box.close()
    box, ids = open_here(tmp_path)
    assert (ids, box.problem) == (["a", "c"], ""), "told once, and nothing comes twice"
    box.close()


def test_what_a_newer_version_has_written_waits_for_it(tmp_path: Path) -> None:
    path = damaged(tmp_path, "UPDATE command SET state = 'later' WHERE id = 'b'")
    for _ in range(2):
        box, ids = open_here(tmp_path)
        assert (ids, box.problem) == (["a", "c"], "")
        box.close()
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT id FROM command").fetchall() == [("b",)]
        db.execute("UPDATE command SET state = 'queued'")
    db.close()
    box, ids = open_here(tmp_path)
    assert sorted(ids) == ["a", "b", "c"]
    box.close()


def test_a_column_more_is_no_damage(tmp_path: Path) -> None:
    damaged(tmp_path, "ALTER TABLE command ADD COLUMN later TEXT NOT NULL DEFAULT ''")
    box, ids = open_here(tmp_path)
    assert (ids, box.problem) == (["a", "b", "c"], "")
    box.close()


@pytest.mark.parametrize("kind", ["folder", "pipe", "schema"])
def test_what_is_no_file_of_ours_stops_nobody(tmp_path: Path, kind: str) -> None:
    path = damaged(tmp_path)
    if kind == "schema":
        content = bytearray(path.read_bytes())
        content[content.index(b"CREATE TABLE command") + 7] = 0x95
        path.write_bytes(content)
    elif kind == "folder":
        path.unlink()
        path.mkdir()
    else:
        path.unlink()
        os.mkfifo(path)
    box, ids = open_here(tmp_path)
    assert ids == []
    box.put(command("d"))
    box.close()
    box, ids = open_here(tmp_path)
    assert ids == ["d"]
    box.close()


COLUMNS = outbox_rows.COLUMNS.split(", ")
_VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.text(max_size=30),
    st.binary(max_size=30),
    st.sampled_from(["chat", "vote", "queued", "sent", "failed", "course:py101", "{}", "later"]),
)


@given(st.lists(st.tuples(st.sampled_from(COLUMNS), _VALUES), max_size=12))
@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_row_the_others_are_taken_over(
    tmp_path: Path, values: list[tuple[str, object]]
) -> None:
    folder = tmp_path / uuid7()
    path = damaged(folder)
    with sqlite3.connect(path) as db:
        columns = "place INTEGER PRIMARY KEY, id, type, channel, data, lane, created, key, state"
        db.execute("ALTER TABLE command RENAME TO good")
        db.execute(f"CREATE TABLE command ({columns}, code, error, boot, since)")
        db.execute("INSERT INTO command SELECT * FROM good")
        for column, value in values:
            with contextlib.suppress(sqlite3.Error):
                db.execute(f"UPDATE command SET {column} = ? WHERE place = 2", (value,))
    db.close()
    outbox = Outbox(OutboxFile(folder, "wss://example.org", "ada"))
    outbox.load(0)
    assert {"a", "c"} <= {c.id for c in outbox}
    rig = Rig(outbox=outbox)
    rig.connect()
    assert {"a", "c"} <= {frame.message_id for frame in rig.sent}
    outbox.close()


def test_a_file_whose_header_forbids_writing_is_set_aside(tmp_path: Path) -> None:
    path = damaged(tmp_path)
    content = bytearray(path.read_bytes())
    content[18] = 3  # the version that may write: one of the future
    path.write_bytes(content)
    box, ids = open_here(tmp_path)
    assert "damaged" in box.problem
    box.close()
    assert not path.exists()
    box, again = open_here(tmp_path)
    assert again == ids
    assert box.problem == ""
    box.close()


@given(st.lists(st.tuples(st.integers(0, 20_000), st.binary(min_size=1, max_size=8)), max_size=20))
@example([(18, b"\x03")])
@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_bytes_are_in_a_file_it_stops_nobody(
    tmp_path: Path, changes: list[tuple[int, bytes]]
) -> None:
    folder = tmp_path / uuid7()
    path = damaged(folder)
    content = bytearray(path.read_bytes())
    for at, piece in changes:
        content[at % len(content) : at % len(content) + len(piece)] = piece
    path.write_bytes(content)
    box, ids = open_here(folder)
    box.put(command("d"))
    box.close()
    box, ids = open_here(folder)
    assert "d" in ids
    assert len(set(ids)) == len(ids)
    box.close()


def test_what_a_full_disk_did_not_take_is_written_once_there_is_room(tmp_path: Path) -> None:
    box, _ = open_here(tmp_path)
    rig = Rig(outbox=Outbox(box))
    rig.submit(command("a"))
    fill_disk(box)
    rig.submit(command("b", size=50_000))
    rig.run(60)
    assert "the disk is full" in box.problem
    fill_disk(box, room=100_000)
    rig.run(6)
    assert box.problem == ""
    [path] = tmp_path.rglob("*.sqlite3")
    assert b"xxxxx" in path.with_name(f"{path.name}-wal").read_bytes()
    box.close()


def test_a_folder_that_can_be_made_later_is_used_from_then_on(tmp_path: Path) -> None:
    in_the_way = tmp_path / "outbox"
    in_the_way.write_text("a file is in the way")
    disk = OutboxFile(in_the_way, "wss://example.org", "ada")
    rig = Rig(outbox=Outbox(disk))
    rig.outbox.load(0)
    rig.submit(command("a"))
    assert "cannot be kept" in disk.problem
    in_the_way.unlink()
    rig.run(6)
    assert disk.problem == ""
    rig.outbox.close()
    box, ids = open_here(in_the_way)
    assert ids == ["a"]
    box.close()


def test_a_file_that_cannot_be_locked_is_told_in_the_right_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(path: Path, **_: bool) -> sqlite3.Connection:
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorcode = sqlite3.SQLITE_BUSY
        raise error

    monkeypatch.setattr(outbox_file, "_open", busy)  # what SQLite makes of ENOLCK
    box, _ = open_here(tmp_path)
    assert "files cannot be locked there" in box.problem
    box.close()
