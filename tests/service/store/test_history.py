"""Which history a store goes on with: after a stop, a crash, and whatever is put in its place."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from edu_widgets.protocol import Cursor
from edu_widgets.protocol.errors import InvalidArgument, ServiceUnavailable
from edu_widgets.service import backups
from edu_widgets.service.locks import alone_in
from edu_widgets.service.store.sqlite import SqliteStore
from tests.service.harness import serving

from .rules import CHANNEL, ask, put

LIVE = ("", "-wal", "-shm", ".generation")


def store_of(folder: Path) -> SqliteStore:
    return SqliteStore(folder / backups.STORE)


async def say(store: SqliteStore, name: str) -> None:
    await store.commit(ask(name, (name, 1)), put)


async def names(store: SqliteStore, cursor: Cursor | None) -> tuple[bool, set[str]]:
    """Whether a mirror at a cursor is told to begin afresh, and what it is sent."""
    caught = await store.changes_since(CHANNEL, cursor, {})
    docs = {doc.id for part in caught.frames for doc in part.docs}
    return bool(caught.frames and caught.frames[0].reset), docs


def sqlite_backup(source: Path, target: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(source)) as a,
        contextlib.closing(sqlite3.connect(target)) as b,
    ):
        a.backup(b)


def copied(backup: Path, store: Path) -> None:
    """As `cp` does it: the same inode."""
    store.write_bytes(backup.read_bytes())


def renamed(backup: Path, store: Path) -> None:
    shutil.copy(backup, store.with_name("new"))
    store.with_name("new").replace(store)


async def crash(store: SqliteStore, folder: Path) -> None:
    """Leave what a killed service leaves: its log is there, its end is not noted."""
    path = folder / backups.STORE
    left = {part: (folder / f"{path.name}{part}").read_bytes() for part in LIVE[:2] + LIVE[3:]}
    await store.close()
    for part, raw in left.items():
        (folder / f"{path.name}{part}").write_bytes(raw)


async def test_stops_and_crashes_go_on_with_the_same_history(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    await say(store, "a")
    before = await store.heads(CHANNEL)
    for _ in range(2):
        await store.close()
        store = store_of(tmp_path)
        assert await store.heads(CHANNEL) == before
    await say(store, "b")
    await crash(store, tmp_path)
    store = store_of(tmp_path)
    assert await names(store, before) == (False, {"b"}), "what stood in the log alone is there"
    await store.close()


@pytest.mark.parametrize("put_back", [copied, renamed, sqlite_backup])
@pytest.mark.parametrize("taken", ["in the same run", "in a run before"])
@pytest.mark.parametrize("ended", ["stopped", "killed"])
async def test_what_is_put_back_while_the_service_is_down_is_another_history(
    tmp_path: Path, put_back: Callable[[Path, Path], None], taken: str, ended: str
) -> None:
    path, backup = tmp_path / backups.STORE, tmp_path / "backup.db"
    store = store_of(tmp_path)
    await say(store, "old")
    sqlite_backup(path, backup)
    if taken == "in a run before":
        await store.close()
        store = store_of(tmp_path)
    await say(store, "gone")
    asleep = await store.heads(CHANNEL)
    if ended == "stopped":
        await store.close()
    else:
        await crash(store, tmp_path)
        if put_back is not sqlite_backup:  # which takes the log away by itself
            for part in ("-wal", "-shm"):
                (tmp_path / f"{path.name}{part}").unlink(missing_ok=True)
    put_back(backup, path)
    store = store_of(tmp_path)
    await say(store, "new")
    assert (await store.heads(CHANNEL)).seq == asleep.seq, "by the number alone it looks right"
    assert await names(store, asleep) == (True, {"old", "new"})
    await store.close()


async def test_a_first_page_that_is_overwritten_is_taken_from_the_log(tmp_path: Path) -> None:
    path = tmp_path / backups.STORE
    store = store_of(tmp_path)
    for n in range(60):  # so that the file grows, and its first page is in the log
        await say(store, f"{n}" * 20)
    head = await store.heads(CHANNEL)
    await crash(store, tmp_path)
    with path.open("r+b") as file:
        file.write(b"\0" * 100)
    store = store_of(tmp_path)
    assert await store.heads(CHANNEL) == head, "nothing is lost, and nothing has to be thrown away"
    await store.close()
    with path.open("r+b") as file:
        file.write(b"\0" * 100)
    with pytest.raises(ServiceUnavailable, match="edu-widgets restore FILE"):
        store_of(tmp_path)


def snapshot(folder: Path) -> dict[str, bytes]:
    """All there is, the witness too, as a disk's or machine's snapshot has it."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def roll_back(folder: Path, taken: dict[str, bytes]) -> None:
    for path in folder.iterdir():
        if path.name not in taken:
            path.unlink()
    for name, raw in taken.items():
        (folder / name).write_bytes(raw)  # under the same inode


@pytest.mark.parametrize("taken", ["running", "stopped", "some starts ago"])
@pytest.mark.parametrize("more", [0, 1, 3])
async def test_a_folder_that_went_back_as_a_whole_is_told_by_who_slept(
    tmp_path: Path, taken: str, more: int
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    store = store_of(folder)
    await say(store, "old")
    if taken != "running":
        await store.close()
    before = snapshot(folder)
    if taken == "running":
        await say(store, "gone")
    for n in range(2 if taken == "some starts ago" else taken == "stopped"):
        store = store_of(folder)
        await say(store, f"gone{n}")
        await store.close()
    if taken != "running":
        store = store_of(folder)
    head = await store.heads(CHANNEL)
    asleep = Cursor(head.epoch, head.seq, store.generation)
    awake = Cursor(head.epoch, 1, "")
    await store.close()
    roll_back(folder, before)
    store = store_of(folder)
    for n in range(head.seq - 1 + more):
        await say(store, f"new{n}")
    now = {"old"} | {f"new{n}" for n in range(head.seq - 1 + more)}
    assert (await store.heads(CHANNEL)).epoch == head.epoch, "nothing in the folder tells"
    assert await names(store, asleep) == (True, now)
    epoch = (await store.heads(CHANNEL)).epoch
    assert epoch != head.epoch, "and whatever else was seen of that history is gone, too"
    assert await names(store, awake) == (True, now)
    await names(store, Cursor(epoch, 10**6, "9-forged"))
    assert (await store.heads(CHANNEL)).epoch == epoch, "once a start: it could be forged"
    await store.close()


async def test_who_slept_through_starts_and_crashes_goes_on(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    await say(store, "a")
    head = await store.heads(CHANNEL)
    asleep = Cursor(head.epoch, head.seq, store.generation)
    for n in range(3):
        await (crash(store, tmp_path) if n == 1 else store.close())
        store = store_of(tmp_path)
        await say(store, f"b{n}")
    assert await names(store, asleep) == (False, {"b0", "b1", "b2"})
    assert (await store.heads(CHANNEL)).epoch == head.epoch
    await store.close()


async def test_who_slept_through_very_many_starts_begins_afresh_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edu_widgets.service.store.runs.KEPT", 3)
    store = store_of(tmp_path)
    await say(store, "a")
    head = await store.heads(CHANNEL)
    asleep = Cursor(head.epoch, head.seq, store.generation)
    for _ in range(4):
        await store.close()
        store = store_of(tmp_path)
    assert await names(store, asleep) == (True, {"a"})
    assert (await store.heads(CHANNEL)).epoch == head.epoch, "nobody else does"
    await store.close()


async def test_a_copy_under_the_log_of_another_file_is_refused(tmp_path: Path) -> None:
    path, backup = tmp_path / backups.STORE, tmp_path / "backup.db"
    store = store_of(tmp_path)
    await say(store, "old")
    await store.close()
    shutil.copy(path, backup)
    store = store_of(tmp_path)
    await say(store, "gone")
    await crash(store, tmp_path)
    copied(backup, path)
    with pytest.raises(ServiceUnavailable, match=r"edu-widgets restore FILE.*service\.db-wal"):
        store_of(tmp_path)
    backups.restore(tmp_path, backup)
    store = store_of(tmp_path)
    assert await names(store, None) == (True, {"old"})
    await store.close()


@pytest.mark.parametrize("ended", ["stopped", "killed"])
async def test_a_backup_of_a_running_service_is_restored(tmp_path: Path, ended: str) -> None:
    backup = tmp_path / "backup.db"
    store = store_of(tmp_path)
    await say(store, "old")
    backups.backup(tmp_path, backup)
    assert backup.stat().st_mode & 0o077 == 0
    beside = [backup.with_name(backup.name + end) for end in ("-wal", "-shm")]
    assert not any(path.exists() for path in beside), "one file, whole by itself"
    await say(store, "gone")
    asleep = await store.heads(CHANNEL)
    await (store.close() if ended == "stopped" else crash(store, tmp_path))
    kept = backups.restore(tmp_path, backup)
    store = store_of(tmp_path)
    await say(store, "new")
    assert await names(store, asleep) == (True, {"old", "new"})
    await store.close()
    assert kept is not None
    with contextlib.closing(sqlite3.connect(kept)) as db:
        ids = {name for (name,) in db.execute("SELECT id FROM documents")}
    assert ids == {"old", "gone"}, "what was there before is kept beside it"


async def test_a_backup_replaces_a_backup_and_nothing_else(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    target = tmp_path / "backup.db"
    backups.backup(tmp_path, target)
    await say(store, "a")
    backups.backup(tmp_path, target)
    with contextlib.closing(sqlite3.connect(target)) as db:
        assert db.execute("SELECT count(*) FROM documents").fetchone() == (1,)
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Ada")
    with pytest.raises(InvalidArgument, match="no backup"):
        backups.backup(tmp_path, letter)
    assert letter.read_text() == "Dear Ada"
    for wrong in (tmp_path, tmp_path / backups.STORE, tmp_path / "no" / "folder.db"):
        with pytest.raises(InvalidArgument):
            backups.backup(tmp_path, wrong)
    with pytest.raises(InvalidArgument, match="no store"):
        backups.backup(tmp_path / "nowhere", target)
    await store.close()


async def test_nothing_is_restored_under_a_running_service(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    await say(store, "a")
    backups.backup(tmp_path, tmp_path / "backup.db")
    with alone_in(tmp_path), pytest.raises(ServiceUnavailable, match="Stop it first"):
        backups.restore(tmp_path, tmp_path / "backup.db")
    assert await names(store, None) == (True, {"a"})
    await store.close()


def foreign(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE recipes (name TEXT)")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_bytes(b"not a database" * 400)


def newer(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version = 99")


@pytest.mark.parametrize("make", [foreign, empty, text, newer])
async def test_what_is_no_backup_is_not_restored(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    store = store_of(tmp_path)
    await say(store, "a")
    await store.close()
    make(tmp_path / "other.db")
    with pytest.raises(InvalidArgument, match=r"other\.db.*nothing was changed"):
        backups.restore(tmp_path, tmp_path / "other.db")
    with pytest.raises(InvalidArgument, match="no file"):
        backups.restore(tmp_path, tmp_path / "missing.db")
    store = store_of(tmp_path)
    assert await names(store, None) == (True, {"a"})
    await store.close()


@pytest.mark.parametrize(
    ("make", "said"),
    [(foreign, "belongs to another program"), (text, "damaged, or no store"), (newer, "newer")],
)
async def test_a_file_that_is_no_store_is_left_as_it_is(
    tmp_path: Path, make: Callable[[Path], None], said: str
) -> None:
    path = tmp_path / backups.STORE
    make(path)
    before = path.read_bytes()
    with pytest.raises(ServiceUnavailable, match=said):
        store_of(tmp_path)
    assert path.read_bytes() == before


async def test_a_damaged_store_is_told_at_the_start(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    for n in range(200):
        await say(store, f"{n}" * 20)
    await store.close()
    path = tmp_path / backups.STORE
    raw = bytearray(path.read_bytes())
    raw[4096 * 3 : 4096 * 9] = b"\xff" * 4096 * 6
    path.write_bytes(raw)
    with pytest.raises(ServiceUnavailable, match="edu-widgets restore FILE"):
        store_of(tmp_path)


@pytest.mark.parametrize("name", ["service.db.generation", "service.json"])
async def test_a_file_beside_the_store_that_is_nested_deeply_is_none(
    tmp_path: Path, name: str
) -> None:
    async with serving(tmp_path) as service:
        await service.join("Ada")
    (tmp_path / name).write_text("[" * 200_000)
    async with serving(tmp_path) as service:
        assert (await service.ask("GET", "/health")).status == 200
