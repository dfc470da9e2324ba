"""Cells that are run faster than a service takes them: each comes in the end, as it was at last."""

from __future__ import annotations

from typing import Any

import pytest

from edu_widgets.cells import sending
from edu_widgets.cells.commands import MOST_SHARED, ShareCell
from edu_widgets.cells.documents import Cell, CellOutput
from edu_widgets.cells.sending import MOST_UNDER_WAY, PACE, Sending
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.errors import NotConnected, OutboxFull
from tests.cells.studio import Studio, Wire
from tests.cells.test_widget import widget_of
from tests.in_memory.service import MIRA


class Desk:
    """A service and a clock; a command is acknowledged when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0
        self.sent: list[ShareCell] = []
        self.receipts: list[Receipt] = []
        self.refuse: Exception | None = None
        self.woken = 0
        self.sending = Sending(self._send, self._wake, lambda: self.now)

    def _wake(self) -> None:
        self.woken += 1

    def _send(self, data: ShareCell) -> Receipt:
        if self.refuse is not None:
            raise self.refuse
        self.sent.append(data)
        none: Any = None
        self.receipts.append(Receipt(uuid7(), none))
        return self.receipts[-1]

    def acknowledge(self) -> None:
        receipts, self.receipts = self.receipts, []
        for receipt in receipts:
            receipt.settle(1)

    def flow(self, seconds: float) -> None:
        """Time passes, and all that is handed over is acknowledged."""
        end = self.now + seconds
        while self.now < end:
            self.sending.go_on()
            self.acknowledge()
            self.now += 0.5


def test_of_a_flood_so_many_are_under_way_and_each_comes_in_its_last_state() -> None:
    desk = Desk()
    for n in range(200):
        desk.sending.put(str(n), Cell("x", n))
    desk.sending.go_on()
    assert len(desk.sent) == desk.sending.under_way == MOST_UNDER_WAY
    assert desk.sending.wait() is None
    for n in range(100, 200):
        desk.sending.put(str(n), Cell("x", n, "ok"))
    desk.acknowledge()
    assert desk.woken > 0
    desk.flow(2)
    assert [one.id for one in desk.sent] == [str(n) for n in range(200)]
    assert {one.cell.status for one in desk.sent[100:]} == {"ok"}


def test_the_pace_stays_below_what_a_service_takes() -> None:
    desk = Desk()
    for n in range(1_000):
        desk.sending.put(str(n), Cell("x", n))
    came: list[int] = []
    for _ in range(4):
        before = len(desk.sent)
        desk.flow(10)
        came.append(len(desk.sent) - before)
    assert PACE[0] < MOST_SHARED
    assert max(came) <= MOST_SHARED
    assert sum(came) > 3 * (MOST_SHARED // 2)
    desk.flow(60)
    assert len(desk.sent) == 1_000


def test_a_full_outbox_is_tried_again_and_what_cannot_be_sent_is_left() -> None:
    desk = Desk()
    desk.sending.put("a", Cell("x", 1))
    desk.refuse = OutboxFull("500 already wait.")
    desk.sending.go_on()
    wait = desk.sending.wait()
    assert wait is not None
    assert 0 < wait <= 1
    desk.now += 1
    desk.refuse = NotConnected("It is closed.")
    with pytest.raises(NotConnected):
        desk.sending.go_on()
    assert len(desk.sending) == 0


def test_the_oldest_are_given_up_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "MOST_WAITING", 3)
    monkeypatch.setattr(sending, "MOST_BYTES", 2_800)
    desk = Desk()
    for n in range(3):
        assert desk.sending.put(str(n), Cell("x", n)) == []
    assert [id_ for id_, _ in desk.sending.put("3", Cell("x", 3))] == ["0"]
    large = Cell("x", 4, outputs=[CellOutput("text", "x" * 2_700)])
    assert [id_ for id_, _ in desk.sending.put("4", large)] == ["1", "2"]


def test_two_hundred_cells_a_second_end_as_they_are(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop runs cells as fast as a kernel does; what waits longest is named on the desk."""
    now = [1_000.0]
    monkeypatch.setattr("edu_widgets.cells.sharing.time.monotonic", lambda: now[0])
    monkeypatch.setattr(sending, "MOST_WAITING", 150)
    widget, client = widget_of(studio, MIRA)
    sharing = widget._sharing
    sharing._sending._now = lambda: now[0]
    wire = Wire()

    def message(kind: str, request: Any, **content: Any) -> None:
        sharing._capture._note(kind, content, request)

    def pass_time(seconds: float) -> None:
        sharing._read()
        sharing._send_due()
        client.settle()
        now[0] += seconds

    for number in range(1, 501):
        request = wire.request()
        message("execute_input", request, code=f"cell({number})", execution_count=number)
        message("stream", request, name="stdout", text=f"{number}\n")
        message("execute_reply", request, status="ok")
        message("status", request, execution_state="idle")
        if not number % 20:
            pass_time(0.1)
    waiting = len(client.outbox) + sharing._sending.under_way
    assert waiting <= MOST_UNDER_WAY, "the outbox has room for everything else"
    for _ in range(30):
        pass_time(1)
    given_up = [cell for cell in widget._sharing.held() if cell.why == "many"]
    cells = studio.cells()
    assert [cell.number for cell in cells] == sorted(cell.number for cell in cells)
    assert {cell.status for cell in cells} == {"ok"}
    assert cells[-1].outputs[0].text == "500"
    assert len(cells) < 500
    assert given_up, "what the class does not get is said"
    numbers = {cell.number for cell in cells}
    assert not numbers & {cell.number for cell in given_up}
