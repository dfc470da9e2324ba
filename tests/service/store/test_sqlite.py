"""SQLite's own cases: full disks, foreign locks, restored files."""

import asyncio
import contextlib
import shutil
import sqlite3
from functools import lru_cache
from pathlib import Path

import pytest

from edu_widgets.protocol import Code, Cursor
from edu_widgets.protocol.errors import Refused, ServiceUnavailable
from edu_widgets.protocol.text_normalization import look_alike_key
from edu_widgets.service.config import ChannelConfig
from edu_widgets.service.rules import Decision, Person, Request, RuleRun, Write
from edu_widgets.service.store import LinkCode, Newcomer, members, schema
from edu_widgets.service.store.sqlite import SqliteStore
from edu_widgets.service.store.sweeping import MAX_MEMBERS

from .rules import ADA, CHANNEL, Put, ask, burn, put


def bulky(request: Request[Put]) -> RuleRun:
    yield from ()
    return Decision([Write(request.channel, request.message_id, "k", "x" * 200_000)])


async def test_acks_are_durable(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    (mode,) = await store.readers.rows("PRAGMA journal_mode")
    full = await store.writer.submit(lambda db: db.execute("PRAGMA synchronous").fetchone()[0])
    await store.close()
    assert (mode[0], full) == ("wal", 2)


def modes(folder: Path) -> set[int]:
    return {p.stat().st_mode & 0o077 for p in folder.glob("s.db*") if p.suffix != ".generation"}


async def test_the_file_is_its_owners_only(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    await store.commit(ask("1", ("a", 1)), put)
    found = modes(tmp_path)
    await store.close()
    assert found == {0}


async def test_a_full_disk_is_told_and_survived(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    await store.commit(ask("1", ("a", 1)), put)
    pages = await store.writer.submit(lambda db: db.execute("PRAGMA page_count").fetchone()[0])
    await store.writer.submit(
        lambda db: db.execute(f"PRAGMA max_page_count = {pages + 5}").fetchone()
    )
    with pytest.raises(Refused) as caught:
        await store.commit(ask("2"), bulky)
    assert caught.value.code == Code.UNAVAILABLE
    assert (await store.changes_since(CHANNEL, None, {})).seq == 1, "reading goes on"
    await store.writer.submit(lambda db: db.execute("PRAGMA max_page_count = 100000").fetchone())
    done = await store.commit(ask("2"), bulky)
    assert (done.seq, done.replayed) == (2, False)
    await store.close()


async def test_a_file_locked_by_another_program_is_told_and_survived(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    await store.writer.submit(lambda db: db.execute("PRAGMA busy_timeout = 50").fetchone())
    other = sqlite3.connect(tmp_path / "s.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Refused) as caught:
        await store.commit(ask("1", ("a", 1)), put)
    assert caught.value.code == Code.UNAVAILABLE
    other.execute("ROLLBACK")
    other.close()
    assert (await store.commit(ask("1", ("a", 1)), put)).seq == 1
    await store.close()


async def test_a_restored_copy_is_another_history(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    store = SqliteStore(path)
    await store.commit(ask("1", ("a", 1)), put)
    await store.close()
    shutil.copy(path, tmp_path / "backup")
    store = SqliteStore(path)
    await store.commit(ask("2", ("a", 2)), put)
    before = await store.heads(CHANNEL)
    await store.close()
    path.write_bytes((tmp_path / "backup").read_bytes())  # in place: the same inode
    store = SqliteStore(path)
    await store.commit(ask("3", ("a", 3)), put)
    caught = await store.changes_since(CHANNEL, before, {})
    assert before.seq == caught.seq, "by its number alone the cursor looks right"
    assert caught.frames[0].reset
    await store.close()


async def test_a_copy_elsewhere_is_another_history(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    await store.commit(ask("1", ("a", 1)), put)
    before = await store.heads(CHANNEL)
    await store.close()
    shutil.copy(tmp_path / "s.db", tmp_path / "t.db")
    store = SqliteStore(tmp_path / "t.db")
    assert (await store.heads(CHANNEL)).epoch != before.epoch
    await store.close()


async def test_a_file_that_is_no_store_is_named(tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes(b"not a database" * 100)
    with pytest.raises(ServiceUnavailable, match=r"s\.db"):
        SqliteStore(tmp_path / "s.db")


async def test_another_versions_file_is_not_touched(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "s.db")
    db.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    db.close()
    with pytest.raises(ServiceUnavailable, match="newer version of edu-widgets"):
        SqliteStore(tmp_path / "s.db")


async def test_a_store_of_before_keeps_its_names_from_others(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "s.db")) as db:
        db.executescript(schema.TABLES)
        db.execute("INSERT INTO meta VALUES ('epoch', 'e')")
        members = [
            ("u1", "\u0130nci", "i\u0307nci"),
            ("u2", "Ada", "ada"),
            ("u3", "ADA (2)", "ada (2)"),
        ]
        row = "INSERT INTO members VALUES ('py101', ?, ?, ?, 'student')"
        db.executemany(row, members)
        db.execute("PRAGMA user_version = 1")
        db.commit()
    store = SqliteStore(tmp_path / "s.db")
    assert (await store.enter("py101", "u4", "inci", "student")).name == "inci (2)"
    assert (await store.enter("py101", "u2", "Ada", "student")).name == "Ada"
    await store.close()


@pytest.mark.parametrize("version", range(1, schema.VERSION))
async def test_a_store_of_each_earlier_version_links_viewers(tmp_path: Path, version: int) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "s.db")) as db:
        db.executescript(schema.TABLES)
        db.execute("INSERT INTO meta VALUES ('epoch', 'e')")
        for later in range(2, version + 1):
            db.executescript(schema.SINCE[later])
        for user, name in (("u1", "Ada"), ("u2", "Bob")):
            row = "INSERT INTO members (course, user, name, name_key, role)"
            db.execute(f"{row} VALUES ('py101', '{user}', '{name}', '{name.lower()}', 'student')")
        db.execute(f"PRAGMA user_version = {version}")
        db.commit()
    store = SqliteStore(tmp_path / "s.db")
    await store.vouch(Newcomer("py101", "via-1", "Bob", now=1, voucher="u1"))
    await store.add_link_code(LinkCode("py101", "u2", "d", expires=9))
    assert (await store.link("py101", "via-1", "d", now=2)).person.id == "u2"
    assert (await store.memberships("u2"))["py101"].linked == ""
    await store.sweep(10, 0)
    assert (await store.sizes())["link_codes"] == 0
    await store.close()


async def test_codes_and_links_go_with_the_course_and_the_member(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    for user, name in (("u1", "Ada"), ("u2", "Bob"), ("u3", "Lina")):
        await store.enter("py101", user, name, "student")
    await store.vouch(Newcomer("py101", "via-1", "Bob", now=1, voucher="u1"))
    for user in ("u2", "u3"):
        await store.add_link_code(LinkCode("py101", user, user, expires=9))
    await store.link("py101", "via-1", "u2", now=2)
    await store.writer.submit(lambda db: db.execute("DELETE FROM members WHERE user = 'u2'"))
    assert await store.removed_from("via-1") == {"py101"}, "the member was forgotten"
    again = await store.vouch(Newcomer("py101", "via-1", "Bob", now=3, voucher="u1"))
    assert (again.linked, again.via) == ("", "Ada"), "a viewer as before"
    await store.erase("py101", "u3", now=4)
    assert (await store.sizes())["link_codes"] == 0
    await store.close()


async def test_what_was_queued_is_stored_before_the_end(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    waiting = [
        asyncio.ensure_future(store.commit(ask(f"{n}", (f"d{n}", 1)), put)) for n in range(50)
    ]
    await asyncio.sleep(0)
    await store.close()
    assert [done.seq for done in await asyncio.gather(*waiting)] == list(range(1, 51))


async def test_readers_see_whole_commits_only(tmp_path: Path) -> None:
    """Both documents of each commit carry one number; no catch-up may see them apart."""
    store = SqliteStore(tmp_path / "s.db")
    torn: list[object] = []
    going = True

    async def look() -> None:
        cursor = Cursor((await store.heads(CHANNEL)).epoch, 0)
        while going:
            caught = await store.changes_since(CHANNEL, cursor, {})
            found = {d.id: bytes(d.body) for f in caught.frames for d in f.docs}
            if found and found["a"] != found["b"]:
                torn.append(found)

    reader = asyncio.ensure_future(look())
    for n in range(200):
        await store.commit(ask(f"{n}", ("a", n), ("b", n)), put)
    going = False
    await reader
    await store.close()
    assert not torn


def secretly(request: Request[Put]) -> RuleRun:
    yield from ()
    return Decision([Write("vault:c:p", f"d{n}", "k", f"secret {n}") for n in range(200)])


def files_with(folder: Path, wanted: bytes) -> set[str]:
    """The store's files that contain these bytes."""
    return {path.name for path in folder.glob("s.db*") if wanted in path.read_bytes()}


async def test_what_an_erased_person_wrote_is_in_no_file_any_more(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    ada = Person("u-lovelace", "Ada", "student")

    def say(request: Request[Put]) -> RuleRun:
        yield from ()
        return Decision([Write(request.channel, "m", "k", f"said in {request.course}")])

    for course in ("c", "d"):
        await store.enter(course, ada.id, ada.name, ada.role)
        where = (course, f"course:{course}", ada)
        await store.commit(Request(*where, "put", Put([]), "1", 1, ChannelConfig()), say)
    assert files_with(tmp_path, b"said in c")
    assert await store.erase("c", ada.id, now=9) == 1
    assert files_with(tmp_path, b"said in c") == set()
    assert files_with(tmp_path, b"said in d"), "another course's"
    authors = await store.readers.rows("SELECT channel, author FROM documents ORDER BY channel")
    assert authors == [("course:c", ""), ("course:d", ada.id)]
    await store.close()


async def test_what_is_destroyed_is_in_no_file_any_more(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "s.db")
    await store.commit(ask("1"), secretly)
    assert files_with(tmp_path, b"secret 17")
    data = Put([("vault:c:p", "", "", None)])
    request = Request("c", CHANNEL, ADA, "put", data, "2", 1, ChannelConfig())
    # Somebody who reads an older state keeps the log from being emptied; later it is.
    reader = schema.connect(tmp_path / "s.db", read_only=True)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM documents").fetchone()
    await store.writer.submit(lambda db: db.execute("PRAGMA busy_timeout = 50"))
    await store.commit(request, burn)
    assert files_with(tmp_path, b"secret 17")
    reader.close()
    await store.commit(ask("3", ("a", 1)), put)
    await store.commit(ask("4", ("a", 2)), put)
    assert files_with(tmp_path, b'"secret ') == set()
    await store.close()


async def test_a_large_course_is_not_looked_through_anew_for_each_newcomer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def look(name: str) -> str:
        looked.append(name)
        return look_alike_key(name)

    monkeypatch.setattr(members, "_look", lru_cache(members._look.cache_info().maxsize)(look))
    store = SqliteStore(tmp_path / "service.db")
    await store.enter("c", "u", "Ada", "student")
    rows = [("c", f"u{n}", f"P {n}", f"p {n}", "student") for n in range(MAX_MEMBERS - 10)]
    rows += [("c", f"a{n}", f"Ada ({n})", f"ada ({n})", "student") for n in range(2, 8)]
    into = "INSERT INTO members (course, user, name, name_key, role) VALUES (?, ?, ?, ?, ?)"
    await store.writer.submit(lambda db: db.executemany(into, rows).close())
    await store.enter("c", "x", "Zoe", "student")
    looked.clear()
    assert (await store.enter("c", "y", "ada", "student")).name == "ada (8)"
    assert len(looked) < 3
    await store.close()
