"""Every store, for the contract."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from edu_widgets.service.store import Store
from edu_widgets.service.store.sqlite import SqliteStore

OpenStore = Callable[[], Awaitable[Store]]


@pytest.fixture(params=["sqlite"])
async def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OpenStore]:
    """Opens the same store again and again; what is left open is closed."""
    assert request.param == "sqlite"
    opened: list[SqliteStore] = []

    async def once_more() -> Store:
        if opened:
            await opened.pop().close()
        opened.append(SqliteStore(tmp_path / "service.db"))
        return opened[-1]

    yield once_more
    for store in opened:
        await store.close()


@pytest.fixture
async def store(reopen: OpenStore) -> Store:
    return await reopen()
