"""What a viewer has written when they are linked: it arrives, once and in order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

import edu_widgets as edu
from edu_widgets.chat.documents import ChatMessage
from edu_widgets.client.linking import ask_to_link, new_code
from edu_widgets.client.viewers import vouched_for
from edu_widgets.protocol import uuid7
from edu_widgets.service.config import RateLimit, ServiceConfig
from tests.client.real_service import RealService
from tests.inside import client_of
from tests.waiting import PATIENCE, wait_until

SAID = [f"message {number}" for number in range(10)]
LIMIT = RateLimit(messages=5, interval=3_000)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealService]:
    monkeypatch.setenv("EDU_WIDGETS_DATA_DIR", str(tmp_path / "data"))
    config = ServiceConfig()
    config = replace(config, course=replace(config.course, rate_limit=LIMIT))
    with RealService(tmp_path / "service", config=config) as running:
        yield running


def test_what_waits_when_the_link_is_made_is_sent_by_the_member(service: RealService) -> None:
    invite = service.invite(service.server.state.url)
    ada, bob = edu.join(invite, name="Ada"), edu.join(invite, name="Bob")
    for lesson in (ada, bob):
        lesson.wait_connected(PATIENCE)
    viewer = vouched_for(client_of(ada), "v1", "bob", "Bob")
    wait_until(lambda: viewer.view().state == "live", "the viewer is in the room")
    for text in SAID:
        id_ = uuid7()
        _ = viewer.send("chat_message", ChatMessage(id=id_, content=text), id=id_)
    wait_until(lambda: viewer.view().queued <= 5, "the service takes the first of them")
    asked = ask_to_link(viewer, str(new_code(client_of(bob))))
    _ = asked.wait(PATIENCE)
    assert viewer.view().queued, "some of them wait for the limit"
    wait_until(lambda: not viewer.view().queued, "they are sent")
    viewer.close()
    wait_until(lambda: len(ada.chat.messages) >= len(SAID), "all of them arrive")
    assert [message.content for message in ada.chat.messages] == SAID
    writers = [message.user_id for message in ada.chat.messages]
    assert writers[-1] == bob.user.user_id
    assert writers[0] != bob.user.user_id
    for lesson in (ada, bob):
        lesson.close()
