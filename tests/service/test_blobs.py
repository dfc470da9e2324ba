"""Pictures by HTTP: who may send and read which, limits before work, and what is hostile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.protocol import Code
from edu_widgets.protocol.blobs import MAX_BLOB, picture
from edu_widgets.service import addresses, blobs
from edu_widgets.service.backups import backup
from edu_widgets.service.store import blobs as stored_blobs
from edu_widgets.service.store.sqlite import SqliteStore
from tests.pictures import GIF, SVG, png

from .harness import CHANNEL, COURSE, Client, Reply, Service, serving

STAFF = f"staff:{COURSE}"
OTHER = "course:other"
DATA = png()
REF = json.loads('{"hash": ""}') | {
    "hash": picture(DATA).hash, "type": "image/png", "bytes": len(DATA), "width": 4, "height": 3,
}  # fmt: skip


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with serving(tmp_path, courses=(COURSE, "other")) as running:
        yield running


async def post(
    service: Service, who: Client, data: bytes = DATA, channel: str = CHANNEL, path: str = ""
) -> Reply:
    query = f"{path}/api/blobs?channel={channel}"
    return await service.ask("POST", query, data, Authorization=f"Bearer {who.token}")


async def get(
    service: Service, who: Client, channel: str = CHANNEL, hash_: str = REF["hash"]
) -> tuple[int, bytes, dict[str, str]]:
    url = f"{service.url}/api/blobs/{hash_}?channel={channel}"
    async with service.http.get(url, headers={"Authorization": f"Bearer {who.token}"}) as answer:
        return answer.status, await answer.read(), dict(answer.headers)


async def show(who: Client, *refs: Any, channel: str = CHANNEL, text: str = "") -> dict[str, Any]:
    return await who.answer(await who.say(text, channel, pictures=list(refs)))


async def test_a_picture_is_sent_named_and_read_by_others(service: Service) -> None:
    ada, bob = await service.two()
    sent = await post(service, ada)
    assert (sent.status, sent.body) == (200, REF)
    assert (await get(service, bob))[0] == 404, "nothing shows it yet"
    assert (await show(ada, REF | {"alt": " A\u202e  plot "}))["type"] == "ack"
    shown = await bob.message("")
    assert shown["pictures"] == [REF | {"alt": "A plot"}]
    status, body, headers = await get(service, bob)
    assert (status, body, headers["Content-Type"]) == (200, DATA, "image/png")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cache-Control"] == "private, no-store"
    gone = await ada.answer(await ada.send("delete_message", CHANNEL, {"messageId": shown["id"]}))
    assert gone["type"] == "ack"
    assert (await get(service, bob))[0] == (await get(service, ada))[0] == 404


async def test_a_channel_that_one_may_not_enter_is_closed_for_pictures_too(
    service: Service,
) -> None:
    prof, ada = await service.owner(), await service.student()
    await post(service, prof, channel=STAFF)
    assert (await show(prof, REF, channel=STAFF))["type"] == "ack"
    assert (await get(service, prof, STAFF))[0] == 200
    roles = {
        STAFF: Code.FORBIDDEN,
        f"user:{COURSE}:owner": Code.FORBIDDEN,
        OTHER: Code.FORBIDDEN,
        "course:none": Code.NO_SUCH_CHANNEL,
        f"lesson:{COURSE}:9": Code.NO_SUCH_CHANNEL,
        "": Code.NO_SUCH_CHANNEL,
    }
    for channel, code in roles.items():
        status, body, _ = await get(service, ada, channel)
        assert (status, json.loads(body)["code"]) == (404 if code == 4506 else 403, code), channel
        assert (await post(service, ada, channel=channel)).body["code"] == code, channel
    assert (await get(service, ada))[0] == 404, "by its hash, from a channel that has it not"
    answer = await show(ada, REF)
    assert answer["data"]["code"] == Code.NOT_FOUND
    nobody = await service.ask("GET", f"/api/blobs/{REF['hash']}?channel={CHANNEL}")
    assert nobody.status == 401
    own = f"user:{COURSE}:{ada.user_id}"
    assert (await post(service, ada, channel=own)).status == 200


async def test_what_is_wrong_is_refused_before_it_is_kept(service: Service) -> None:
    ada = await service.student()
    polyglot = DATA + b"<script>alert(1)</script>"
    wrong = {
        b"<html><script>alert(1)</script>": Code.INVALID,
        b"GIF89a": Code.INVALID,
        DATA[:-9]: Code.INVALID,
        b"": Code.INVALID,
        png(9_000, 9_000): Code.INVALID,
    }
    for data, code in wrong.items():
        answer = await post(service, ada, data)
        assert answer.body["code"] == code, data[:20]
        assert answer.body["message"].endswith(".")
    assert (await service.server.hub.store.sizes())["blobs"] == 0
    for data, type_ in {polyglot: "image/png", SVG: "image/svg+xml", GIF: "image/gif"}.items():
        sent = await post(service, ada, data)
        _, body, headers = await get(service, ada, hash_=sent.body["hash"])
        assert (body, headers["Content-Type"]) == (data, type_)
        assert headers["Content-Security-Policy"].startswith("sandbox")
    for hash_ in ("x", REF["hash"].upper(), REF["hash"] + "0"):
        assert (await get(service, ada, hash_=hash_))[0] == 404


async def test_a_length_is_looked_at_before_anything_is_read(service: Service) -> None:
    ada = await service.student()
    port = service.server.state.port
    lines = {
        f"Content-Length: {MAX_BLOB + 1}": "413",
        "Transfer-Encoding: chunked": "400",
    }
    for line, status in lines.items():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST /api/blobs?channel={CHANNEL} HTTP/1.1\r\nHost: 127.0.0.1\r\n{line}\r\n"
        writer.write(f"{head}Authorization: Bearer {ada.token}\r\n\r\n".encode())
        assert status in (await reader.readline()).decode()
        writer.close()


async def test_half_a_picture_that_stops_is_let_go_and_counts(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs, "BODY_S", 0.05)
    ada = await service.student()
    uploads = service.server._runner.app[blobs.UPLOADS]
    reader, writer = await asyncio.open_connection("127.0.0.1", service.server.state.port)
    head = f"POST /api/blobs?channel={CHANNEL} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    head += f"Authorization: Bearer {ada.token}\r\nContent-Length: {len(DATA)}\r\n\r\n"
    writer.write(head.encode() + DATA[:20])
    assert "408" in (await reader.readline()).decode()
    writer.close()
    assert not uploads
    uploads[ada.user_id] = blobs.MOST_UPLOADS
    assert (await post(service, ada)).status == 429
    del uploads[ada.user_id]
    assert (await post(service, ada)).status == 200


async def test_pictures_cost_whoever_sends_and_reads_them(service: Service) -> None:
    ada = await service.student()
    budgets = service.server.hub.budgets
    data = png(size=256 * 1024)
    before = budgets.people.full_at.get(ada.user_id, 0.0)
    sent = await post(service, ada, data)
    after = budgets.people.full_at[ada.user_id]
    assert after > before
    await get(service, ada, hash_=sent.body["hash"])
    assert budgets.people.full_at[ada.user_id] > after


async def test_an_instructor_turns_pictures_off(service: Service) -> None:
    prof, ada = await service.owner(), await service.student()
    await ada.enter()
    refused = await ada.answer(await ada.send("set_pictures", CHANNEL, {"allowed": False}))
    assert refused["data"]["code"] == Code.FORBIDDEN
    await prof.answer(await prof.send("set_pictures", CHANNEL, {"allowed": False}))
    await post(service, ada)
    answer = await show(ada, REF)
    assert (answer["data"]["code"], "turned pictures off" in answer["data"]["message"]) == (
        Code.FORBIDDEN,
        True,
    )
    await post(service, prof)
    assert (await show(prof, REF))["type"] == "ack"
    await prof.answer(await prof.send("set_pictures", CHANNEL, {"allowed": True}))
    assert (await show(ada, REF))["type"] == "ack"


async def test_a_message_has_four_pictures_and_an_edit_keeps_them(service: Service) -> None:
    ada = await service.student()
    await ada.enter()
    await post(service, ada)
    assert (await show(ada, *[REF] * 5))["data"]["code"] == Code.INVALID
    assert (await ada.answer(await ada.say("")))["data"]["code"] == Code.INVALID
    mid = await ada.say("see", pictures=[REF | {"alt": "Şekil bir"}])
    await ada.answer(mid)
    edit = {"messageId": mid, "content": "", "version": 0}
    assert (await ada.answer(await ada.send("edit_message", CHANNEL, edit)))["type"] == "ack"
    edited = await ada.message("")
    assert [p["hash"] for p in edited["pictures"]] == [REF["hash"]]
    found = await ada.until_reply(await ada.send("search", CHANNEL, {"query": "sekil"}))
    assert [doc["id"] for doc in found["data"]["docs"]] == [mid]
    prof = await service.owner()
    await prof.answer(await prof.send("pin_message", CHANNEL, {"messageId": mid, "pinned": True}))
    pinned = await service.server.hub.store.page(CHANNEL, "pin", None, 1)
    assert json.loads(bytes(pinned.docs[0].body))["content"] == "🖼 Şekil bir"


async def test_pictures_are_in_a_backup_and_under_the_public_path(tmp_path: Path) -> None:
    public = addresses.address("http://127.0.0.1:1/services/class")
    async with serving(tmp_path, address=public) as service:
        ada = await service.student()
        assert (await post(service, ada, path="/services/class")).status == 200
        await show(ada, REF)
        await asyncio.to_thread(backup, tmp_path, tmp_path / "copy.db")
    store = SqliteStore(tmp_path / "copy.db")
    found = await store.blob(CHANNEL, REF["hash"], "")
    await store.close()
    assert found is not None
    assert found.data == DATA


async def test_a_full_course_is_said_in_a_sentence(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_blobs, "COURSE_BYTES", 10)
    prof = await service.owner()
    answer = await post(service, prof)
    assert (answer.status, "Delete messages" in answer.body["message"]) == (413, True)
