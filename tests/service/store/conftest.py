"""Every store, for the contract."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from edu_widgets.service.store import Store
from edu_widgets.service.store.sqlite import SqliteStore
from tests.redis_server import RedisServer

OpenStore = Callable[[], Awaitable[Store]]


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One server for all tests that do not stop it."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.close()


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.nightly)])
async def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenStore]:
    """Opens the same store again and again; what is left open is closed."""
    opened: list[SqliteStore] = []
    url = ""
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("redis_server")
        url = server.url
        with server.client() as client:
            client.flushall()

    async def once_more() -> Store:
        if opened:
            await opened.pop().close()
        opened.append(_on_redis(url, tmp_path) if url else SqliteStore(tmp_path / "service.db"))
        return opened[-1]

    yield once_more
    for store in opened:
        await store.close()


def _on_redis(url: str, folder: Path) -> SqliteStore:
    from edu_widgets.service.store.redis.store import RedisStore

    return RedisStore(url, folder)


@pytest.fixture
async def store(reopen: OpenStore) -> Store:
    return await reopen()
