"""Messages of one's own types: with a platform that has them, and with a service that has not."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import gc
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import edu_widgets as edu
from edu_widgets.notifications.widget import NotificationPane
from edu_widgets.protocol.errors import InvalidArgument, NotConnected, Refused
from edu_widgets.realtime.messages import (
    MOST_BYTES,
    MOST_WAITING,
    ClientStatus,
    Message,
    MessageStream,
)
from tests.base_service import Running, Variants
from tests.client.fake_service import eventually
from tests.client.real_service import RealService
from tests.conftest import ROOT
from tests.faults import Faults
from tests.hosting import hosted, leave_lessons
from tests.waiting import PATIENCE

ROOM = "course:py101"
OWN = Variants(own_types=frozenset({"grade_request", "grade_published"}))

Enter = Callable[..., edu.RealtimeClient]


@pytest.fixture(autouse=True)
def _clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("EDU_WIDGETS_DATA_DIR", str(tmp_path / "data"))
    yield
    leave_lessons()


@pytest.fixture
def platform() -> Iterator[Running]:
    with Running(Variants(own_types=OWN.own_types)) as service:
        yield service


@pytest.fixture
def enter(platform: Running) -> Iterator[Enter]:
    with contextlib.ExitStack() as stack:

        def make(user: str = "ada", url: str = "", **options: Any) -> edu.RealtimeClient:
            options.setdefault("channels", [ROOM])
            made = edu.RealtimeClient(
                url=url or platform.url, token="s3cret-token", user_id=user, **options
            )
            stack.callback(made.close)
            return made

        yield make


def heard(client: edu.RealtimeClient, *events: str) -> list[tuple[Any, ...]]:
    """The messages to a client, in order."""
    told: list[tuple[Any, ...]] = []
    for event in events:
        client.on(event, lambda *arguments, event=event: told.append((event, *arguments)))
    return told


def test_a_type_of_ones_own_goes_out_and_comes_in(platform: Running, enter: Enter) -> None:
    ada, bob = enter("ada").wait_connected(PATIENCE), enter("bob").wait_connected(PATIENCE)
    told = heard(bob, "grade_request")
    eventually(lambda: platform.people(ROOM) == ["ada", "bob"])
    receipt = ada.send(ROOM, "grade_request", {"id": 7})
    receipt.wait(PATIENCE)
    assert receipt.state == "done", "it came back under its id"
    eventually(lambda: told)
    [(_, message)] = told
    assert isinstance(message, Message)
    assert (message.type, message.channel, message.data) == ("grade_request", ROOM, {"id": 7})
    assert message.id == receipt.id
    assert message.timestamp is not None


def test_what_is_sent_offline_goes_once_and_in_order(platform: Running, enter: Enter) -> None:
    with Faults(platform.port) as faults:
        ada = enter(url=f"ws://127.0.0.1:{faults.port}").wait_connected(PATIENCE)
        told = heard(ada, "connected", "disconnected")
        faults.refuse()
        faults.cut()
        eventually(lambda: not ada.status().connected)
        receipts = [ada.send(ROOM, "grade_request", {"n": n}) for n in range(20)]
        eventually(lambda: ada.status().queued_messages == 20)
        assert ada.status().channels == (ROOM,)
        faults.heal()
        for receipt in receipts:
            receipt.wait(PATIENCE)
        assert [frame["data"]["n"] for frame in platform.own(ROOM)] == list(range(20))
        assert ada.status().queued_messages == 0
        eventually(lambda: [event for event, *_ in told][:2] == ["disconnected", "connected"])


def test_one_that_may_have_arrived_is_not_sent_again(platform: Running, enter: Enter) -> None:
    ada = enter().wait_connected(PATIENCE)
    platform.variants.lose_after_storing = 1
    receipt = ada.send(ROOM, "grade_request", {"n": 1})
    receipt.wait(PATIENCE)
    assert receipt.state == "unconfirmed"
    ada.send(ROOM, "grade_request", {"n": 2}).wait(PATIENCE)
    assert [frame["data"]["n"] for frame in platform.own(ROOM)] == [1, 2]


def test_the_words_of_the_document_are_events(platform: Running, enter: Enter) -> None:
    ada = enter().wait_connected(PATIENCE)
    eventually(lambda: platform.people(ROOM) == ["ada"])
    events = ("message", "chat_message", "user_joined", "notification", "error", "unknown_message")
    told = heard(ada, *events)
    platform.say(ROOM, "grace", "hello")
    platform.tell(ROOM, "user_joined", {"userId": "bob", "userName": "Bob"})
    platform.tell(ROOM, "notification", {"id": "n", "title": "Five minutes left"})
    platform.tell(ROOM, "error", {"message": "Please be kind."})
    platform.tell(ROOM, "grade_published", {"grade": 9})
    platform.tell("course:another", "grade_published", {"grade": 1})
    eventually(lambda: len(told) == 6)
    assert [event for event, *_ in told] == [
        "chat_message",
        "message",
        "user_joined",
        "notification",
        "error",
        "unknown_message",
    ]
    assert told[1][1].data["content"] == "hello"
    assert isinstance(told[4][1], Refused)
    assert str(told[4][1]) == "Please be kind."
    assert told[5][1].data == {"grade": 9}


def test_channels_are_joined_and_left(platform: Running, enter: Enter) -> None:
    ada = enter(channels=[]).wait_connected(PATIENCE)
    told = heard(ada, "grade_published")
    with pytest.raises(InvalidArgument, match="subscribe"):
        ada.send(ROOM, "grade_request", {}).wait(PATIENCE)
    ada.subscribe(ROOM)
    eventually(lambda: platform.people(ROOM) == ["ada"])
    platform.tell(ROOM, "grade_published", {"grade": 9})
    eventually(lambda: told)
    ada.unsubscribe(ROOM)
    eventually(lambda: not platform.people(ROOM))
    assert ada.status().channels == ()


def test_messages_are_iterated_in_any_loop(platform: Running, enter: Enter) -> None:
    async def main() -> list[int]:
        async with enter() as ada:
            stream = ada.messages(type="grade_published")
            await asyncio.to_thread(
                eventually, lambda: platform.people(ROOM) == ["ada"], "it is in the room"
            )
            for n in range(5):
                platform.tell(ROOM, "grade_published", {"n": n})
                platform.tell(ROOM, "grade_request", {"n": n})
            found = []
            async for message in stream:
                found.append(message.data["n"])
                if len(found) == 5:
                    stream.close()
            return found

    assert asyncio.run(main()) == list(range(5))


def test_a_stream_nobody_reads_is_bounded_and_says_what_it_dropped() -> None:
    stream = MessageStream(None, lambda _: None)
    for n in range(MOST_WAITING + 7):
        stream.take(Message("a", ROOM, n, str(n), None), 1)
    stream.close()

    async def rest() -> list[int]:
        return [message.data async for message in stream]

    assert asyncio.run(rest()) == list(range(7, MOST_WAITING + 7))
    assert stream.dropped == 7


def test_a_stream_is_bounded_by_bytes_too_and_the_log_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stream = MessageStream(None, lambda _: None)
    for n in range(10):
        stream.take(Message("a", ROOM, n, str(n), None), MOST_BYTES // 3)
    assert len(stream._waiting) == 3
    stream.take(Message("a", ROOM, 10, "10", None), 2 * MOST_BYTES)
    stream.close()

    async def rest() -> list[int]:
        return [message.data async for message in stream]

    assert asyncio.run(rest()) == [10], "the newest stays, however long"
    assert stream.dropped == 10
    assert len(caplog.records) == 1


def test_what_waits_is_measured(enter: Enter, platform: Running) -> None:
    with enter() as client:
        stream = client.messages()
        client._delivery.message(Message("a", ROOM, {"text": "x" * 1000}, "1", None), known=True)
        assert stream._bytes > 1000


@pytest.mark.parametrize(
    ("type_", "data", "says"),
    [
        ("subscribe", {}, "subscribe(channel)"),
        ("heartbeat", {}, "by itself"),
        ("no type", {}, "cannot be a type"),
        ("grade_request", [1], "a dict"),
        ("grade_request", {"when": object()}, "JSON"),
        ("chat_message", {"content": 7}, "content"),
    ],
)
def test_what_cannot_be_sent_is_said_and_changes_nothing(
    enter: Enter, type_: str, data: Any, says: str
) -> None:
    ada = enter().wait_connected(PATIENCE)
    with pytest.raises(InvalidArgument) as told:
        _ = ada.send(ROOM, type_, data)
    assert says in str(told.value)
    assert ada.status().queued_messages == 0


def test_a_callback_that_raises_stops_no_other(
    platform: Running, enter: Enter, capsys: pytest.CaptureFixture[str]
) -> None:
    ada = enter().wait_connected(PATIENCE)
    eventually(lambda: platform.people(ROOM) == ["ada"])

    def wrong(_: Message) -> None:
        raise RuntimeError("mine")

    ada.on("grade_published", wrong)
    told = heard(ada, "grade_published")
    platform.tell(ROOM, "grade_published", {"n": 1})
    eventually(lambda: told)
    assert "mine" in capsys.readouterr().err
    ada.off("grade_published")

    @ada.on("grade_published")
    def right(message: Message) -> None:
        told.append(("right", message))

    platform.tell(ROOM, "grade_published", {"n": 2})
    eventually(lambda: len(told) == 2)
    assert told[-1][0] == "right"


SCRIPT = """
import asyncio, sys
import edu_widgets as edu

async def main():
    async with edu.RealtimeClient(url=sys.argv[1], token="s3cret-token", user_id="ada",
                                  channels=["course:py101"]) as client:
        await client.send("course:py101", "chat_message", {"content": "from a script"})
        await client.send("course:py101", "grade_request", {"id": 7})
    print("anywidget" in sys.modules, "IPython" in sys.modules)

asyncio.run(main())
"""


def test_a_plain_script_needs_no_notebook(platform: Running) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, platform.url],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stdout) == (0, "False False\n"), done.stderr
    assert [m["content"] for m in platform.messages(ROOM)] == ["from a script"]
    assert [frame["data"] for frame in platform.own(ROOM)] == [{"id": 7}]


def test_closed_it_is_closed_for_good(platform: Running, enter: Enter) -> None:
    ada = enter().wait_connected(PATIENCE)
    assert repr(ada) == "<RealtimeClient ada, connected>"
    ada.close()
    ada.close()
    eventually(lambda: not platform.people(ROOM))
    assert not ada.status().connected
    for call in (lambda: ada.send(ROOM, "a", {}), lambda: ada.subscribe(ROOM), ada.messages):
        with pytest.raises(NotConnected, match="closed"):
            call()


def test_a_token_is_shown_by_nothing(enter: Enter) -> None:
    ada = enter()
    assert "s3cret-token" not in f"{ada!r} {ada.status()!r} {vars(ada)}"


def test_a_refused_token_is_an_error(platform: Running, enter: Enter) -> None:
    platform.variants.token = "another"
    ada = enter()
    told = heard(ada, "error")
    ada.subscribe("course:second")
    eventually(lambda: told)
    assert isinstance(told[0][1], edu.EduWidgetsError)


def test_who_comes_and_goes_at_a_service_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RealService(tmp_path / "service") as service:
        invite = service.invite(service.server.state.url)
        client = edu.join(invite, name="Ada").wait_connected(PATIENCE).client
        told = heard(client, "user_joined", "user_left", "unknown_message")
        stream = client.messages("user_left")

        def known() -> bool:
            followed = client._channels._followed[ROOM]
            return followed is not None and followed._parts[0]._roster.known is True

        eventually(known)
        monkeypatch.setenv("EDU_WIDGETS_DATA_DIR", str(tmp_path / "grace"))
        grace = edu.join(invite, name="Grace").wait_connected(PATIENCE)
        eventually(lambda: told)
        who = {"userId": grace.user.user_id, "userName": "Grace"}
        grace.close()
        eventually(lambda: len(told) > 1)
        assert [event for event, _ in told] == ["user_joined", "user_left"]
        assert [(m.type, m.channel, m.data) for _, m in told] == [
            ("user_joined", ROOM, who),
            ("user_left", ROOM, who),
        ]
        assert len(stream._waiting) == 1, "whoever was there before has not come"


def test_beside_a_lesson_it_uses_the_same_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundles: Path
) -> None:
    del bundles
    with hosted(tmp_path, monkeypatch) as lesson:
        client = lesson.client
        assert lesson.client is client
        told = heard(client, "message")
        lesson.chat.send("hello").wait(PATIENCE)
        eventually(lambda: told)
        assert told[0][1].data["content"] == "hello"
        client.send(ROOM, "chat_message", {"content": "by hand"}).wait(PATIENCE)
        eventually(lambda: [m.content for m in lesson.chat.messages] == ["hello", "by hand"])
        with pytest.raises(Refused, match="grade_request"):
            client.send(ROOM, "grade_request", {"id": 7}).wait(PATIENCE)
        assert lesson.status().state == "live"
    with pytest.raises(NotConnected):
        _ = client.send(ROOM, "chat_message", {"content": "too late"})
    gc.collect()


def test_the_table_of_the_document_names_what_there_is() -> None:
    page = (ROOT / "docs" / "connecting.md").read_text(encoding="utf-8")
    table = page[page.index("| the document's classes | here |") :].split("\n\n")[0]
    here = "\n".join(row.split("|")[2] for row in table.splitlines()[2:])
    ours = {*re.findall(r"(?<![.\w])`?([a-z_]+)\(", here)} - {"status"}
    assert {"send", "on", "off", "wait_connected", "close"} <= ours
    assert [name for name in sorted(ours) if not hasattr(edu.RealtimeClient, name)] == []
    panes = {*re.findall(r"lesson\.notifications\.(\w+)", here)}
    assert {"send", "on", "mark_read", "clear", "items", "unread"} == panes
    assert [name for name in sorted(panes) if not hasattr(NotificationPane, name)] == []
    (fields,) = re.findall(r"`status\(\)`: `([\w, ]+)`", here)
    assert set(fields.split(", ")) == {field.name for field in dataclasses.fields(ClientStatus)}
