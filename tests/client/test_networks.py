"""A lesson on any network: what holds for a connection, by whatever gets through."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from edu_widgets.client.course import CourseClient, ViewChanged
from edu_widgets.client.invites import MembershipFiles, parse_invite, websocket_url
from edu_widgets.client.invites import join as exchange
from edu_widgets.client.runtime.pool import Settings
from edu_widgets.client.sync import linked_session, reconnection
from edu_widgets.client.sync.liveness import Limits
from edu_widgets.client.transport import base, selection, websocket
from edu_widgets.client.transport.base import Target
from edu_widgets.client.transport.selection import TransportSettings
from edu_widgets.protocol import Code, Document, carriers, encode, messages
from edu_widgets.protocol.documents import body
from edu_widgets.service.addresses import address
from edu_widgets.service.config import from_table
from edu_widgets.service.frames import Frame
from edu_widgets.service.people import OWNER
from tests.client.conftest import Clients, Join
from tests.client.fake_service import eventually
from tests.client.network import Network
from tests.client.real_service import COURSE, RealService
from tests.client.test_course import ROOM, say, texts
from tests.faults import Faults
from tests.waiting import PATIENCE

WAYS = {
    "websocket": {},
    "event stream": {"upgrade": 403},
    "long poll": {"upgrade": 403, "events": 404},
}
"""What a network refuses, so that a way is the best there is."""


@dataclass
class Campus:
    """Kernels somewhere on a network, and the service."""

    clients: Clients
    service: RealService
    folder: Path

    def enter(
        self,
        lan: Network,
        name: str = "Ada",
        *,
        at: str = "",
        more: str = "",
        settings: TransportSettings | None = None,
    ) -> CourseClient:
        """Join and connect."""
        invite = parse_invite(self.service.invite(at or lan.base, more))
        _, target = exchange(invite, name, MembershipFiles(self.folder / "people"))
        chosen = Settings(
            self.folder / name,
            Limits(reconnect_interval=0.05),
            settings or TransportSettings(),
        )
        client = self.clients.client(COURSE, target, chosen)
        client.start()
        client.wait_connected(PATIENCE)
        return client

    def members(self) -> int:
        return len(self.service.server.hub.members)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[RealService]:
    free = from_table({"rateLimits": False})
    with RealService(tmp_path / "service", config=free) as running:
        yield running


@pytest.fixture
def lan(service: RealService) -> Iterator[Network]:
    with Network(service.port) as made:
        yield made


@pytest.fixture
def campus(lan: Network, join: Join, service: RealService, tmp_path: Path) -> Iterator[Campus]:
    del lan  # which is there for longer than clients are
    selection.forget()
    yield Campus(join, service, tmp_path / "kernels")
    selection.forget()
    base.forget_fronts()


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, lan: Network) -> str:
    for name, deed in WAYS[request.param].items():
        setattr(lan, name, deed)
    return str(request.param)


def name_of(client: CourseClient) -> str:
    return client.numbers().transport


# -- what holds by each way -------------------------------------------------------------


def test_messages_come_in_order_to_everybody(campus: Campus, lan: Network, way: str) -> None:
    ada, bob = campus.enter(lan, "Ada"), campus.enter(lan, "Bob")
    assert name_of(ada) == name_of(bob) == way
    for receipt in [say(ada, str(n)) for n in range(40)]:
        receipt.wait(PATIENCE)
    eventually(lambda: texts(bob) == texts(ada) == [str(n) for n in range(40)])


def test_a_long_history_is_caught_up_with(campus: Campus, lan: Network, way: str) -> None:
    del way
    ada = campus.enter(lan, "Ada")
    long = "x" * 7_000
    for receipt in [say(ada, f"{n}{long}") for n in range(9)]:
        receipt.wait(PATIENCE)
    bob = campus.enter(lan, "Bob")
    eventually(lambda: bob.caught_up(ROOM) and texts(bob) == texts(ada))


def test_lines_that_are_cut_lose_nothing(campus: Campus, lan: Network, way: str) -> None:
    ada, bob = campus.enter(lan, "Ada"), campus.enter(lan, "Bob")
    receipts = []
    for n in range(9):
        receipts.append(say(ada, str(n)))
        if n in (1, 5):
            lan.cut()
            receipts[-1].wait(PATIENCE)
    for receipt in receipts:
        receipt.wait(PATIENCE)
    eventually(lambda: texts(bob) == texts(ada) == [str(n) for n in range(9)])
    # On a busy machine a connection may come up too late, and something else be taken meanwhile.
    eventually(lambda: name_of(ada) == way)


def test_a_network_that_ends_every_connection_after_a_while_is_calm(
    campus: Campus, lan: Network, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many do after a minute; here it is a second, and a good connection one of 0.2 s."""
    monkeypatch.setattr(reconnection, "STABLE", 0.2)
    monkeypatch.setattr(linked_session, "CALM", PATIENCE)
    monkeypatch.setattr(selection, "BRIEF", 0.2)
    with Faults(lan.port, life=1.0) as line:
        ada = campus.enter(lan, at=f"http://127.0.0.1:{line.port}")
        states = list[str]()
        ada.listen(lambda e: states.append(e.view.state) if isinstance(e, ViewChanged) else None)
        sent = 0
        while line.accepted < 12:
            say(ada, str(sent)).wait(PATIENCE)
            sent += 1
        eventually(lambda: texts(ada) == [str(n) for n in range(sent)])
        assert set(states) <= {"live"}
        assert name_of(ada) == way
        ada.close()


def test_what_was_damaged_on_its_way_comes_again(campus: Campus, lan: Network, way: str) -> None:
    """A document that is no UTF-8 would stay in the mirror for ever, and could not be read."""
    ada = campus.enter(lan)
    say(ada, "here").wait(PATIENCE)
    eventually(lambda: texts(ada) == ["here"])
    cursor = ada.mirror().cursor
    seq = cursor.seq + 1
    doc = Document("d", "message", seq, seq, body({"content": "MARK"}))
    whole = messages.Changes(cursor.epoch, cursor.seq, seq, [doc])
    raw = encode("changes", ROOM, whole, timestamp=1).replace(b"MARK", b"m\xe1rk")
    hub = campus.service.server.hub
    campus.service.call(lambda: [member.write(Frame(raw)) for member in tuple(hub.members)])
    eventually(lambda: ada.numbers().reconnects == 1 and ada.view().state == "live")
    say(ada, "and well").wait(PATIENCE)
    eventually(lambda: texts(ada) == ["here", "and well"])
    assert name_of(ada) == way


def test_who_leaves_says_so(campus: Campus, lan: Network, way: str) -> None:
    del way
    ada = campus.enter(lan)
    eventually(lambda: campus.members() == 1)
    ada.close()
    eventually(lambda: campus.members() == 0)


@pytest.mark.parametrize(
    ("code", "state"),
    [(Code.RESTARTING, "live"), (Code.PROTOCOL, "live"), (Code.REMOVED, "stopped")],
)
def test_what_the_service_says_at_the_end_is_heard(
    campus: Campus, lan: Network, way: str, code: Code, state: str
) -> None:
    del way
    ada = campus.enter(lan)
    say(ada, "here").wait(PATIENCE)
    hub = campus.service.server.hub

    def close() -> None:
        for member in tuple(hub.members):
            member.close(code)

    campus.service.call(close)
    eventually(lambda: ada.numbers().reconnects == 1 or ada.view().state == "stopped")
    eventually(lambda: ada.view().state == state)


def test_a_quiet_connection_stays(
    campus: Campus, lan: Network, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    del way
    monkeypatch.setattr(carriers, "POLL_S", 0.05)
    ada = campus.enter(lan)
    say(ada, "one").wait(PATIENCE)
    answered = [False]
    assert ada._pooled is not None
    connection = ada._pooled.connection

    def ping() -> None:
        assert connection._now is not None
        connection._now.transport.ping(lambda: answered.__setitem__(0, True))

    ada._network.post(ping)
    eventually(lambda: answered[0])
    assert ada.numbers().reconnects == 0


def test_nothing_is_left_of_a_connection(campus: Campus, lan: Network, way: str) -> None:
    def sockets() -> int:
        return sum(one.status != psutil.CONN_LISTEN for one in psutil.Process().net_connections())

    before = sockets()
    ada = campus.enter(lan)
    say(ada, "x").wait(PATIENCE)
    assert name_of(ada) == way
    ada.close()
    eventually(lambda: sockets() <= before, "sockets are closed")
    tasks = asyncio.run_coroutine_threadsafe(_tasks(), ada._network._loop).result(PATIENCE)
    assert not tasks


async def _tasks() -> list[str]:
    """The tasks that still run on the network thread."""
    return [repr(task) for task in asyncio.all_tasks() - {asyncio.current_task()}]


# -- what gets through ------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 405, 407, 426, 502])
def test_where_an_upgrade_is_refused_it_is_an_event_stream(
    campus: Campus, lan: Network, status: int
) -> None:
    lan.upgrade = status
    ada = campus.enter(lan)
    assert name_of(ada) == "event stream"
    say(ada, "through").wait(PATIENCE)


@pytest.mark.parametrize("deed", ["hang", "hold", "cut"])
def test_where_a_websocket_carries_nothing_it_is_an_event_stream(
    campus: Campus, lan: Network, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    monkeypatch.setattr(websocket, "OPEN_TIMEOUT", 0.5)
    monkeypatch.setattr(websocket, "ANSWER_WITHIN", 0.5)
    lan.upgrade = deed
    ada = campus.enter(lan)
    say(ada, "through").wait(PATIENCE)
    assert name_of(ada) == "event stream"


def test_a_header_that_is_lost_on_the_way_proves_nothing(campus: Campus, lan: Network) -> None:
    lan.upgrade = "bare"
    ada = campus.enter(lan)
    assert name_of(ada) == "websocket"
    say(ada, "through").wait(PATIENCE)
    assert ada.view().dialect == "ours"


@pytest.mark.parametrize("deed", [403, 404, 502, 200, "hold", "hang", "cut"])
def test_where_a_stream_is_held_back_it_is_polls(
    campus: Campus, lan: Network, monkeypatch: pytest.MonkeyPatch, deed: str | int
) -> None:
    monkeypatch.setattr(carriers, "FIRST_EVENT_S", 0.5)
    lan.upgrade, lan.events = 403, deed
    settings = TransportSettings(patience=1.0) if deed == "hang" else None
    ada = campus.enter(lan, settings=settings)
    assert name_of(ada) == "long poll"
    say(ada, "through").wait(PATIENCE)


def test_where_nothing_gets_through_it_is_said_and_tried_again(
    campus: Campus, lan: Network
) -> None:
    ada = campus.enter(lan)
    lan.upgrade, lan.events, lan.polls = 403, 403, 403
    lan.cut()
    eventually(lambda: "HTTP 403 instead of a WebSocket" in ada.view().reason)
    assert ada.view().state == "reconnecting"
    lan.polls = "pass"
    ada.retry_now()
    ada.wait_connected(PATIENCE)
    assert name_of(ada) == "long poll"


def test_what_got_through_is_remembered_by_the_process(campus: Campus, lan: Network) -> None:
    lan.upgrade, lan.events = 403, 404
    campus.enter(lan, "Ada")
    lan.asked.clear()
    bob = campus.enter(lan, "Bob")
    assert name_of(bob) == "long poll"
    assert not [path for path in lan.asked if path.endswith(("/ws", "/events"))]


def test_what_got_through_is_remembered_beside_the_membership(campus: Campus, lan: Network) -> None:
    lan.upgrade, lan.events = 403, 404
    campus.enter(lan).close()
    files = campus.folder / "people"
    eventually(lambda: any('"way": "poll"' in f.read_text() for f in files.glob("*.json")))
    selection.forget()  # another process
    lan.asked.clear()
    assert name_of(campus.enter(lan)) == "long poll"
    assert not [path for path in lan.asked if path.endswith(("/ws", "/events"))]


@pytest.mark.parametrize("events", ["pass", 404])
def test_a_websocket_is_tried_again_later(campus: Campus, lan: Network, events: str | int) -> None:
    lan.upgrade, lan.events = 403, events
    ada = campus.enter(lan, settings=TransportSettings(again=0.2))
    say(ada, "one").wait(PATIENCE)
    assert name_of(ada) in ("event stream", "long poll")
    lan.upgrade = "pass"
    eventually(lambda: name_of(ada) == "websocket" and ada.view().state == "live")
    say(ada, "two").wait(PATIENCE)
    eventually(lambda: texts(ada) == ["one", "two"])


def test_where_polls_are_all_there_was_and_fail_the_rest_is_tried(
    campus: Campus, lan: Network
) -> None:
    lan.upgrade, lan.events = 403, 404
    ada = campus.enter(lan)
    lan.upgrade, lan.polls = "pass", 403
    lan.cut()
    eventually(lambda: name_of(ada) == "websocket" and ada.view().state == "live")
    say(ada, "through").wait(PATIENCE)


def test_a_stream_that_is_held_back_later_becomes_polls(
    campus: Campus, lan: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Posts arrive, and of their answers nothing is seen."""
    from edu_widgets.client.transport import events

    monkeypatch.setattr(carriers, "FIRST_EVENT_S", 1.0)
    monkeypatch.setattr(events, "_QUIET", 0.1)
    lan.upgrade = 403
    ada = campus.enter(lan)
    assert name_of(ada) == "event stream"
    lan.swallow_events()
    eventually(lambda: name_of(ada) == "long poll" and ada.view().state == "live")
    say(ada, "through").wait(PATIENCE)


# -- proxies that are known -------------------------------------------------------------


def test_a_proxy_of_the_environment_that_lets_only_requests_through(
    join: Join, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of companies: requests in the form for proxies, and no tunnel to a port like ours."""
    where = address("http://class.example.org")
    with (
        RealService(tmp_path / "service", address=where) as service,
        Network(service.port) as proxy,
    ):
        through_proxy(monkeypatch, proxy)
        campus = Campus(join, service, tmp_path / "kernels")
        ada = campus.enter(proxy, at="http://class.example.org")
        assert name_of(ada) == "event stream"
        say(ada, "through").wait(PATIENCE)
        assert "GET http://class.example.org/api/realtime/events" in proxy.asked
        assert any(line.startswith("CONNECT ") for line in proxy.asked)
        assert "through the proxy 127.0.0.1:" in ada.numbers().proxy
        ada.close()


def test_what_no_proxy_names_is_asked_directly(
    campus: Campus, lan: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    through_proxy(monkeypatch, lan)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    lan.upgrade = 403
    ada = campus.enter(lan)
    assert name_of(ada) == "event stream"
    assert all(" /" in line for line in lan.asked)


def through_proxy(monkeypatch: pytest.MonkeyPatch, lan: Network) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ws_proxy", "wss_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("http_proxy", lan.base)


@pytest.mark.parametrize("upgrade", ["pass", 403])
def test_behind_jupyters_own_token(campus: Campus, lan: Network, upgrade: str | int) -> None:
    """It takes `Authorization` for its own, and drops headers of the answer to an upgrade."""
    lan.wants, lan.upgrade = "token of-jupyter", "bare" if upgrade == "pass" else upgrade
    ada = campus.enter(lan, more="&token=of-jupyter")
    assert name_of(ada) == ("websocket" if upgrade == "pass" else "event stream")
    say(ada, "through").wait(PATIENCE)


def test_jupyters_token_is_told_to_nobody_else() -> None:
    base.forget_fronts()
    base.tell_front("http://hub.example.org/user/ada/proxy/8765", "of-jupyter")
    for url in ("http://hub.example.org/user/ada/proxy/87650/api/join", "http://evil.example/api"):
        assert "of-jupyter" not in str(base.authorization(url, "ours"))
    told = base.authorization("ws://hub.example.org/user/ada/proxy/8765/api/realtime/ws", "ours")
    assert told["Authorization"] == "token of-jupyter"
    base.forget_fronts()


def test_connect_finds_that_a_service_is_ours_without_a_websocket(
    campus: Campus, lan: Network
) -> None:
    """Its address may be that of a base service; the answer to a stream tells."""
    lan.upgrade = 404
    secret = campus.service.server.state.owner_secret
    target = Target(websocket_url(lan.base), OWNER, lambda: secret, base=True)
    chosen = Settings(campus.folder, Limits(reconnect_interval=0.05))
    prof = campus.clients.client(COURSE, target, chosen)
    prof.start()
    prof.wait_connected(PATIENCE)
    assert (prof.view().dialect, name_of(prof)) == ("ours", "event stream")
    say(prof, "through").wait(PATIENCE)
