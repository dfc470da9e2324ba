"""What `lesson.status()` says beside the state: a cause in one sentence, really made."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

import edu_widgets as edu
from edu_widgets.client import course
from edu_widgets.client.transport import selection
from edu_widgets.client.view import ClientNumbers
from edu_widgets.doctor import causes
from edu_widgets.notebook import inside
from edu_widgets.protocol import carriers
from tests.client.network import Network
from tests.client.real_service import RealService
from tests.inside import client_of
from tests.waiting import PATIENCE, wait_until

from .test_network import certified, website


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealService]:
    monkeypatch.setenv("EDU_WIDGETS_DATA_DIR", str(tmp_path / "data"))
    with RealService(tmp_path / "service") as running:
        yield running


def test_a_status_says_what_is_in_the_way(
    service: RealService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No WebSocket, then a clock that is wrong, then a kernel without subshells."""
    selection.forget()
    with Network(service.port) as lan:
        lan.upgrade = 403
        lesson = edu.join(service.invite(lan.base), name="Ada").wait_connected(PATIENCE)
        told = str(lesson.status())
        assert told.startswith("Live over event stream")
        assert "answered HTTP 403 instead of a WebSocket. The lesson runs over the event " in told
        assert "clock" not in told
        service_time = client_of(lesson).service_now() / 1000
        monkeypatch.setattr(course, "time", SimpleNamespace(time=lambda: service_time - 600))
        assert "This computer's clock is 10 minutes behind the service's." in str(lesson.status())
        monkeypatch.undo()
        old = SimpleNamespace(kernel_info={"supported_features": ["debugger"]})
        monkeypatch.setattr(inside, "kernel", lambda: old)
        assert causes.NO_SUBSHELLS in str(lesson.status())
        monkeypatch.undo()
        lesson.close()
    selection.forget()


@pytest.mark.nightly
def test_a_status_names_a_stream_that_is_held_back_and_a_service_that_is_gone(
    service: RealService, monkeypatch: pytest.MonkeyPatch
) -> None:
    selection.forget()
    monkeypatch.setattr(carriers, "FIRST_EVENT_S", 0.5)
    with Network(service.port) as lan:
        lan.upgrade, lan.events = 403, "hold"
        lesson = edu.join(service.invite(lan.base), name="Ada").wait_connected(PATIENCE)
        told = str(lesson.status())
        assert told.startswith("Live over long poll")
        assert "answered HTTP 403 instead of a WebSocket. The lesson runs over long polls" in told
        there = lan.base.removeprefix("http://")
    wait_until(lambda: f"Nothing listens at {there}" in str(lesson.status()), "it is named")
    lesson.close()
    selection.forget()


def test_nothing_is_said_of_what_is_well() -> None:
    numbers = ClientNumbers("live", "websocket", 0.01, 0, 0, "")
    assert causes.causes(numbers, subshells=True) == []


def test_an_outbox_that_cannot_be_written_is_in_the_status(
    service: RealService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("EDU_WIDGETS_OUTBOX_DIR", str(tmp_path / "file"))
    lesson = edu.join(service.invite(service.server.state.url), name="Bo").wait_connected(PATIENCE)
    wait_until(lambda: "a file of that name is in the way" in str(lesson.status()), "it is said")
    lesson.close()


def test_a_name_that_no_network_knows_is_in_the_status(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    lesson = edu.connect(url="wss://class.invalid", token="t", user_id="ada", course="py101")
    named = "There is no class.invalid on this network: is it spelt right, and are you online?"
    wait_until(lambda: named in str(lesson.status()), "the name is named")
    lesson.close()


@pytest.mark.parametrize(("kind", "why"), [("own", "but by itself."), ("expired", "has expired,")])
def test_a_certificate_that_is_not_trusted_is_in_the_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, why: str
) -> None:
    context = certified(tmp_path, kind)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    with website(context) as server:
        there = f"127.0.0.1:{server.server_port}"
        lesson = edu.connect(url=f"wss://{there}", token="t", user_id="ada", course="py101")
        said = f"This computer does not trust the certificate of {there}: it "
        wait_until(lambda: said in str(lesson.status()), "the certificate is named")
        assert why in str(lesson.status())
        lesson.close()
