"""A store moves from its file into Redis and back: everything is the same on both sides."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from edu_widgets.protocol import Cursor
from edu_widgets.protocol.errors import InvalidArgument, ServiceUnavailable
from edu_widgets.protocol.proofs import Verifier, new_secret
from edu_widgets.service import backups, moving
from edu_widgets.service.config import ChannelConfig
from edu_widgets.service.locks import alone_in
from edu_widgets.service.moving import move
from edu_widgets.service.options import Redis
from edu_widgets.service.rules import Decision, Request, RuleRun, Write
from edu_widgets.service.steady_time import now_ms
from edu_widgets.service.store import NewBlob
from edu_widgets.service.store.redis.store import RedisStore
from edu_widgets.service.store.sqlite import SqliteStore
from tests.redis_server import RedisServer

from .rules import ADA, CHANNEL, ask, put
from .test_blobs import DATA, REF

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from edu_widgets.service.store import Store


@pytest.fixture
def redis(redis_server: RedisServer) -> Iterator[RedisServer]:
    with redis_server.client() as client:
        client.flushall()
    yield redis_server
    with redis_server.client() as client:
        client.flushall()


async def fill(store: Store) -> dict[str, Any]:
    """Messages, a person with a secret, a removal."""
    for n in range(3):
        await store.commit(ask(f"c{n}", (f"m{n}", n)), put)
    secret = new_secret()
    await store.add_person("ada", Verifier.of(secret))
    return await everything(store) | {"service": (await store.service()).id}


async def everything(store: Store) -> dict[str, Any]:
    """What is in the channel, and where its history is."""
    caught_up = await store.changes_since(CHANNEL, None, {})
    heads = await store.heads(CHANNEL)
    return {
        "docs": [(d.id, d.born, d.seq, bytes(d.body)) for f in caught_up.frames for d in f.docs],
        "head": heads.seq,
    }


async def test_there_and_back(redis: RedisServer, tmp_path: Path) -> None:
    store: Store = SqliteStore(tmp_path / "service.db")
    before = await fill(store)
    cursor = await store.heads(CHANNEL)
    await store.close()
    picture = b"GIF89a" * 1000
    with contextlib.closing(sqlite3.connect(tmp_path / "service.db")) as db:
        member = ("c", "ada", "Ada", "ada", "student")
        columns = "course, user, name, name_key, role"
        db.execute(f"INSERT INTO members ({columns}) VALUES (?, ?, ?, ?, ?)", member)
        row = (CHANNEL, "h1", "c", "ada", "image/gif", 1, 1, len(picture), 0, picture)
        db.execute("INSERT INTO blobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        db.execute("INSERT INTO blob_uses VALUES (?, 'h1', 'm0')", (CHANNEL,))
        db.commit()
    told = move(tmp_path, redis.url, None, back=False)
    assert "3 documents, 1 memberships and 1 pictures of 1 courses" in told
    assert not (tmp_path / "service.db").exists(), "nobody goes on with it by mistake"
    store = RedisStore(redis.url, tmp_path)
    assert await everything(store) | {"service": (await store.service()).id} == before
    assert await store.heads(CHANNEL) == replace_generation(cursor, await store.heads(CHANNEL))
    assert set(await store.memberships("ada")) == {"c"}
    blob = await store.blob(CHANNEL, "h1", "ada")
    assert blob is not None
    assert blob.data == picture
    await store.commit(ask("c3", ("m3", 3)), put)
    after = await everything(store)
    await store.close()
    assert "4 documents" in move(tmp_path, redis.url, None, back=True)
    store = SqliteStore(tmp_path / "service.db")
    assert await everything(store) == after
    blob = await store.blob(CHANNEL, "h1", "ada")
    assert blob is not None
    assert blob.data == picture
    assert (await store.heads(CHANNEL)).epoch != cursor.epoch, "Redis may have gone on"
    await store.close()


def replace_generation(cursor: Cursor, other: Cursor) -> Cursor:
    """A cursor as it is in another start of the service."""
    return Cursor(cursor.epoch, cursor.seq, other.generation)


async def test_what_cannot_be_moved_stays_as_it_is(redis: RedisServer, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="no store of a service"):
        move(tmp_path, redis.url, None, back=False)
    with pytest.raises(InvalidArgument, match="holds no service"):
        move(tmp_path, redis.url, None, back=True)
    store = SqliteStore(tmp_path / "service.db")
    await fill(store)
    await store.close()
    there = RedisStore(redis.url, tmp_path)
    with pytest.raises(ServiceUnavailable, match="A service runs on the Redis"):
        move(tmp_path, redis.url, None, back=False)
    await there.close()
    with pytest.raises(InvalidArgument, match="holds a service already"):
        move(tmp_path, redis.url, None, back=False)
    assert (tmp_path / "service.db").exists()


async def test_not_while_an_anonymous_poll_is_open(redis: RedisServer, tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "service.db")
    await fill(store)
    await store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "service.db")) as db:
        row = ("vault:py101:p1", "py101", "e", 1)
        db.execute("INSERT INTO channels (name, course, epoch, head) VALUES (?, ?, ?, ?)", row)
        db.commit()
    with pytest.raises(InvalidArgument, match="An anonymous poll is open"):
        move(tmp_path, redis.url, None, back=False)
    with redis.client() as client:
        assert client.keys() == []


def test_not_while_the_service_runs(tmp_path: Path) -> None:
    with alone_in(tmp_path), pytest.raises(ServiceUnavailable, match="Stop it first"):
        move(tmp_path, "redis://127.0.0.1:1", None, back=False)


async def test_a_backup_of_what_runs_on_redis_is_restored_there_and_in_a_file(
    redis: RedisServer, tmp_path: Path
) -> None:
    """Whoever was further on than the backup is told to begin anew."""
    store: Store = RedisStore(redis.url, tmp_path)
    before = await fill(store)
    await store.put_blob(NewBlob("c", CHANNEL, ADA.id, REF, DATA, now_ms(), unlimited=True))
    backup = tmp_path / "backup.db"
    moving.backup(Redis(redis.url), backup)
    assert backup.stat().st_mode & 0o777 == 0o600
    await store.commit(ask("late", ("late", 1)), put)
    head = await store.heads(CHANNEL)
    with pytest.raises(ServiceUnavailable, match="A service runs on the Redis"):
        moving.restore(Redis(redis.url), backup)
    await store.close()
    with pytest.raises(InvalidArgument, match="holds a service already"):
        moving.restore(Redis(redis.url), backup)
    with redis.client() as client:
        client.flushall()
    moving.restore(Redis(redis.url), backup)
    (tmp_path / "file").mkdir()
    backups.restore(tmp_path / "file", backup)
    for again in (
        RedisStore(redis.url, tmp_path),
        SqliteStore(tmp_path / "file" / "service.db"),
    ):
        assert await everything(again) | {"service": (await again.service()).id} == before
        blob = await again.blob(CHANNEL, REF.hash, ADA.id)
        assert blob is not None
        assert blob.data == DATA
        await again.commit(ask("new", ("new", 1)), put)
        found = await again.changes_since(CHANNEL, head, {})
        assert found.seq == head.seq, "by the number alone the cursor looks right"
        assert found.frames[0].reset
        await again.close()


async def test_a_backup_has_no_ballots(redis: RedisServer, tmp_path: Path) -> None:
    """Nobody could destroy them there; the poll's other documents are in it."""
    vault = Request("c", "vault:c:p1", ADA, "put", None, "v", 1, ChannelConfig())
    store = RedisStore(redis.url, tmp_path)
    await fill(store)
    await store.commit(vault, ballot)
    moving.backup(Redis(redis.url), tmp_path / "backup.db")
    await store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "backup.db")) as db:
        (channels,) = zip(*db.execute("SELECT name FROM channels"), strict=True)
        ids = {id_ for (id_,) in db.execute("SELECT id FROM documents")}
    assert channels == (CHANNEL,)
    assert ids == {"m0", "m1", "m2"}
    assert b"sealed" not in (tmp_path / "backup.db").read_bytes()


def ballot(request: Request[Any]) -> RuleRun:
    yield from ()
    return Decision([Write(request.channel, "b", "k", {"choice": 1})])


def test_what_cannot_be_backed_up_or_restored(redis: RedisServer, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="holds no service"):
        moving.backup(Redis(redis.url), tmp_path / "backup.db")
    assert not (tmp_path / "backup.db").exists()
    (tmp_path / "letter").write_text("Dear Ada")
    with pytest.raises(InvalidArgument, match="is no backup"):
        moving.backup(Redis(redis.url), tmp_path / "letter")
    with pytest.raises(InvalidArgument, match="no backup"):
        moving.restore(Redis(redis.url), tmp_path / "letter")
    with pytest.raises(ServiceUnavailable, match="cannot be used"):
        moving.backup(Redis("redis://127.0.0.1:1"), tmp_path / "backup.db")
