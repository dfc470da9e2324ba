"""A store moves from its file into Redis and back: everything is the same on both sides."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from edu_widgets.protocol import Cursor
from edu_widgets.protocol.errors import InvalidArgument, ServiceUnavailable
from edu_widgets.protocol.proofs import Verifier, new_secret
from edu_widgets.service.locks import alone_in
from edu_widgets.service.moving import move
from edu_widgets.service.store.redis.store import RedisStore
from edu_widgets.service.store.sqlite import SqliteStore
from tests.redis_server import RedisServer

from .rules import CHANNEL, ask, put

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
