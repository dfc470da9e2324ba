"""What the tests of the kernel client share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from edu_widgets.client.course import CourseClient, Person
from edu_widgets.client.link import Limits
from edu_widgets.client.network import CallbackThread, NetworkThread
from edu_widgets.client.pool import Pool, Settings
from edu_widgets.client.transport import Target
from tests.client.fake_service import FakeService, fake_service


class Join(Protocol):
    """Makes a client of a fake service."""

    def __call__(
        self,
        fake: FakeService,
        *,
        user: str = "ada",
        course: str = "py101",
        url: str = "",
        token: Callable[[], str] = lambda: "s3cret-token",
    ) -> CourseClient: ...


@pytest.fixture
def fake() -> Iterator[FakeService]:
    with fake_service() as service:
        yield service


@pytest.fixture
def network() -> Iterator[NetworkThread]:
    thread = NetworkThread()
    yield thread
    thread.stop()
    assert not thread.alive


@pytest.fixture
def callbacks() -> Iterator[CallbackThread]:
    thread = CallbackThread()
    yield thread
    thread.stop()


@pytest.fixture
def pool(network: NetworkThread) -> Pool:
    return Pool(network)


@pytest.fixture
def join(
    network: NetworkThread, callbacks: CallbackThread, pool: Pool, tmp_path: Path
) -> Iterator[Join]:
    with ExitStack() as stack:

        def make(
            fake: FakeService,
            *,
            user: str = "ada",
            course: str = "py101",
            url: str = "",
            token: Callable[[], str] = lambda: "s3cret-token",
        ) -> CourseClient:
            target = Target(url or fake.url, user, token)
            settings = Settings(tmp_path / "outbox", Limits(reconnect_interval=0.05))
            me = Person(user, user.capitalize())
            client = CourseClient(
                course, target, me, pool, network, callbacks, settings, host="127.0.0.1"
            )
            client.start()
            stack.callback(client.close)
            return client

        yield make
