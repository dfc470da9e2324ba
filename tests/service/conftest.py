"""Fixtures of the service's tests."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.redis_server import RedisServer
from tests.service.desk import Desk, opened
from tests.service.harness import Service, serving


@pytest.fixture
async def service(tmp_path: Path, way: str) -> AsyncIterator[Service]:
    async with serving(tmp_path, way=way) as running:
        yield running


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """The chat's rules on a store."""
    async with opened(tmp_path) as made:
        yield made


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of a test's own, which keeps what it acknowledges."""
    server = RedisServer(tmp_path / "redis")
    server.start()
    yield server
    server.close()
