"""The store in Redis: several processes, conflicts, restarts, old snapshots, sealed ballots."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from edu_widgets.protocol import Code, Cursor
from edu_widgets.protocol.errors import InvalidArgument, Refused, ServiceUnavailable
from edu_widgets.service.config import ChannelConfig, RateLimit
from edu_widgets.service.rules import (
    NOBODY,
    Decision,
    RateLimited,
    Request,
    RuleRun,
    Scan,
    Write,
)
from edu_widgets.service.store import Removed
from edu_widgets.service.store.redis import execution
from edu_widgets.service.store.redis.link import Link, check
from edu_widgets.service.store.redis.store import RedisStore
from edu_widgets.service.timers import Due
from tests.redis_server import SAFE, RedisServer
from tests.waiting import PATIENCE, comes_true, wait_until

from .rules import ADA, CHANNEL, Put, ask, burn, count_newest, increment, put

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path


@pytest.fixture
async def two(redis_server: RedisServer, tmp_path: Path) -> AsyncIterator[list[RedisStore]]:
    """Two processes' stores; their ballots' keys are in one folder."""
    with redis_server.client() as client:
        client.flushall()
    keys = tmp_path / "keys"
    stores = []
    for name in "ab":
        (tmp_path / name).mkdir()
        stores.append(RedisStore(redis_server.url, tmp_path / name, keys))
    yield stores
    for store in stores:
        await store.close()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A server that a test may stop."""
    server = RedisServer(tmp_path / "redis")
    server.start()
    yield server
    server.close()


async def value(store: RedisStore, id_: str = "counter", channel: str = CHANNEL) -> Any:
    found = await store.changes_since(channel, None, {})
    docs = {doc.id: doc for frame in found.frames for doc in frame.docs}
    return msgspec.json.decode(docs[id_].body)["value"] if id_ in docs else None


async def same(stores: list[RedisStore], channel: str = CHANNEL) -> None:
    """Wait until all have the same head of a channel."""
    async with asyncio.timeout(30):
        while len({await store.heads(channel) for store in stores}) > 1:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


# -- several processes ------------------------------------------------------------------


async def test_what_one_stores_the_other_hears_of_and_has(two: list[RedisStore]) -> None:
    one, other = two
    heard: list[Any] = []
    other.listen(heard.append)
    done = await one.commit(ask("1", ("a", 7)), put)
    await comes_true(lambda: heard, "the other hears of it")
    assert heard[0].changes == done.changes
    assert await value(other, "a") == 7
    assert await other.heads(CHANNEL) == await one.heads(CHANNEL)


async def test_more_at_once_than_is_sent_ahead_is_stored_in_its_order(
    two: list[RedisStore],
) -> None:
    one, _ = two
    count = 2 * execution.AHEAD + 5
    commits = [one.commit(ask(str(n), (f"d{n}", n)), put) for n in range(count)]
    assert [done.seq for done in await asyncio.gather(*commits)] == list(range(1, count + 1))
    await same(two)
    for store in two:
        assert [await value(store, f"d{n}") for n in (0, count - 1)] == [0, count - 1]


async def test_what_was_sent_before_a_failure_counts_once_when_it_is_sent_again(
    two: list[RedisStore],
) -> None:
    """The mirror fails while rules run, and Redis has some of the commands, and answered them."""
    one, _ = two
    count = 2 * execution.AHEAD
    failing = True

    def fails_late(request: Request[Put]) -> RuleRun:
        if failing and request.message_id == str(count - 1):
            raise sqlite3.OperationalError("disk I/O error")
        return (yield from put(request))

    def send() -> list[Any]:
        return [one.commit(ask(str(n), (f"d{n}", n)), fails_late) for n in range(count)]

    found = await asyncio.gather(*send(), return_exceptions=True)
    assert {getattr(error, "code", None) for error in found} == {Code.UNAVAILABLE}
    failing = False
    again = await asyncio.gather(*send())
    assert sorted(done.seq for done in again) == list(range(1, count + 1))
    assert any(done.replayed for done in again)
    await same(two)
    assert (await two[1].heads(CHANNEL)).seq == count


async def test_no_count_is_lost_when_both_read_and_write_the_same(two: list[RedisStore]) -> None:
    """Each has to be run again whenever somebody else was faster; in the end with the lock."""
    counts = [
        store.commit(ask(f"{n}-{number}"), increment)
        for n in range(40)
        for number, store in enumerate(two)
    ]
    await asyncio.gather(*counts)
    await same(two)
    assert [await value(store) for store in two] == [80, 80]


async def test_what_has_nothing_to_do_with_another_is_never_run_again(
    two: list[RedisStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []
    real = execution.Execution._once_more

    def once_more(self: Any, task: Any, waiting: Any) -> None:
        tries.append(task.tries)
        real(self, task, waiting)

    await two[0].commit(ask("first", ("a", 1)), put)
    await same(two)
    monkeypatch.setattr(execution.Execution, "_once_more", once_more)
    await asyncio.gather(
        *(
            s.commit(ask(f"{n}{i}", (f"d{n}{i}", n)), put)
            for n in range(60)
            for i, s in enumerate(two)
        )
    )
    await same(two)
    assert (await two[0].heads(CHANNEL)).seq == 121
    assert not tries


async def test_a_scan_sees_what_came_from_elsewhere_meanwhile(two: list[RedisStore]) -> None:
    """As a phantom: the scan found no such document when the rule ran first."""
    one, other = two
    await one.commit(ask("0", ("z", 0)), put)
    await same(two)

    ran: list[int] = []

    def slow(request: Request[Put]) -> RuleRun:
        ran.append(1)
        if len(ran) == 1:  # behind its back, as the other process is faster
            asyncio.run_coroutine_threadsafe(other.commit(ask("1", ("new", 1)), put), loop).result(
                30
            )
        return (yield from count_newest(request))

    loop = asyncio.get_running_loop()
    await one.commit(ask("2"), slow)
    found = await one.changes_since(CHANNEL, None, {})
    docs = {doc.id: doc for frame in found.frames for doc in frame.docs}
    assert msgspec.json.decode(docs["found"].body) == ["z", "new"]
    assert len(ran) == 2


async def test_a_refusal_is_said_only_by_who_knows_all(two: list[RedisStore]) -> None:
    """A mirror that lacks the poll must not refuse its votes."""
    one, other = two
    other._heard._missed = other._heard._heard = lambda *_: None  # type: ignore[assignment]
    await one.commit(ask("1", ("poll", 1)), put)

    def vote(request: Request[Put]) -> RuleRun:
        found = yield Scan(request.channel, "k")
        if not found:
            raise Refused("There is no such poll.", Code.NOT_FOUND)
        return Decision([Write(request.channel, "vote", "v", 1)])

    assert (await other.commit(ask("2"), vote)).seq == 2


async def test_a_command_sent_to_both_counts_once(two: list[RedisStore]) -> None:
    request = ask("1", ("a", 1))
    done = await asyncio.gather(*(store.commit(request, put) for store in two))
    assert sorted(one.replayed for one in done) == [False, True]
    assert {one.seq for one in done} == {1}


async def test_a_limit_holds_over_all_processes(two: list[RedisStore]) -> None:
    config = ChannelConfig(rate_limit=RateLimit(messages=5, interval=60_000))
    asked = [
        replace(ask(f"{n}", (f"d{n}", 1)), config=config, counted="course:c") for n in range(20)
    ]
    done = await asyncio.gather(
        *(two[n % 2].commit(request, put) for n, request in enumerate(asked)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, RateLimited) for one in done) == 15


async def test_who_is_removed_at_one_says_nothing_at_the_other(two: list[RedisStore]) -> None:
    one, other = two
    heard: list[str] = []
    other.listen_people(heard.append)
    await one.enter("c", ADA.id, "Ada", "student")
    await one.remove(Removed("c", ADA.id, "Ada", 1), "p", same_join=False)
    with pytest.raises(Refused) as refused:
        await other.commit(ask("1", ("a", 1)), put)
    assert refused.value.code == Code.REMOVED
    await comes_true(lambda: ADA.id in heard, "the other hears of it")
    assert await other.removed_from(ADA.id) == {"c"}


async def test_names_are_given_once_over_all_processes(two: list[RedisStore]) -> None:
    entered = await asyncio.gather(
        *(two[n % 2].enter("c", f"u{n}", "Ada", "student") for n in range(8))
    )
    assert len({member.name for member in entered}) == 8


async def test_a_cursor_from_the_other_process_is_no_sign_of_an_older_copy(
    two: list[RedisStore],
) -> None:
    one, other = two
    await one.commit(ask("1", ("a", 1)), put)
    await same(two)
    other._heard.close()  # it hears of nothing any more
    await one.commit(ask("2", ("b", 1)), put)
    head = await one.heads(CHANNEL)
    found = await other.changes_since(CHANNEL, Cursor(head.epoch, head.seq, one.generation), {})
    assert (found.epoch, found.seq, found.frames) == (head.epoch, 2, ())


@pytest.mark.nightly
async def test_a_process_that_hears_nothing_asks_for_what_it_lacks(two: list[RedisStore]) -> None:
    one, other = two
    other._heard.close()
    heard: list[Any] = []
    other.listen(heard.append)
    for n in range(3):
        await one.commit(ask(f"{n}", ("a", n)), put)
    await comes_true(lambda: len(heard) == 3, "it asks once in a while")
    assert [c.prev for commit in heard for c in commit.changes] == [0, 1, 2]


@pytest.mark.nightly
async def test_who_lacks_more_than_the_log_has_begins_anew(two: list[RedisStore]) -> None:
    one, other = two
    await one.commit(ask("0", ("a", 0)), put)
    await same(two)
    other._heard.close()
    heard: list[Any] = []
    other.listen(heard.append)
    await one.commit(ask("1", ("a", 1), ("b", 1)), put)
    with one_client(one) as client:
        client.delete("edu:0:{c}:log")
    await one.commit(ask("2", ("a", 2)), put)
    await comes_true(lambda: heard and heard[-1].changes[0].seq == 4, "it loads the course")
    assert [doc.id for doc in heard[-1].changes[0].docs][-1] == "a"
    assert await value(other, "a") == 2


def one_client(store: RedisStore) -> contextlib.AbstractContextManager[Any]:
    client: Any = __import__("redis").Redis(connection_pool=store._redis.replica.link._pool)
    return contextlib.nullcontext(client)


# -- timers ---------------------------------------------------------------------------------


def end(request: Request[Due]) -> RuleRun:
    yield from ()
    return Decision([Write(request.channel, request.data.id, "ended", {"value": 1})])


async def times_out(store: RedisStore, id_: str) -> None:
    asked = (CHANNEL, NOBODY, "end", Due(id_), id_, 1, ChannelConfig())
    await store.commit(Request("c", *asked), end)


async def leads(stores: list[RedisStore]) -> RedisStore:
    """Wait until one of them leads the course; returns it."""
    found: list[RedisStore] = []

    def led() -> bool:
        found[:] = [store for store in stores if "c" in store._redis.replica.leases.fences]
        return len(found) == 1

    await comes_true(led, "one leads")
    return found[0]


async def test_timers_run_at_one_and_later_at_another(two: list[RedisStore]) -> None:
    await two[0].commit(ask("1", ("a", 1)), put)
    await same(two)
    leader = await leads(two)
    (other,) = (store for store in two if store is not leader)
    with pytest.raises(Refused) as refused:
        await times_out(other, "x")
    assert refused.value.code == Code.UNAVAILABLE
    await times_out(leader, "x")
    assert await value(leader, "x") == 1
    # As if it slept while another took over: its number is an old one, and the script says so.
    stale = dict(leader._redis.replica.leases.fences)
    with one_client(leader) as client:
        client.hset("edu:0:{c}:leader", mapping={"holder": "another", "fence": stale["c"] + 1})
    leader._redis.replica.leases.fences = stale
    with pytest.raises(Refused):
        await times_out(leader, "y")
    with one_client(leader) as client:
        client.delete("edu:0:{c}:leader")
    await leads(two)


# -- restarts, old snapshots, full memory -------------------------------------------------


async def test_nothing_acknowledged_is_lost_when_redis_is_killed(
    own_server: RedisServer, tmp_path: Path
) -> None:
    store = RedisStore(own_server.url, tmp_path)
    before = await store.heads(CHANNEL)
    acknowledged = 0
    for n in range(30):
        if n == 20:
            own_server.stop(kill=True)
            own_server.start()
        with contextlib.suppress(Refused):
            await store.commit(ask(f"{n}", (f"d{n}", n)), put)
            acknowledged += 1
    assert acknowledged >= 20
    found = await store.changes_since(CHANNEL, None, {})
    assert len([doc for frame in found.frames for doc in frame.docs]) == acknowledged
    assert found.epoch != before.epoch, "it may have gone back: mirrors begin afresh"
    await store.close()


@pytest.mark.nightly
@pytest.mark.parametrize("kind", ["append-only file", "RDB file", "into the running server"])
async def test_an_older_snapshot_is_another_history(
    own_server: RedisServer, tmp_path: Path, kind: str
) -> None:
    """Each way in which a backup of Redis is put back."""
    store = RedisStore(own_server.url, tmp_path)
    await store.commit(ask("1", ("a", 1)), put)
    put_back = BACKUPS[kind](own_server, tmp_path / "backup")
    await until_stored(store, ask("2", ("gone", 1)))
    head = await store.heads(CHANNEL)
    put_back()
    await until_stored(store, ask("3", ("new", 1)))
    found = await store.changes_since(CHANNEL, head, {})
    assert found.seq == head.seq, "by the number alone the cursor looks right"
    assert found.frames[0].reset
    assert {doc.id for frame in found.frames for doc in frame.docs} == {"a", "new"}
    await store.close()


async def until_stored(store: RedisStore, request: Request[Any]) -> None:
    """Commit something, as soon as that is possible."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with contextlib.suppress(Refused):
                await store.commit(request, put)
                return


def append_only(server: RedisServer, backup: Path) -> Callable[[], None]:
    server.stop()
    shutil.copytree(server.folder, backup)
    server.start()

    def put_back() -> None:
        server.stop()
        shutil.rmtree(server.folder)
        shutil.copytree(backup, server.folder)
        server.start()

    return put_back


def rdb(server: RedisServer, backup: Path) -> Callable[[], None]:
    """As Redis's manual says: it starts without the append-only file, which is turned on then."""
    with server.client() as client:
        client.save()
    shutil.copy(server.folder / "dump.rdb", backup)

    def put_back() -> None:
        server.stop()
        shutil.rmtree(server.folder)
        server.folder.mkdir()
        shutil.copy(backup, server.folder / "dump.rdb")
        safe, server.settings = server.settings, ("--appendonly", "no")
        server.start()
        server.settings = safe
        with server.client() as client:
            client.config_set("appendfsync", "always")
            client.config_set("appendonly", "yes")
            wait_until(lambda: has_append_only_file(client), "its first append-only file")

    return put_back


def has_append_only_file(client: Any) -> bool:
    told = client.info("persistence")
    return not (told["aof_rewrite_in_progress"] or told["aof_rewrite_scheduled"])


def in_place(server: RedisServer, _backup: Path) -> Callable[[], None]:
    """Redis goes on running, and its keys become what they were."""
    with server.client() as client:
        kept = {name: client.dump(name) for name in client.scan_iter()}

    def put_back() -> None:
        with server.client() as client, client.pipeline() as pipeline:
            pipeline.flushall()
            for name, value in kept.items():
                pipeline.restore(name, 0, value)
            pipeline.execute()

    return put_back


BACKUPS = {
    "append-only file": append_only,
    "RDB file": rdb,
    "into the running server": in_place,
}


@pytest.mark.nightly
async def test_full_memory_is_told_and_survived(own_server: RedisServer, tmp_path: Path) -> None:
    store = RedisStore(own_server.url, tmp_path)
    await store.commit(ask("1", ("a", 1)), put)
    with own_server.client() as client:
        client.config_set("maxmemory", "1")
        with pytest.raises(Refused) as refused:
            await store.commit(ask("2", ("b", 1)), put)
        assert refused.value.code == Code.UNAVAILABLE
        assert await value(store, "a") == 1, "reading goes on"
        client.config_set("maxmemory", "0")
    done = await store.commit(ask("2", ("b", 1)), put)
    assert (done.seq, done.replayed) == (2, False)
    await store.close()


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("settings", "why"),
    [
        (("--appendonly", "no"), "append-only"),
        ((*SAFE, "--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru"), "maxmemory-policy"),
    ],
)
async def test_a_redis_that_may_lose_something_is_refused(
    tmp_path: Path, settings: tuple[str, ...], why: str
) -> None:
    server = RedisServer(tmp_path / "redis", *settings)
    server.start()
    try:
        with pytest.raises(ServiceUnavailable, match=why):
            RedisStore(server.url, tmp_path)
        await RedisStore(server.url, tmp_path, allow_loss=True).close()
    finally:
        server.close()


def test_what_a_redis_promises_is_said(redis_server: RedisServer) -> None:
    link = Link(redis_server.url)
    assert "Nothing that is acknowledged is lost" in check(link, allow_loss=False)
    link.drop()
    with pytest.raises(InvalidArgument, match="redis://"):
        Link("http://example.org")


# -- ballots ----------------------------------------------------------------------------------

VAULT = "vault:c:p"


def vote(request: Request[Put]) -> RuleRun:
    """Put a ballot into the vault, and read it back as any process does."""
    found = yield Scan(VAULT, "ballot")
    said = sum(msgspec.json.decode(doc.body) == "said in secret" for doc in found)
    ballot = Write(VAULT, request.message_id, "ballot", "said in secret")
    return Decision([ballot, Write(request.channel, "read", "r", {"value": said})])


def files(folder: Path, pattern: str) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob(pattern) if path.is_file()]


async def test_ballots_are_sealed_and_go_with_their_key(
    two: list[RedisStore], redis_server: RedisServer, tmp_path: Path
) -> None:
    for number, store in enumerate((*two, two[0])):
        await store.commit(ask(f"{number}"), vote)
    assert await value(two[0], "read") == 2
    raw = b"".join(files(redis_server.folder, "*.aof"))
    assert b"sealed" in raw
    assert b"said in secret" not in raw
    assert not any(b"said in secret" in raw for raw in files(tmp_path, "mirror.db*"))
    (key,) = (tmp_path / "keys").glob("*.key")
    assert key.stat().st_mode & 0o077 == 0
    data = Put([(VAULT, "", "", None)])
    await two[1].commit(Request("c", CHANNEL, ADA, "put", data, "burn", 1, ChannelConfig()), burn)
    assert not list((tmp_path / "keys").iterdir()), "no copy of a ballot can be read any more"
    await same(two)
    assert (await two[0].heads(VAULT)).seq == 0
