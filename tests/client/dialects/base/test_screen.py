"""A student's view of the chat with a base service, at every moment."""

from __future__ import annotations

from typing import Any

import pytest

from edu_widgets.chat.widget import CourseChat
from tests.base_service import Running, Variants
from tests.client.dialects.base.conftest import ROOM, Enter
from tests.client.fake_service import eventually
from tests.faults import Faults
from tests.inside import client_of, mirror_of
from tests.notebook.conftest import comms, named_bundles, no_widget_left
from tests.waiting import PATIENCE

__all__ = ["comms", "named_bundles", "no_widget_left"]

SILENT = {"echo_to_others_only": True}

pytestmark = pytest.mark.usefixtures("named_bundles")


class Looking:
    """A viewer who reads the chat after every change."""

    def __init__(self, chat: CourseChat, service: Running) -> None:
        self.chat = chat
        self.service = service
        self.said: list[str] = []
        self.states: dict[str, list[str]] = {}
        self.wrong: list[str] = []
        client_of(chat).listen(lambda _: self.look())

    def say(self, words: str) -> None:
        _ = self.chat.send(words)
        self.said.append(words)
        self.look()

    def look(self) -> None:
        stored = [m["content"] for m in self.service.messages(ROOM)]
        said = tuple(self.said)
        shown = [(m.content, m.state) for m in self.chat.messages]
        for words in said:
            states = [state for content, state in shown if content == words]
            if len(states) != 1:
                self.wrong.append(f"{words!r} is shown {len(states)} times")
                continue
            history = self.states.setdefault(words, [])
            if not history or history[-1] != states[0]:
                history.append(states[0])
            if states[0] == "sent" and words not in stored:
                self.wrong.append(f"{words!r} counts as sent, but nobody has it")


@pytest.mark.parametrize(
    ("variants", "last"),
    [
        ({}, "sent"),
        ({"rewrite_ids": True}, "sent"),
        (SILENT, "unconfirmed"),
        ({"lose_before_storing": 1}, "sent"),
        ({"lose_after_storing": 1, "rewrite_ids": True}, "sent"),
        ({"has_history": False, "lose_after_storing": 1}, "unconfirmed"),
        ({"websocket": False}, "sent"),
    ],
    ids=str,
)
def test_every_message_is_on_the_screen_once_and_says_what_is_true(
    enter: Enter, variants: dict[str, Any], last: str
) -> None:
    with Running(Variants(**variants)) as service:
        client = enter(service).client
        looking = Looking(CourseChat(client), service)
        looking.say("before it is connected")
        client.wait_connected(PATIENCE)
        looking.say("while it is")
        first = "before it is connected"
        eventually(lambda: looking.states[first][-1] == last)
        eventually(lambda: looking.states["while it is"][-1] in ("sent", last))
        assert looking.wrong == []
        allowed = {"queued", "pending", last}
        assert set(looking.states[first]) <= allowed, looking.states
        assert "failed" not in looking.states["while it is"]


def test_unconfirmed_turns_into_sent_in_its_place(enter: Enter) -> None:
    with Running(Variants(echo_to_others_only=True)) as service, Faults(service.port) as faults:
        client = enter(service, url=f"ws://127.0.0.1:{faults.port}").client
        chat = CourseChat(client)
        looking = Looking(chat, service)
        client.wait_connected(PATIENCE)
        looking.say("mine")
        eventually(lambda: looking.states["mine"][-1] == "unconfirmed")
        service.say(ROOM, "grace", "theirs")
        eventually(lambda: [m.content for m in chat.messages] == ["mine", "theirs"])
        faults.cut()
        eventually(lambda: looking.states["mine"][-1] == "sent")
        assert [m.content for m in chat.messages] == ["mine", "theirs"]
        assert looking.wrong == []


def test_what_cannot_be_done_is_not_offered(enter: Enter) -> None:
    with Running(Variants(websocket=False, posts=False)) as service:
        client = enter(service).client
        chat = CourseChat(client)
        client.wait_connected(PATIENCE)
        assert "send" not in mirror_of(chat).room.can()
    with Running() as service:
        client = enter(service).client
        chat = CourseChat(client)
        client.wait_connected(PATIENCE)
        can = mirror_of(chat).room.can()
        assert {"send", "reply", "react", "typing"} <= set(can)
        assert not {"edit", "delete", "unreact", "ask", "upvote", "moderate", "read"} & set(can)


def test_an_error_of_the_service_is_a_notice(enter: Enter) -> None:
    with Running() as service:
        client = enter(service).client
        chat = CourseChat(client)
        client.wait_connected(PATIENCE)
        chat.comm.receive({"op": "ready", "page": "p1", "lang": ""})
        service.tell(ROOM, "error", {"message": "Please be <b>kind</b>."})
        seen: list[Any] = []

        def told() -> bool:
            seen.extend(chat.comm.take())
            return "Please be <b>kind</b>." in str(seen)

        eventually(told)
        assert client.view().state == "live"


def test_callbacks_are_told_of_each_message_once(enter: Enter) -> None:
    with Running() as service, Faults(service.port) as faults:
        service.say(ROOM, "grace", "earlier")
        client = enter(service, url=f"ws://127.0.0.1:{faults.port}").client
        chat = CourseChat(client)
        heard: list[str] = []
        chat.on("message", lambda message: heard.append(message.content))
        client.wait_connected(PATIENCE)
        eventually(lambda: [m.content for m in chat.messages] == ["earlier"])
        chat.send("mine").wait(PATIENCE)
        service.say(ROOM, "grace", "theirs", timestamp=1_700_000_000_000)
        eventually(lambda: heard == ["mine", "theirs"])
        faults.refuse()
        faults.cut()
        eventually(lambda: client.view().state != "live")
        service.say(ROOM, "grace", "missed")
        faults.heal()
        client.retry_now()
        eventually(lambda: heard == ["mine", "theirs", "missed"])
