"""The token: the places it goes to, the telling of a refusal, the places it is never found in."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from edu_widgets.client.sync.events import SignalReceived
from edu_widgets.client.transport.base import Target, TransportFailed
from edu_widgets.client.transport.eventstream import EventStreamTransport
from edu_widgets.client.transport.selection import TransportSelection, TransportSettings
from edu_widgets.client.transport.tokens import MAX_CUTS, TokenPlace
from edu_widgets.client.transport.websocket import WebSocketTransport
from edu_widgets.client.view import CourseEvent
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Unauthorized
from tests.base_service import Running, Variants
from tests.client.conftest import Join
from tests.client.dialects.base.conftest import TOKEN, Enter
from tests.client.fake_service import FakeService, eventually
from tests.faults import Faults
from tests.waiting import PATIENCE

REMOTE, PRIVATE = "ws://example.org/x", "wss://example.org/x"


def tries(service: Running) -> list[str]:
    return ["query" if "token=" in asked.address else "header" for asked in service.asked]


@pytest.mark.parametrize("how", ["401", "403", "4001", "1008", "close", "error"])
@pytest.mark.parametrize("websocket", [True, False])
def test_a_wrong_token_is_tried_in_both_places_once_and_never_counts_as_live(
    enter: Enter, how: str, websocket: bool
) -> None:
    with Running(Variants(refuse_with=how, websocket=websocket)) as service:
        watch = enter(service, token="wr0ng-token")
        with pytest.raises(Unauthorized) as raised:
            watch.client.wait_connected(PATIENCE)
        assert "wr0ng" not in str(raised.value)
        assert watch.client.view().code == Code.UNAUTHORIZED
        assert "live" not in watch.views
        if websocket:
            assert tries(service) == ["header", "query"]
        else:
            assert tries(service)[-2:] == ["header", "query"]
        assert all("userId=ada" in asked.address for asked in service.asked)


def test_connections_that_end_without_a_word_are_given_up_in_the_end(enter: Enter) -> None:
    variants = Variants(refuse_with="abort", stream=False)
    with Running(variants) as service:
        watch = enter(service, token="wr0ng-token")
        with pytest.raises(Unauthorized):
            watch.client.wait_connected(PATIENCE)
        sockets = [a for a in service.asked if "/ws" in a.address]
        assert len(sockets) == MAX_CUTS
        assert "live" not in watch.views


def test_a_line_that_breaks_early_is_not_taken_for_a_refusal(enter: Enter) -> None:
    with Running(Variants(history_delay=0.5)) as service, Faults(service.port) as faults:
        watch = enter(service, url=f"ws://127.0.0.1:{faults.port}")
        for n in range(3):
            eventually(lambda n=n: len(service.asked) > n)  # type: ignore[misc]
            faults.cut()
        watch.client.wait_connected(PATIENCE)
        assert "stopped" not in watch.views


def test_what_worked_is_remembered(enter: Enter) -> None:
    variants = Variants(token_in_query_only=True)
    with Running(variants) as service, Faults(service.port) as faults:
        watch = enter(service, url=f"ws://127.0.0.1:{faults.port}")
        watch.client.wait_connected(PATIENCE)
        assert tries(service) == ["header", "query"]
        faults.cut()
        eventually(lambda: len(service.asked) == 3)
        watch.client.wait_connected(PATIENCE)
        assert tries(service) == ["header", "query", "query"]


def test_a_token_that_worked_in_the_header_never_goes_into_an_address(enter: Enter) -> None:
    with Running() as service, Faults(service.port) as faults:
        watch = enter(service, url=f"ws://127.0.0.1:{faults.port}")
        watch.client.wait_connected(PATIENCE)
        service.variants.token = "another"
        faults.cut()
        eventually(lambda: watch.client.view().state == "stopped")
        assert set(tries(service)) == {"header"}


def test_after_a_stop_a_good_token_is_let_in(enter: Enter) -> None:
    with Running() as service:
        watch = enter(service, token="wr0ng-token")
        eventually(lambda: watch.client.view().state == "stopped")
        good = Target(f"{service.url}/api/realtime/ws", "ada", lambda: TOKEN, base=True)
        watch.client.renew(good)
        watch.client.wait_connected(PATIENCE)


def test_places() -> None:
    remote = TokenPlace()
    told = remote.refused(REMOTE, "HTTP 401")
    assert (told.code, remote.in_query) == (Code.UNAUTHORIZED, False)
    assert "wss://" in told.reason
    private = TokenPlace()
    assert private.refused(PRIVATE, "HTTP 401").code == 0
    assert private.in_query
    private.accepted()
    assert private.refused(PRIVATE, "HTTP 401").code == Code.UNAUTHORIZED
    assert private.in_query, "it worked there before"
    assert TokenPlace().refused("ws://127.0.0.1:1/x", "HTTP 401").code == 0
    cut = TokenPlace()
    cut.cut_short(REMOTE)
    assert not cut.in_query


# -- leaks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "variants",
    [
        Variants(),
        Variants(token_in_query_only=True),
        Variants(websocket=False),
        Variants(websocket=False, token_in_query_only=True),
        Variants(refuse_with="error", token="another"),
        Variants(refuse_with="403", token="another", websocket=False),
    ],
    ids=lambda v: f"{v.websocket}-{v.token_in_query_only}-{v.token}",
)
def test_the_token_is_nowhere_to_be_read(
    enter: Enter, variants: Variants, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "websockets", "asyncio", "edu_widgets.client.websockets"):
        caplog.set_level(logging.DEBUG, logger=name)
    logging.getLogger("edu_widgets.client.websockets").setLevel(logging.INFO)
    with Running(variants) as service, Faults(service.port) as faults:
        watch = enter(service, url=f"ws://127.0.0.1:{faults.port}")
        seen: list[str] = []

        def heard(event: CourseEvent) -> None:
            seen.append(repr(event))
            if isinstance(event, SignalReceived):  # it is shown to people, but not in its repr
                seen.append(bytes(event.data).decode())

        watch.client.listen(heard)
        try:
            watch.client.wait_connected(PATIENCE)
            watch.say("w0")[0].wait(PATIENCE)
            faults.cut()
            watch.client.retry_now()
            watch.client.wait_connected(PATIENCE)
        except Unauthorized as error:
            seen.append(repr(error))
        pooled = watch.client._pooled
        assert pooled is not None
        seen += [repr(pooled), repr(pooled.target), repr(watch.client.view())]
        seen += [repr(pooled.connection._now), repr(watch.client.numbers())]
        files = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert TOKEN.encode() not in files
    assert TOKEN not in "".join(seen)
    assert TOKEN not in caplog.text
    if not variants.token_in_query_only and variants.token == TOKEN:
        assert not [asked.address for asked in service.asked if TOKEN in asked.address]
        assert {asked.authorization for asked in service.asked} == {f"Bearer {TOKEN}"}


# -- ours ----------------------------------------------------------------------------------------


def test_a_service_of_ours_is_known_by_its_header_alone(
    enter: Enter, fake: FakeService, join: Join
) -> None:
    with Running() as service:
        watch = enter(service, url=fake.base.replace("http", "ws"))
        watch.client.wait_connected(PATIENCE)
        assert watch.client.view().dialect == "ours"
        assert [r.path for r in fake.requests] == ["/api/realtime/ws?userId=ada"]
        fake.close_all(4501, "no more")
        eventually(lambda: watch.client.view().state == "stopped")
        assert watch.client.view().code == Code.FORBIDDEN


def test_who_joins_by_an_invite_takes_no_answer_of_a_base_service(join: Join) -> None:
    with Running() as service:
        from tests.client.fake_service import FakeService as Fake

        client = join(Fake(port=service.port))
        eventually(lambda: client.numbers().transport == "websocket")
        assert client.view().state != "live"
        assert client.view().dialect == "ours"
        assert "token" not in service.asked[0].address


def test_settings_have_the_platforms_defaults() -> None:
    settings = TransportSettings()
    assert (settings.endpoint, settings.retry_interval) == ("/api/realtime/events", 3.0)
    assert (settings.max_retries, settings.up_within) == (10, 3.0)


def test_a_stream_elsewhere_gets_the_token_in_its_address_only_where_nobody_reads_it() -> None:
    target = Target(PRIVATE, "ada", lambda: TOKEN, base=True)
    ways = TransportSelection(lambda: target)
    ways.place.in_query = True
    for url, shown in (
        (PRIVATE, True),
        ("https://a.example/s", True),
        ("http://a.example/s", False),
    ):
        assert (TOKEN in ways.query(url, TOKEN)) is shown
        assert (TOKEN in repr(ways.headers(url, TOKEN))) is not shown


@pytest.mark.parametrize("way", [WebSocketTransport, EventStreamTransport])
async def test_a_proxy_that_is_none_is_told_without_its_password(
    way: type[WebSocketTransport | EventStreamTransport], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "nonsense://ada:hunter2@proxy.example:1")
    target = Target(PRIVATE, "ada", lambda: TOKEN, base=True)
    ways = TransportSelection(lambda: target)
    transport = way(target, ways)
    with pytest.raises(TransportFailed) as caught:
        await transport.open()
    await transport.close(1000, "")
    assert "proxy" in caught.value.reason
    assert "hunter2" not in caught.value.reason
    assert ways._stream_failures + ways._websocket_failures == 1, "another way may do"
