"""`edu.connect` with a platform's service, as people call it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import edu_widgets as edu
from edu_widgets.client.transport.base import Target
from edu_widgets.client.transport.selection import TransportSelection
from edu_widgets.client.transport.websocket import WebSocketTransport
from edu_widgets.protocol.errors import Refused
from tests.base_service import Running, Variants
from tests.client.dialects.base.conftest import ROOM, TOKEN
from tests.client.fake_service import eventually
from tests.hosting import leave_lessons
from tests.notebook.conftest import comms, named_bundles, no_widget_left
from tests.waiting import PATIENCE

__all__ = ["comms", "named_bundles", "no_widget_left"]


@pytest.fixture(autouse=True)
def _clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named_bundles: None) -> Iterator[None]:
    del named_bundles
    monkeypatch.setenv("EDU_WIDGETS_DATA_DIR", str(tmp_path / "data"))
    yield
    leave_lessons()


def connect(service: Running, *, channel: str = "", name: str | None = None) -> edu.Lesson:
    return edu.connect(
        url=service.url, token=TOKEN, user_id="ada", course="py101", channel=channel, name=name
    )


def test_a_lesson_with_a_platforms_service() -> None:
    with Running() as service:
        service.say(ROOM, "grace", "Ready?")
        lesson = connect(service, name="Ada L.").wait_connected(PATIENCE)
        assert str(lesson.status()).startswith("Live over websocket")
        eventually(lambda: [m.content for m in lesson.chat.messages] == ["Ready?"])
        lesson.chat.send("Ready!", reply_to=lesson.chat.messages[0]).wait()
        said = service.messages(ROOM)[-1]
        assert (said["userName"], said["content"], said["replyTo"]) == (
            "Ada L.",
            "Ready!",
            service.messages(ROOM)[0]["id"],
        )
        lesson.chat.react(lesson.chat.messages[0], "👍").wait()
        assert lesson.chat.messages[0].reactions[0].count == 1
        with pytest.raises(Refused, match="no pin message"):
            _ = lesson.chat.pin(lesson.chat.messages[0])
        lesson.close()
        eventually(lambda: not service.people(ROOM))


def test_the_channel_as_the_platform_spells_it() -> None:
    with Running() as service:
        service.say("room-42", "grace", "here")
        lesson = connect(service, channel="room-42").wait_connected(PATIENCE)
        eventually(lambda: [m.content for m in lesson.chat.messages] == ["here"])
        assert connect(service, channel="room-42") is lesson
        assert connect(service) is not lesson


def test_the_stream_elsewhere_is_a_setting() -> None:
    with Running(Variants(websocket=False)) as service, Running() as other:
        lesson = edu.connect(
            url=other.url.replace(str(other.port), "9"),  # nobody is there
            token=TOKEN,
            user_id="ada",
            course="py101",
            config={"Sse": {"endpoint": f"http://127.0.0.1:{service.port}/api/realtime/events"}},
        )
        lesson.wait_connected(PATIENCE)
        assert lesson.status().transport == "event stream"
        lesson.chat.send("through").wait(PATIENCE)
        assert [m["content"] for m in service.messages(ROOM)] == ["through"]


def test_the_service_runs_as_a_process_too() -> None:
    command = [sys.executable, "-m", "tests.base_service", "--port", "0", "--rewrite-ids"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            assert re.fullmatch(r"ws://127\.0\.0\.1:\d+", url)
            lesson = edu.connect(url=url, token=TOKEN, user_id="ada", course="py101")
            lesson.wait_connected(PATIENCE)
            receipt = lesson.chat.send("hello")
            receipt.wait()
            assert receipt.state == "done"
            lesson.close()
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def test_a_close_reason_that_quotes_the_token_is_not_passed_on() -> None:
    target = Target("wss://example.org/api/realtime/ws", "ada", lambda: TOKEN, base=True)
    transport = WebSocketTransport(target, TransportSelection(lambda: target))
    transport._token = TOKEN
    for heard in (False, True):
        transport._heard = heard
        assert TOKEN not in transport._ended(4001, f"bad token {TOKEN}!").reason
