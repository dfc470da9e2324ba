"""Files of the service: full disks are told, sizes bounded, and limits outlast a start."""

from __future__ import annotations

import asyncio
import json
import os
import time
from pathlib import Path

import pytest

from edu_widgets.client.runtime import unused_files
from edu_widgets.client.runtime.unused_files import forget_unused, used
from edu_widgets.protocol import Code
from edu_widgets.service import audit as audits
from edu_widgets.service import hub as hubs
from edu_widgets.service import logs
from edu_widgets.service.audit import REFUSED, Audit
from edu_widgets.service.config import from_table
from edu_widgets.service.limits import SlidingWindow
from edu_widgets.service.store.sqlite import SqliteStore
from tests.waiting import PATIENCE

from .harness import serving


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "TICK_S", 0.01)
    monkeypatch.setattr("edu_widgets.service.server.LOOK_S", 0.01)
    monkeypatch.setattr("edu_widgets.service.vitals.FRESH_S", 0)


@pytest.mark.usefixtures("quick")
async def test_who_comes_is_noted_with_all_who_came(tmp_path: Path) -> None:
    async with serving(tmp_path) as service:
        store = service.server.hub.store
        assert isinstance(store, SqliteStore)
        found: list[tuple[str, int]] = []
        ada, bob = await service.two()
        await store.writer.submit(lambda db: db.execute("UPDATE members SET seen = 1"))
        for client in (ada, bob):
            await (await service.open(client.token)).beat()
        async with asyncio.timeout(PATIENCE):
            while len(found) < 2:
                found = await store.readers.rows("SELECT user, seen FROM members WHERE seen > 1")
        assert {user for user, _ in found} == {ada.user_id, bob.user_id}


@pytest.mark.usefixtures("quick")
async def test_a_service_that_stores_nothing_says_so_and_members_keep_what_they_have(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path) as service:
        ada = await service.student()
        await ada.enter()
        await ada.answer(await ada.say("before"))
        assert (await service.ask("GET", "/health")).body["ok"] is True
        for part in ("", "-wal", "-shm"):
            (tmp_path / f"service.db{part}").unlink()
        assert await ada.closed() == Code.UNAVAILABLE, "which a client takes for a reason to wait"
        assert not [f for f in ada.seen if f["type"] == "changes" and f["data"].get("reset")][1:]
        health = await service.ask("GET", "/health")
        assert (health.status, health.body["ok"]) == (503, False)
        assert "service.db" in health.body["problem"]
        assert health.body["instance"] == service.server.state.instance, "it can still be found"
        joined = await service.ask(
            "POST", "/api/join", {"course": "py101", "code": service.code, "name": "Bo"}
        )
        assert (joined.status, joined.body["code"]) == (503, Code.UNAVAILABLE)
        metrics = (await service.ask("GET", "/metrics")).body
        assert "edu_widgets_store_ok 0.0" in metrics


async def test_a_limit_holds_over_a_start_of_the_service(tmp_path: Path) -> None:
    table = from_table({"course": {"rateLimit": {"messages": 2, "interval": 3_600_000}}})
    async with serving(tmp_path, config=table) as service:
        joined = await service.join("Ada")
        ada = await service.open(joined["token"])
        await ada.enter()
        for text in "ab":
            assert (await ada.answer(await ada.say(text)))["type"] == "ack"
    async with serving(tmp_path, config=table) as service:
        ada = await service.open(joined["token"])
        await ada.enter()
        refused = await ada.answer(await ada.say("c"))
        assert refused["data"]["code"] == Code.RATE_LIMITED
        assert refused["data"]["retryAfter"] > 3_500_000


def test_a_limit_of_an_hour_holds_over_sweeps() -> None:
    now = 0.0
    window: SlidingWindow[str] = SlidingWindow(lambda: now)
    assert window.admit("ada", most=1, interval_ms=3_600_000) == 0
    assert window.admit("bo", most=1, interval_ms=60_000) == 0
    now = 3_000.0
    window.sweep()
    assert window.admit("ada", most=1, interval_ms=3_600_000) > 0
    assert "bo" not in window
    now = 3_601.0
    window.sweep()
    assert len(window) == 0


def test_strangers_push_nothing_out_of_the_trail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audits, "MAX_BYTES", 2_000)
    monkeypatch.setattr(audits, "MAX_REFUSED_BYTES", 2_000)
    with Audit(tmp_path / "audit.jsonl") as audit:
        audit.record("MODERATION", kind="mute_user", by="u-mira")
        for _ in range(1_000):
            audit.record(REFUSED, path="/api/join", code=4101)
    assert "mute_user" in (tmp_path / "audit.jsonl").read_text()
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir()}
    assert all(size < 2_200 for size in sizes.values())
    assert set(sizes) == {"audit.jsonl", "refused.jsonl", "refused.old.jsonl"}


def test_who_comes_and_goes_all_the_time_pushes_nothing_out_either(tmp_path: Path) -> None:
    with Audit(tmp_path / "audit.jsonl") as audit:
        audit.record("MODERATION", kind="mute_user", by="u-mira")
        for _ in range(1_000):
            for action in ("WEBSOCKET_CONNECTED", "WEBSOCKET_DISCONNECTED", "JOINED", "VOUCHED"):
                audit.record(action, userId="u-eve", by="u-eve")
        audit.record("JOINED", userId="u-ada")
    lines = (tmp_path / "audit.jsonl").read_text().splitlines()
    assert len(lines) == 4 * audits.MOST_OFTEN + 2, "others are recorded"


@pytest.mark.parametrize("user_id", ["u-eve", "UNI\\eve", 'e"v"e', "gülşah", "eve\u2028"])
def test_no_record_keeps_the_id_of_who_is_erased(tmp_path: Path, user_id: str) -> None:
    with Audit(tmp_path / "audit.jsonl") as audit:
        audit.record("MODERATION", kind="mute_user", about=user_id, by="u-mira")
        audit.forget(user_id)
    (line,) = (tmp_path / "audit.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["about"] == "erased"


def test_the_log_of_a_running_service_turns_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "KEPT_BYTES", 100)
    path = tmp_path / logs.NAME
    with path.open("ab", buffering=0) as log:
        log.write(b"a" * 90)
        logs.turn_over(tmp_path, log.fileno())
        assert path.stat().st_size == 90, "it is not large"
        log.write(b"b" * 20)
        logs.turn_over(tmp_path, log.fileno())
        log.write(b"c")
    assert path.read_bytes() == b"c"
    assert (tmp_path / "service.old.log").read_bytes() == b"a" * 90 + b"b" * 20
    path.write_bytes(b"d" * 200)
    with (tmp_path / "elsewhere").open("wb") as other:
        logs.turn_over(tmp_path, other.fileno())
    assert path.stat().st_size == 200, "what another process writes is left alone"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("old.json", "kept.json"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / "a.sqlite3").write_bytes(b"")
    long_ago = time.time() - (unused_files.UNUSED_DAYS + 1) * 86_400
    for path in [*tmp_path.rglob("*")]:
        os.utime(path, (long_ago, long_ago))
    return tmp_path


def test_what_an_account_has_not_used_for_half_a_year_goes(folder: Path) -> None:
    used(folder / "kept.json")
    forget_unused(folder)
    assert [path.name for path in folder.iterdir()] == ["kept.json"]
    forget_unused(folder / "missing")


def test_what_was_used_while_the_clock_was_wrong_is_kept(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (86_400, 86_400))
    before = {path.name for path in folder.iterdir()}
    forget_unused(folder)
    assert {path.name for path in folder.iterdir()} == before
    assert all(path.stat().st_mtime > time.time() - 3600 for path in folder.iterdir())


def test_a_folder_holds_so_much_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unused_files, "MAX_KEPT", 3)
    now = time.time()
    for n in range(6):
        (tmp_path / f"{n}").write_text("")
        os.utime(tmp_path / f"{n}", (now - n, now - n))
    forget_unused(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"0", "1", "2"}
