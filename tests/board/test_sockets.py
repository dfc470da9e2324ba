"""Two people at one board, through the service's own sockets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import edu_widgets as edu
from edu_widgets.board.item import Stroke
from edu_widgets.board.widget import SharedBoard
from edu_widgets.protocol import uuid7
from tests.board.classroom import LINE
from tests.faults import Faults
from tests.hosting import hosted, leave_lessons
from tests.waiting import PATIENCE, wait_until


@pytest.fixture
def mira(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundles: Path) -> Iterator[edu.Lesson]:
    del bundles
    with hosted(tmp_path, monkeypatch) as lesson:
        yield lesson
        leave_lessons()


def seen(board: SharedBoard) -> list[tuple[str, str, str, list[tuple[float, float]]]]:
    """The strokes on the board as every person has them, in the order of their birth."""
    return [(s.id, s.user_name, s.ink, s.points) for s in sorted(board.strokes, key=by_birth)]


def by_birth(stroke: Stroke) -> tuple[float, str]:
    return stroke.created_at.timestamp(), stroke.id


def intend(board: SharedBoard, do: str, **args: Any) -> None:
    """Send an intent as a person's page does."""
    board.comm.receive({"op": "intent", "page": "p1", "id": uuid7(), "do": do, "args": args})


def look(board: SharedBoard) -> None:
    """Open the board in a page."""
    board.comm.receive({"op": "ready", "page": "p1", "lang": ""})


def of_page(id_: str, **fields: Any) -> dict[str, Any]:
    one = {"id": id_, "page": "first", "tool": "pen", "ink": "red", "width": 2, "points": LINE}
    return one | fields


def test_two_people_draw_one_undoes_and_is_cut_off_in_the_middle_of_a_stroke(
    mira: edu.Lesson,
) -> None:
    """One lesson for both, for its service is a process of its own."""
    with (
        Faults.before(mira.invite) as faults,
        edu.join(faults.through(mira.invite), name="Ada") as ada,
    ):
        ada.wait_connected(PATIENCE)
        ours, hers = mira.board, ada.board
        look(ours)
        look(hers)
        # Nothing but the board is open: the pen has somebody to go to all the same.
        wait_until(lambda: "Ada" in ours.people_for_pen().values(), "people are known")
        ours.give_pen("Ada").wait(PATIENCE)
        wait_until(lambda: list(hers.pens.values()) == ["Ada"], "the student has the pen")
        ours.open_to("all").wait(PATIENCE)
        wait_until(lambda: hers.is_open, "the student may draw")
        drawn_and_undone(ours, hers)
        cut_off_in_the_middle(ours, hers, ada, faults)
        assert {s.user_name for s in ours.strokes} == {"Mira", "Ada"}


def drawn_and_undone(ours: SharedBoard, hers: SharedBoard) -> None:
    ours.draw([(0, 0), (50, 20)], ink="blue").wait(PATIENCE)
    kept, undone = uuid7(), uuid7()
    intend(hers, "board.draw", **of_page(kept, x=8, y=8))
    intend(hers, "board.draw", **of_page(undone, x=80, y=8))
    wait_until(lambda: len(ours.strokes) == 3, "the instructor has all three")
    wait_until(lambda: all(s.state == "sent" for s in hers.strokes), "the student knows it")
    again = {**of_page(undone, x=80, y=8), "createdAt": ms(drawn(hers, undone))}
    intend(hers, "board.erase", ids=[undone])
    wait_until(lambda: len(ours.strokes) == 2, "what was undone is gone")
    intend(hers, "board.draw", **again)
    wait_until(lambda: len(ours.strokes) == 3, "what was redone is there again")
    intend(hers, "board.erase", ids=[undone])
    wait_until(lambda: len(ours.strokes) == 2, "and gone")
    same(ours, hers)
    # What staff erases does not come back by an undo of its author.
    again = {**of_page(kept, x=8, y=8), "createdAt": ms(drawn(hers, kept))}
    ours.erase(kept).wait(PATIENCE)
    wait_until(lambda: len(hers.strokes) == 1, "the student sees it go")
    intend(hers, "board.draw", **again)
    hers.draw([(1, 1)]).wait(PATIENCE)
    wait_until(lambda: len(ours.strokes) == 2, "the dot is there, and nothing else")
    same(ours, hers)


def cut_off_in_the_middle(
    ours: SharedBoard, hers: SharedBoard, ada: edu.Lesson, faults: Faults
) -> None:
    id_ = uuid7()
    told: list[dict[str, Any]] = []

    def parts() -> list[str]:
        told.extend(m for m in ours.comm.take() if m.get("name") == "parts")
        return [part["id"] for m in told for part in m["data"]]

    part = {"id": id_, "page": "first", "tool": "pen", "ink": "red", "width": 2, "points": LINE}
    intend(hers, "board.part", **part)
    wait_until(lambda: id_ in parts(), "the instructor's page sees the stroke begin")
    before = len(ours.strokes)
    faults.refuse()
    faults.cut()
    wait_until(lambda: ada.status().state != "live", "the connection is gone")
    intend(hers, "board.part", **part)  # told to nobody
    intend(hers, "board.draw", **of_page(id_, x=8, y=8))
    wait_until(lambda: state(hers, id_) == "queued", "it is kept")
    assert len(ours.strokes) == before
    faults.heal()
    wait_until(lambda: state(hers, id_) == "sent", "it was sent")
    wait_until(lambda: len(ours.strokes) == before + 1, "and came once")
    same(ours, hers)


def same(ours: SharedBoard, hers: SharedBoard) -> None:
    wait_until(lambda: all(s.state == "sent" for s in hers.strokes), "all is acknowledged")
    wait_until(lambda: seen(ours) == seen(hers), "both see the same")


def drawn(board: SharedBoard, id_: str) -> datetime:
    return next(s.created_at for s in board.strokes if s.id == id_)


def state(board: SharedBoard, id_: str) -> str:
    return next((s.state for s in board.strokes if s.id == id_), "")


def ms(when: datetime) -> int:
    return round(when.timestamp() * 1000)
