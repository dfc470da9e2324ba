"""Notifications of a base service, over its WebSocket and over its event stream."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edu_widgets.notifications.widget import NotificationPane
from edu_widgets.protocol.errors import Refused
from tests.base_service import Running, Variants
from tests.client.conftest import callbacks, network, pool
from tests.client.dialects.base.conftest import Enter, _no_memory, enter
from tests.client.fake_service import eventually
from tests.faults import Faults
from tests.waiting import PATIENCE

__all__ = ["_no_memory", "callbacks", "enter", "network", "pool"]

ROOM = "course:py101"

pytestmark = pytest.mark.usefixtures("named_bundles")


def titles(pane: NotificationPane) -> Callable[[], set[str]]:
    return lambda: {item.title for item in pane.items}


@pytest.mark.parametrize("websocket", [True, False], ids=["websocket", "stream"])
def test_what_the_service_tells_is_in_the_pane(enter: Enter, *, websocket: bool) -> None:
    with Running() as service:
        service.variants.websocket = websocket
        client = enter(service).client
        pane = NotificationPane(client)
        client.wait_connected(PATIENCE)
        eventually(lambda: service.people(ROOM) == ["ada"])
        whole = {"id": "n1", "type": "payment", "title": "Invoice", "message": "Paid", "data": {}}
        service.tell(ROOM, "notification", whole)
        service.tell(ROOM, "notification", whole)
        service.tell(ROOM, "notification", {"title": "Without an id"})
        service.tell(ROOM, "user_activity", {"userId": "bob", "userName": "Bob"})
        service.tell(ROOM, "course_update", {"title": "Lesson 3"})
        told = {"Invoice", "Without an id", "Activity", "Lesson 3"}
        eventually(lambda: titles(pane)() == told)
        assert len(pane.items) == 4
        assert pane.unread == 3
        pane.mark_read("n1")
        eventually(lambda: pane.unread == 2)
        pane.clear()
        assert pane.items == []
        with pytest.raises(Refused):
            _ = pane.send("x")


def test_what_a_stream_missed_is_told_once(enter: Enter) -> None:
    variants = Variants(websocket=False, posts=False)
    with Running(variants) as service, Faults(service.port) as faults:
        client = enter(service, url=f"ws://127.0.0.1:{faults.port}").client
        pane = NotificationPane(client)
        told: list[str] = []
        pane.on("notification", lambda item: told.append(item.title))
        client.wait_connected(PATIENCE)
        eventually(lambda: service.people(ROOM) == ["ada"])
        service.tell(ROOM, "notification", {"title": "Five minutes left"})
        eventually(lambda: told == ["Five minutes left"])
        pane.mark_read()
        faults.refuse()
        faults.cut()
        service.tell(ROOM, "notification", {"title": "Four minutes left"})
        faults.heal()
        eventually(lambda: told == ["Five minutes left", "Four minutes left"])
        assert [item.read for item in pane.items] == [False, True]
