"""Connections of which nobody has proved whose they are: few, not for long, and in nobody's way."""

import asyncio
import contextlib
import errno
import logging
import socket
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.service import bodies, gate, listening
from edu_widgets.service.addresses import address
from edu_widgets.service.app import MOST_PROVEN, WAITING
from edu_widgets.service.config import from_table
from edu_widgets.service.gate import MOST_WAITING
from edu_widgets.service.tokens import Key
from tests.waiting import PATIENCE, comes_true

from .harness import Service, serving
from .test_join import KEY, token

Stranger = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connected(service: Service, said: bytes = b"") -> Stranger:
    reader, writer = await asyncio.open_connection("127.0.0.1", service.server.state.port)
    writer.write(said)
    return reader, writer


async def ended(stranger: Stranger) -> bytes:
    """Return the bytes that a connection was sent before its end."""
    reader, writer = stranger
    try:
        async with asyncio.timeout(PATIENCE):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


HALF = (b"", b"GET /health HTTP/1.1\r\nX: ", b"POST /api/join HTTP/1.1\r\n")


async def test_strangers_in_number_make_room(tmp_path: Path) -> None:
    async with serving(tmp_path, config=from_table({"maxUnprovenConnections": 5})) as service:
        ada = await service.student()
        strangers = [await connected(service, HALF[n % 3]) for n in range(12)]
        bob = await service.student("Bob")
        for stranger in strangers[:6]:
            assert await ended(stranger) == b""
        await ada.beat()
        await bob.beat()
        told = service.server.hub.metrics.text().decode()
        assert "edu_widgets_turned_away_total 0.0" not in told
        for _, writer in strangers:
            writer.close()


@pytest.mark.parametrize("said", HALF)
async def test_a_request_that_does_not_come_ends_the_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(gate, "HEAD_S", 0.2)
    async with serving(tmp_path) as service:
        ada = await service.student()
        assert await ended(await connected(service, said)) == b""
        await ada.beat()


async def test_a_body_that_does_not_come_ends_the_request(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "BODY_S", 0.1)
    head = f"POST /api/join HTTP/1.1\r\nHost: 127.0.0.1:{service.server.state.port}\r\n"
    stranger = await connected(service, f"{head}Content-Length: 60000\r\n\r\n{{".encode())
    async with asyncio.timeout(PATIENCE):
        assert b" 408 " in await stranger[0].readline()
    stranger[1].close()


async def test_requests_in_a_row_wait_and_members_do_not(tmp_path: Path) -> None:
    table = from_table({"guestBudget": {"rate": 1, "burst": 40}})
    async with serving(tmp_path, config=table) as service:
        ada = await service.student()
        await ada.enter()
        head = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{service.server.state.port}\r\n\r\n"
        reader, writer = await connected(service, head.encode() * 100)
        await reader.readline()
        for n in range(3):
            await ada.beat()
            await ada.answer(await ada.say(f"still here {n}"))
        got = await reader.read(1 << 20)
        assert got.count(b"HTTP/1.1") < 40
        assert 'edu_widgets_held_back_total{budget="guest"}' in (
            service.server.hub.metrics.text().decode()
        )
        writer.close()


async def flooded(service: Service) -> socket.socket:
    """Pipelined requests of somebody who reads nothing, until nothing is read of them either."""
    port = service.server.state.port
    head = f"GET /py101 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    stranger = socket.socket()
    stranger.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stranger.connect(("127.0.0.1", port))
    stranger.setblocking(False)
    ada = await service.student()
    gates = service.server.gates
    async with asyncio.timeout(PATIENCE):
        while not any(_held(each) for each in gates.unproven):
            with contextlib.suppress(BlockingIOError):
                stranger.send(head * 20)
            await ada.beat()
    return stranger


async def test_answers_that_are_not_taken_are_not_made(service: Service) -> None:
    (await flooded(service)).close()


async def test_who_takes_no_answer_is_cut(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edu_widgets.service.gate.ANSWER_S", 0.05)
    stranger = await flooded(service)
    gates = service.server.gates
    await comes_true(lambda: not any(map(_held, gates.unproven)), "the stranger is gone")
    stranger.close()


async def test_behind_a_proxy_few_wait_and_others_do_not(tmp_path: Path) -> None:
    table = from_table({"guestBudget": {"rate": 1, "burst": 30}})
    where = address("https://here.example")
    async with serving(tmp_path, config=table, address=where) as service:

        async def ask(source: str) -> int:
            headers = {"Host": "here.example", "X_Forwarded_For": source}
            return (await service.ask("GET", "/health", **headers)).status

        crowd = [asyncio.ensure_future(ask("192.0.2.1")) for _ in range(MOST_WAITING + 20)]
        await comes_true(lambda: sum(one.done() and one.result() == 429 for one in crowd) > 5, "no")
        assert await ask("192.0.2.2") == 200
        for one in crowd:
            one.cancel()


def _held(each: Any) -> bool:
    return each._transport is not None and not each._transport.is_reading()


async def test_members_who_come_back_pay_nothing_as_strangers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = from_table({"guestBudget": {"rate": 1, "burst": 60}})
    async with serving(tmp_path, config=table) as service:
        budgets = service.server.hub.budgets
        monkeypatch.setattr(budgets.guests, "now", lambda: 0.0)
        joined = await service.join("Ada")
        for _ in range(25):
            ada = await service.open(joined["token"])
            await ada.beat()
        assert budgets.charge_guest("127.0.0.1", 30) == 0, "half is there"


async def test_who_leaves_before_an_answer_has_soon_used_up_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = from_table({"guestBudget": {"rate": 1, "burst": 200}})
    async with serving(tmp_path, config=table) as service:
        budgets, unproven = service.server.hub.budgets, service.server.gates.unproven
        monkeypatch.setattr(budgets.guests, "now", lambda: 0.0)
        for _ in range(20):
            assert (await service.ask("GET", "/health", Connection="close")).status == 200
        assert budgets.charge_guest("127.0.0.1", 0) == 0, (
            "who waits for an answer pays for it alone"
        )
        await comes_true(lambda: not unproven, "they have gone")
        left = 0
        while not budgets.charge_guest("127.0.0.1", 0):
            _, writer = await connected(service, HALF[1])
            await comes_true(lambda: bool(unproven), "one has come")
            writer.transport.abort()
            await comes_true(lambda: not unproven, "and gone")
            left += 1
        assert left <= 4


async def test_running_out_of_files_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.get_running_loop()
    listening.tell_of_exhaustion_once(loop)
    try:
        for _ in range(100):
            loop.call_exception_handler(
                {"message": "…", "exception": OSError(errno.EMFILE, "…"), "socket": None}
            )
        assert [r.levelno for r in caplog.records] == [logging.WARNING]
        assert "ulimit" in caplog.text
        loop.call_exception_handler({"message": "another", "exception": OSError("disk")})
        assert [r.levelno for r in caplog.records] == [logging.WARNING, logging.ERROR]
    finally:
        loop.set_exception_handler(None)


def test_there_is_room_for_fewer_connections_than_files(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda _which: (1_024, 1_024))
    assert listening.most_connections() < 1_024
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (64, 64))
    assert 8 <= listening.most_connections() < 32
    wanted = []
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (1_024, 4_096))
    monkeypatch.setattr(resource, "setrlimit", lambda _which, limits: wanted.append(limits))
    listening.raise_file_limit()
    assert wanted == [(4_096, 4_096)]


async def test_at_an_address_without_a_budget_few_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "MOST_WAITING", 3)
    table = from_table({"guestBudget": {"rate": 1, "burst": 40}})
    async with serving(tmp_path, config=table) as service:
        ada = await service.student()
        strangers = [await connected(service) for _ in range(40)]
        for stranger in strangers[-10:]:
            assert await ended(stranger) == b""
        await ada.beat()
        for _, writer in strangers:
            writer.close()


async def test_whoever_goes_in_the_middle_of_a_body_is_nothing_to_log(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    head = f"POST /api/join HTTP/1.1\r\nHost: 127.0.0.1:{service.server.state.port}\r\n"
    unproven = service.server.gates.unproven
    for _ in range(5):
        stranger = await connected(service, f"{head}Content-Length: 60000\r\n\r\n{{".encode())
        await comes_true(lambda: [gate.is_silent for gate in unproven] == [False], "it is read")
        stranger[1].transport.abort()
        await comes_true(lambda: not unproven, "it is gone")
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


async def test_who_waits_and_says_nothing_makes_room_for_classmates(tmp_path: Path) -> None:
    table = from_table({"guestBudget": {"rate": 100, "burst": 200}})
    async with serving(tmp_path, config=table) as service:
        ada = await service.student()
        gates, budgets = service.server.gates, service.server.hub.budgets
        strangers = [await connected(service) for _ in range(MOST_WAITING + 10)]
        await comes_true(
            lambda: sum(each.is_silent for each in gates.unproven) >= MOST_WAITING, "they wait"
        )
        budgets.charge_guest("127.0.0.1", 220)
        again = await service.open(ada.token)
        await again.beat()
        for _, writer in strangers:
            writer.close()


async def test_a_proof_is_not_turned_away_for_strangers(tmp_path: Path) -> None:
    table = from_table({"guestBudget": {"rate": 1, "burst": 30}})
    where = address("https://here.example")
    async with serving(
        tmp_path, config=table, address=where, keys=(Key(KEY, ("HS256",)),)
    ) as service:
        waiting = service.server._runner.app[WAITING]

        async def ask(**more: str) -> int:
            headers = {"Host": "here.example", "X_Forwarded_For": "192.0.2.1"} | more
            return (await service.ask("GET", "/api/me", **headers)).status

        service.server.hub.budgets.charge_guest("192.0.2.1", 10_000)
        waiting["192.0.2.1"] = MOST_WAITING  # strangers who wait
        bearer = f"Bearer {token()}"
        assert await ask() == 429
        assert await ask(Authorization=f"{bearer[:-4]}AAAA") == 429
        mine = [asyncio.ensure_future(ask(Authorization=bearer)) for _ in range(MOST_PROVEN)]
        await comes_true(lambda: waiting["192.0.2.1 u-1"] == MOST_PROVEN, "they wait as well")
        assert await ask(Authorization=bearer) == 429, "but not as many as they like"
        for one in mine:
            one.cancel()
