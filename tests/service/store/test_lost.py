"""Nothing is acknowledged that would not be found again."""

import contextlib
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Refused
from edu_widgets.service.store import writer as writing
from edu_widgets.service.store.sqlite import SqliteStore
from edu_widgets.service.supervisor import Supervisor
from edu_widgets.service.vitals import Vitals

from .rules import CHANNEL, ask, burn, put


def deleted(path: Path) -> None:
    for part in ("", "-wal", "-shm"):
        path.with_name(path.name + part).unlink()


def without_log(path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


def replaced(path: Path) -> None:
    shutil.copy(path, path.with_name("copy"))
    path.with_name("copy").replace(path)


def damaged(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096 * 8)


def cut_off(path: Path) -> None:
    os.truncate(path, 8192)


def overwritten(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\0" * 100)


def put_back(path: Path) -> None:
    """By SQLite's own backup, under the running service."""
    with (
        contextlib.closing(sqlite3.connect(path.with_name("backup.db"))) as a,
        contextlib.closing(sqlite3.connect(path)) as b,
    ):
        a.backup(b)


def rescued_in(folder: Path) -> list[Path]:
    return list(folder.glob("service.db.rescued-*"))


async def filled(path: Path) -> SqliteStore:
    """A store with a backup beside it, most of which is in its file, not in its log."""
    store = SqliteStore(path)
    await store.commit(ask("old", ("old", 1)), put)
    with (
        contextlib.closing(sqlite3.connect(path)) as a,
        contextlib.closing(sqlite3.connect(path.with_name("backup.db"))) as b,
    ):
        a.backup(b)
    for n in range(60):
        await store.commit(ask(f"{n}", (f"d{n}", n)), put)
    await store.close()
    return SqliteStore(path)


@pytest.mark.parametrize(
    "fault", [deleted, without_log, replaced, damaged, cut_off, overwritten, put_back]
)
async def test_what_would_be_gone_is_not_acknowledged(
    tmp_path: Path, fault: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "service.db"
    store = await filled(path)
    await store.commit(ask("a", ("a", 1)), put)
    assert not store.problem
    heard: list[object] = []
    store.listen(heard.append)
    fault(path)
    for n in range(3):
        with pytest.raises(Refused) as caught:
            await store.commit(ask(f"after {n}", (f"after{n}", 1)), put)
        assert caught.value.code == Code.UNAVAILABLE
    assert not heard, "nor is it told to anybody"
    assert "service.db" in store.problem
    assert caplog.text.count("Nothing is stored any more") == 1
    with pytest.raises(Refused):
        await store.changes_since(CHANNEL, None, {})  # who asks keeps what they have
    assert await Vitals(store, Supervisor()).ask() == store.problem
    await store.close()


@pytest.mark.parametrize("fault", [deleted, replaced])
async def test_what_a_deleted_store_held_is_not_lost(
    tmp_path: Path, fault: Callable[[Path], None]
) -> None:
    path = tmp_path / "service.db"
    store = await filled(path)
    await store.commit(ask("a", ("a", 1)), put)
    fault(path)
    with pytest.raises(Refused):
        await store.commit(ask("b", ("b", 1)), put)
    (rescued,) = rescued_in(tmp_path)
    assert rescued.name in store.problem
    assert rescued.stat().st_mode & 0o077 == 0
    await store.close()
    store = SqliteStore(path)
    caught = await store.changes_since(CHANNEL, None, {})
    held = {doc.id for part in caught.frames for doc in part.docs}
    assert {"old", "d59", "a"} <= held, "all that was acknowledged"
    assert rescued.exists() == (fault is replaced), "another file in its place is left alone"
    await store.close()


async def test_a_look_that_fails_unexpectedly_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    store = SqliteStore(tmp_path / "service.db")
    monkeypatch.setattr(store, "check", broken)
    monkeypatch.setattr("edu_widgets.service.vitals.FRESH_S", 0)
    vitals = Vitals(store, Supervisor())
    assert await vitals.ask() == "The store could not be asked. The log of the service says why."
    assert "Asking the store failed" in caplog.text
    monkeypatch.undo()
    assert await Vitals(store, Supervisor()).ask() == ""
    await store.close()


async def test_a_deleted_store_is_noticed_though_nobody_writes(tmp_path: Path) -> None:
    store = await filled(tmp_path / "service.db")
    deleted(tmp_path / "service.db")
    assert "deleted or replaced" in await Vitals(store, Supervisor()).ask()
    await store.close()
    assert not (tmp_path / "service.db").exists(), "and none is made in its place"


async def test_damage_that_nobody_meets_is_found_by_reading_all(tmp_path: Path) -> None:
    path = tmp_path / "service.db"
    store = await filled(path)
    await store.check()
    before = path.stat()
    damaged(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(Refused):
        await store.check_whole()
    assert "damaged" in store.problem
    await store.close()


async def test_what_another_program_may_write_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "service.db"
    store = await filled(path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE documents SET body = '{}' WHERE id = 'd1'")
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.utime(path)
    await store.commit(ask("a", ("a", 1)), put)
    assert not store.problem
    await store.close()


async def test_what_the_service_writes_itself_is_not_looked_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await filled(tmp_path / "service.db")
    looked: list[Path] = []

    def look(path: Path) -> str:
        looked.append(path)
        return ""

    monkeypatch.setattr("edu_widgets.service.store.guard.find_damage", look)
    for n in range(3):  # each empties the log into the file
        await store.commit(ask(f"put {n}", ("a", n), channel=f"vault:c:{n}"), put)
        await store.commit(ask(f"burn {n}", ("x", 1), channel=f"vault:c:{n}"), burn)
    await store.writer.submit(lambda db: db.execute("PRAGMA wal_autocheckpoint = 1").fetchone())
    for n in range(20):
        await store.commit(ask(f"more {n}", (f"m{n}", n)), put)
    assert looked == []
    await store.close()


async def test_files_that_come_back_are_written_to_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "service.db"
    monkeypatch.setattr(writing, "LOOK_AGAIN_S", 0)
    store = await filled(path)
    path.rename(tmp_path / "elsewhere")
    with pytest.raises(Refused):
        await store.commit(ask("a", ("a", 1)), put)
    (tmp_path / "elsewhere").rename(path)
    await store.commit(ask("a", ("a", 1)), put)
    assert not store.problem
    await store.close()


async def test_a_writer_that_hangs_or_fails_is_not_healthy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edu_widgets.service.vitals.PATIENCE_S", 0.05)
    store = SqliteStore(tmp_path / "service.db")
    go_on = threading.Event()
    hanging = store.writer.submit(lambda _db: go_on.wait())
    assert "has not answered" in await Vitals(store, Supervisor()).ask()
    go_on.set()
    await hanging
    monkeypatch.undo()
    assert await Vitals(store, Supervisor()).ask() == ""
    monkeypatch.setattr(store.writer, "_write", _broken)
    assert "cannot store anything" in await Vitals(store, Supervisor()).ask()
    monkeypatch.undo()
    await store.close()


def _broken(jobs: object) -> None:
    del jobs
    raise MemoryError


async def test_a_writer_that_met_its_own_fault_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqliteStore(tmp_path / "service.db")
    monkeypatch.setattr(store.writer, "_write", _broken)
    with pytest.raises(Refused) as caught:
        await store.commit(ask("a", ("a", 1)), put)
    assert caught.value.code == Code.UNAVAILABLE
    monkeypatch.undo()
    await store.commit(ask("a", ("a", 1)), put)
    await store.close()
