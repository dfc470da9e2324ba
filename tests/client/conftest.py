"""Fixtures that the tests of the kernel client share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from edu_widgets.client.course import CourseClient, Person
from edu_widgets.client.runtime.pool import Pool, Settings
from edu_widgets.client.runtime.threads import CallbackThread, NetworkThread
from edu_widgets.client.sync.liveness import Limits
from edu_widgets.client.transport.base import Target
from edu_widgets.client.transport.selection import TransportSettings
from tests.client.fake_service import FakeService


@dataclass
class Clients:
    """A maker of clients, which are closed with `stack`."""

    network: NetworkThread
    callbacks: CallbackThread
    pool: Pool
    folder: Path
    stack: ExitStack

    def client(
        self, course: str, target: Target, settings: Settings, channel: str = ""
    ) -> CourseClient:
        made = CourseClient(
            course,
            target,
            Person(target.user_id, target.user_id.capitalize()),
            self.pool,
            self.network,
            self.callbacks,
            settings,
            host="127.0.0.1",
            channel=channel,
        )
        self.stack.callback(made.close)
        return made


class Join(Clients):
    """Makes clients of fake services."""

    def __call__(
        self,
        fake: FakeService,
        *,
        user: str = "ada",
        course: str = "py101",
        url: str = "",
        token: Callable[[], str] = lambda: "s3cret-token",
        transport: TransportSettings = TransportSettings(),  # noqa: B008 - it is frozen
    ) -> CourseClient:
        target = Target(url or fake.url, user, token)
        settings = Settings(self.folder, Limits(reconnect_interval=0.05), transport)
        client = self.client(course, target, settings)
        client.start()
        return client


@pytest.fixture
def fake() -> Iterator[FakeService]:
    with FakeService() as service:
        yield service


@pytest.fixture
def network() -> Iterator[NetworkThread]:
    thread = NetworkThread()
    thread.start()
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
        yield Join(network, callbacks, pool, tmp_path / "outbox", stack)
