"""Connection and WebSocketTransport on a network with faults."""

from __future__ import annotations

import gc
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from edu_widgets.client.runtime.threads import NetworkThread
from edu_widgets.client.transport import websocket
from edu_widgets.client.transport.network_errors import explain
from edu_widgets.client.transport.selection import TransportSettings
from edu_widgets.protocol import Document, encode, messages
from edu_widgets.protocol.documents import body
from tests.client.conftest import Join
from tests.client.fake_service import FakeService, Script, eventually
from tests.client.test_course import ROOM, say, texts
from tests.faults import Faults
from tests.waiting import PATIENCE


def via(faults: Faults) -> str:
    return f"ws://127.0.0.1:{faults.port}/api/realtime/ws"


@contextmanager
def nothing_left() -> Iterator[None]:
    """Descriptors, sockets and threads that were opened inside are closed at the end."""
    process = psutil.Process()
    before, threads = process.num_fds(), threading.active_count()
    yield
    gc.collect()
    eventually(lambda: process.num_fds() <= before, "descriptors are closed")
    eventually(lambda: threading.active_count() <= threads, "threads have ended")


def test_a_cut_line_is_found_again_and_nothing_is_lost(fake: FakeService, join: Join) -> None:
    with Faults(fake.port) as faults:
        client = join(fake, url=via(faults))
        client.wait_connected(PATIENCE)
        receipts = []
        for n in range(30):
            receipts.append(say(client, str(n)))
            if n % 7 == 3:
                faults.cut()
        for receipt in receipts:
            receipt.wait(PATIENCE)
        eventually(lambda: texts(client) == [str(n) for n in range(30)])
        assert client.numbers().reconnects >= 1
        client.close()


def test_a_port_that_refuses_and_comes_back(fake: FakeService, join: Join) -> None:
    with Faults(fake.port) as faults:
        client = join(fake, url=via(faults))
        client.wait_connected(PATIENCE)
        faults.refuse()
        faults.cut()
        eventually(lambda: "Nothing listens" in client.view().reason)
        receipt = say(client, "kept")
        faults.heal()
        client.retry_now()
        receipt.wait(PATIENCE)
        client.close()


def test_a_stalled_line_holds_nobody_up_and_goes_on(fake: FakeService, join: Join) -> None:
    with Faults(fake.port) as faults:
        client = join(fake, url=via(faults))
        client.wait_connected(PATIENCE)
        faults.stall()
        started = time.monotonic()
        receipts = [say(client, "x" * 50_000) for _ in range(80)]
        assert time.monotonic() - started < PATIENCE / 2, "handing over never waits for the line"
        assert client.view().state == "live"
        faults.heal()
        for receipt in receipts:
            receipt.wait(PATIENCE)
        client.close()


@pytest.mark.parametrize("fault", ["stall", "half_open"])
def test_closing_is_bounded_in_time_whatever_the_line_does(
    fake: FakeService, join: Join, fault: str
) -> None:
    with Faults(fake.port) as faults:
        client = join(fake, url=via(faults))
        client.wait_connected(PATIENCE)
        getattr(faults, fault)()
        for _ in range(20):
            _ = say(client, "x" * 50_000)
        started = time.monotonic()
        client.close()
        assert time.monotonic() - started < PATIENCE / 2, "the line does nothing, for ever"
        assert client.view().state == "closed"


def test_a_delayed_line_is_only_slow(fake: FakeService, join: Join) -> None:
    with Faults(fake.port) as faults:
        faults.delay(0.1)
        client = join(fake, url=via(faults))
        client.wait_connected(PATIENCE)
        say(client, "slow").wait(PATIENCE)
        trip = client.numbers().round_trip
        assert trip is not None
        assert trip >= 0.2
        client.close()


def test_a_link_that_carries_little_gets_in_while_there_is_progress(
    fake: FakeService, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "OPEN_TIMEOUT", 1.0)
    with Faults(fake.port) as faults:
        faults.drip(16, 0.1)
        client = join(fake, url=via(faults))
        client.wait_connected(PATIENCE)
        assert faults.accepted == 1, "the first attempt went on, longer than one step may take"
        client.close()


@pytest.mark.parametrize("fault", ["stall", "half_open"])
def test_who_says_nothing_is_not_waited_for(
    fake: FakeService, join: Join, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(websocket, "OPEN_TIMEOUT", 0.1)
    with Faults(fake.port) as faults:
        getattr(faults, fault)()
        client = join(fake, url=via(faults), transport=TransportSettings(patience=0.1))
        eventually(lambda: "did not answer in time" in client.view().reason)
        client.close()


def test_an_answer_that_never_ends_is_given_up(
    fake: FakeService, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "OPEN_WITHIN", 0.3)
    with Faults(fake.port) as faults:
        faults.drip(1, 0.1)
        client = join(fake, url=via(faults), transport=TransportSettings(patience=0.3))
        eventually(lambda: "did not answer in time" in client.view().reason)
        client.close()


@pytest.mark.parametrize(
    ("refusal", "state", "code"),
    [
        ((403, {}, b"no"), "connecting", 0),
        ((401, {}, b"sign in to the network"), "connecting", 0),
        ((400, {"Edu-Widgets": "1"}, b'{"code":4502,"message":"Bad Request"}'), "connecting", 0),
        ((426, {"Edu-Widgets": "1"}, b'{"code":4502,"message":"Upgrade"}'), "connecting", 0),
        ((403, {"Edu-Widgets": "1"}, b'{"code":4504,"message":"full"}'), "stopped", 4504),
        ((503, {"Edu-Widgets": "1"}, b'{"code":4000,"message":"soon"}'), "connecting", 4000),
        ((503, {"Edu-Widgets": "1"}, b"not JSON"), "connecting", 0),
        ((500, {"Edu-Widgets": "1"}, b'{"code":1e999,"message":1}'), "connecting", 0),
        ((502, {}, b"<html>bad gateway"), "connecting", 0),
        ((404, {}, b""), "connecting", 0),
    ],
)
def test_http_refusals(
    join: Join, refusal: tuple[int, dict[str, str], bytes], state: str, code: int
) -> None:
    with FakeService(Script(ours=False, refuse=refusal)) as fake:
        client = join(fake)
        eventually(lambda: client.view().reason)
        view = client.view()
        assert (view.state, view.code) == (state, code)
        client.close()


def test_the_service_names_its_own_time(join: Join) -> None:
    payload = b'{"code":4004,"message":"later","retryAfter":60000}'
    with FakeService(Script(ours=False, refuse=(429, {"Edu-Widgets": "1"}, payload))) as fake:
        client = join(fake)
        eventually(lambda: client.view().next_try)
        assert (client.view().next_try or 0) / 1000 - time.time() > 50
        client.close()


@pytest.mark.parametrize(
    ("code", "state"), [(4000, "reconnecting"), (1001, "reconnecting"), (4501, "stopped")]
)
def test_close_codes(fake: FakeService, join: Join, code: int, state: str) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    fake.script.refuse = (503, {}, b"")
    fake.close_all(code, "because")
    eventually(lambda: client.view().state == state)


def test_frames_of_an_ended_connection_are_not_heard(fake: FakeService, join: Join) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    old = client._pooled.connection._now if client._pooled else None
    fake.abort_all()
    eventually(lambda: client.numbers().reconnects == 1 and client.view().state == "live")
    assert client._pooled is not None
    assert old is not None
    doc = Document("ghost", "message", 1, 1, body({"content": "boo"}))
    frame = encode("changes", ROOM, messages.Changes("e1", 0, 1, [doc]), timestamp=1)
    client._network.post(client._pooled.connection._receive, old, frame)
    say(client, "real").wait(PATIENCE)
    assert texts(client) == ["real"]


def test_large_and_broken_frames_end_at_most_the_connection(fake: FakeService, join: Join) -> None:
    client = join(fake)
    client.wait_connected(PATIENCE)
    docs = [
        Document(f"d{n}", "message", n, n, body({"content": "x" * 9_000})) for n in range(1, 99)
    ]
    fake.say("changes", ROOM, messages.Changes("e1", 0, 98, docs))
    eventually(lambda: client.mirror().count("message") == 98)
    for connection in tuple(fake.connections):  # not UTF-8, in a text frame
        fake.call(connection.transport.write, b"\x81\x02\xff\xff")
    # The service of these tests has not kept what it said: the client begins anew with it.
    eventually(lambda: client.numbers().reconnects == 1 and client.view().state == "live")
    say(client, "still here").wait(PATIENCE)
    eventually(lambda: texts(client) == ["still here"])


def test_nothing_is_left_after_close(tmp_path: Path) -> None:
    from edu_widgets.client.course import CourseClient, Person
    from edu_widgets.client.runtime.pool import Pool, Settings
    from edu_widgets.client.runtime.threads import CallbackThread
    from edu_widgets.client.transport.base import Target

    with nothing_left(), FakeService() as fake:
        network, callbacks = NetworkThread(), CallbackThread()
        network.start()
        pool = Pool(network)
        for n in range(3):
            target = Target(fake.url, f"user{n}", lambda: "t")
            settings = Settings(tmp_path)
            person = Person(f"user{n}", "User")
            client = CourseClient("py101", target, person, pool, network, callbacks, settings)
            client.start()
            client.wait_connected(PATIENCE)
            say(client, "x").wait(PATIENCE)
            if n < 2:
                client.close()
        network.stop()
        callbacks.stop()
        eventually(lambda: not fake.connections)


def test_reasons_are_sentences_without_secrets() -> None:
    url = "wss://example.org/api?token=s3cret"
    errors = [socket.gaierror(-2, "Name or service not known"), TimeoutError(), OSError("odd")]
    errors += [ConnectionRefusedError(), ValueError("?")]  # type: ignore[list-item]
    for error in errors:
        text = explain(error, url)
        assert "example.org" in text
        assert "s3cret" not in text


def test_a_proxy_that_passes_no_upgrade_is_named_and_waited_for(
    fake: FakeService, join: Join
) -> None:
    fake.script.refuse = (400, {"Edu-Widgets": "1"}, b'{"code":4502,"message":"Bad Request"}')
    client = join(fake)
    eventually(lambda: "Upgrade" in client.view().reason)
    assert client.view().state in {"connecting", "offline"}
    fake.script.refuse = None
    client.wait_connected(PATIENCE)


def test_what_was_joined_is_ours_though_a_proxy_drops_the_header(join: Join) -> None:
    with FakeService(Script(ours=False)) as fake:
        client = join(fake)
        client.wait_connected(PATIENCE)
        say(client, "heard").wait(PATIENCE)
        assert client.view().dialect == "ours"
        client.close()
