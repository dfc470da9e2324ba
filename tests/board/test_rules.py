"""What the rules of the board allow, rule by rule."""

from __future__ import annotations

from typing import Any

import pytest

from edu_widgets.board.commands import MAX_AT_ONCE
from edu_widgets.board.documents import MAX_OWN, MAX_PAGES, BoardView
from edu_widgets.board.points import FAR, MAX_POINTS, encode
from edu_widgets.board.service import sizes, sweeping
from edu_widgets.board.service.sizes import Size
from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.errors import Refused
from edu_widgets.service.rules import Person
from tests.board.classroom import ADA, BO, LINE, Classroom
from tests.in_memory.service import COURSE, MIRA, ROOM, START


def refused(code: Code, room: Classroom, person: Person, type_: str, **fields: Any) -> str:
    """A command is refused, and changes nothing."""
    before = room.heads()
    with pytest.raises(Refused) as caught:
        room.do(person, type_, **fields)
    assert caught.value.code == code
    assert room.heads() == before
    return str(caught.value)


def stroke(**fields: Any) -> dict[str, Any]:
    one = {"id": uuid7(), "page": "first", "tool": "pen", "ink": "red", "width": 1, "x": 0, "y": 0}
    return one | {"points": LINE} | fields


def test_only_staff_draws_until_the_board_is_open_or_the_pen_is_given(room: Classroom) -> None:
    id_ = room.draw(MIRA)
    (item,) = room.items()
    assert (item.id, item.user_name, item.role, item.created_at) == (
        id_,
        "Mira",
        "instructor",
        START,
    )
    assert "Only instructors draw" in refused(Code.FORBIDDEN, room, ADA, "board_draw", **stroke())
    room.do(MIRA, "board_set", pen=ADA.id)
    assert room.board().pens == {ADA.id: "Ada"}
    room.draw(ADA)
    refused(Code.FORBIDDEN, room, BO, "board_draw", **stroke())
    room.do(MIRA, "board_set", pen=ADA.id, give=False)
    refused(Code.FORBIDDEN, room, ADA, "board_draw", **stroke())
    room.open_to_all()
    room.draw(BO)
    room.do(MIRA, "board_set", open=False)
    refused(Code.FORBIDDEN, room, BO, "board_erase", ids=[room.items()[-1].id])
    refused(Code.NOT_FOUND, room, MIRA, "board_set", pen="u-nobody")
    for type_, fields in (
        ("board_set", {"open": True}),
        ("board_page", {"id": "p2"}),
        ("board_clear", {"id": "first"}),
        ("board_view", {"view": {"page": "first", "x": 0, "y": 0, "width": 9, "height": 9}}),
    ):
        refused(Code.FORBIDDEN, room, ADA, type_, **fields)
    with pytest.raises(Refused, match="course's channel"):
        room.do(MIRA, "board_draw", room=f"lesson:{COURSE}:3", **stroke())


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"points": ""}, "none that a pen has"),
        ({"points": encode([(4, 4), (5, 5)])}, "none that a pen has"),
        ({"points": encode([(0, 0)] * (MAX_POINTS + 1))}, "at most 4,000"),
        ({"points": "///////"}, "damaged"),
        ({"x": FAR + 1}, "a million"),
        ({"y": -FAR - 1}, "a million"),
        ({"width": 0}, "`width`"),
        ({"width": 4}, "`width`"),
        ({"text": "a stroke that speaks"}, "none that a pen has"),
        ({"tool": "line"}, "none that a line has"),
        ({"tool": "text", "points": "AAA"}, "visible"),
        ({"tool": "sticky", "points": "AAA", "text": "x" * 501}, "501"),
        ({"id": "a:b"}, "`id`"),
        ({"page": "a:b"}, "`page`"),
    ],
)
def test_what_is_no_stroke_is_refused(room: Classroom, fields: dict[str, Any], words: str) -> None:
    assert words in refused(Code.INVALID, room, MIRA, "board_draw", **stroke(**fields))


def test_a_dot_a_shape_and_a_note_are_things_on_the_board(room: Classroom) -> None:
    room.draw(MIRA, points="AAA")
    room.draw(MIRA, tool="arrow", points=encode([(0, 0), (40, 40)]))
    note = room.draw(MIRA, tool="sticky", points="AAA", text="Why not\n(3, 4)?")
    room.now += 1000
    room.draw(MIRA, note, tool="sticky", points="AAA", text="Because.")
    assert [item.tool for item in room.items()] == ["pen", "arrow", "sticky"]
    assert (room.items()[-1].text, room.items()[-1].created_at) == ("Because.", START)
    assert room.size().items == 3
    refused(Code.NOT_FOUND, room, MIRA, "board_draw", **stroke(page="gone"))


def test_an_eraser_takes_many_and_never_what_is_anothers(room: Classroom) -> None:
    room.open_to_all()
    mine, theirs = [room.draw(ADA) for _ in range(3)], room.draw(BO)
    refused(Code.FORBIDDEN, room, ADA, "board_erase", ids=[*mine, theirs])
    refused(Code.FORBIDDEN, room, ADA, "board_move", ids=[theirs], dx=4, dy=0)
    refused(Code.INVALID, room, ADA, "board_erase", ids=[])
    refused(Code.INVALID, room, ADA, "board_erase", ids=["x"] * (MAX_AT_ONCE + 1))
    room.do(ADA, "board_erase", ids=mine[:2])
    heads = room.heads()
    # Two erasers at once: what is gone already is no mistake.
    room.do(MIRA, "board_erase", ids=[*mine[:2], "never-there"])
    assert room.heads() == heads
    room.do(MIRA, "board_erase", ids=[mine[2], theirs])
    assert room.items() == []
    assert (room.size(), room.size(BO).items) == (Size(), 0)


def test_moving_moves_the_place_alone(room: Classroom) -> None:
    one, two = room.draw(MIRA), room.draw(MIRA)
    room.do(MIRA, "board_move", ids=[one, two, "gone"], dx=100, dy=-4)
    assert [(item.x, item.y, item.points) for item in room.items()] == [(108, 0, LINE)] * 2
    refused(Code.INVALID, room, MIRA, "board_move", ids=[one], dx=FAR, dy=0)


def test_undo_restores_ones_own_at_its_place_and_nothing_that_others_removed(
    room: Classroom,
) -> None:
    room.open_to_all()
    first, second = room.draw(ADA), room.draw(BO)
    before = room.document(ROOM, f"board:{first}")
    assert before is not None
    room.do(ADA, "board_erase", ids=[first])
    room.now += 5000
    room.draw(ADA, first, createdAt=START)
    after = room.document(ROOM, f"board:{first}")
    assert after is not None
    assert (after.born, room.items()[0].created_at) == (before.born, START)
    assert [item.id for item in room.items()] == [first, second]
    # Staff took it away: it quietly stays away.
    room.do(MIRA, "board_erase", ids=[first])
    heads = room.heads()
    room.draw(ADA, first, createdAt=START)
    assert room.heads() == heads
    # Nobody restores, or replaces, what is another's.
    refused(Code.FORBIDDEN, room, ADA, "board_draw", **stroke(id=second))
    # A stroke that was sent twice, and erased in between, does not come back.
    room.do(BO, "board_erase", ids=[second])
    room.draw(BO, second)
    assert room.items() == []


def test_a_cleared_page_keeps_its_ground_and_what_is_drawn_later(
    room: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "AT_ONCE", 2)
    room.do(MIRA, "board_page", id="p2")
    old = [room.draw(MIRA, page="p2") for _ in range(3)]
    kept = room.draw(MIRA)
    room.now += 1000
    room.do(MIRA, "board_clear", id="p2")
    room.now += 1000
    later = room.draw(MIRA, page="p2")
    room.sweep("p2")
    assert len(room.items()) == 3, "a slice at once"
    assert not room.pages()[0].swept
    room.sweep("p2")
    assert [item.id for item in room.items()] == [kept, later]
    assert room.pages()[0].swept
    assert room.size().items == 2
    room.draw(MIRA, old[0], page="p2", createdAt=START)
    assert len(room.items()) == 2, "undo does not bring back what was cleared"
    room.do(MIRA, "board_page", id="p2", removed=True)
    refused(Code.NOT_FOUND, room, MIRA, "board_draw", **stroke(page="p2"))
    room.sweep("p2")
    assert [item.id for item in room.items()] == [kept]
    assert room.pages() == []
    refused(Code.NOT_FOUND, room, MIRA, "board_page", id="p2")
    refused(Code.INVALID, room, MIRA, "board_page", id="first", removed=True)
    room.do(MIRA, "board_clear", id="first")


def test_a_board_and_a_student_have_room_for_so_much(
    room: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.open_to_all()
    monkeypatch.setattr(sizes, "MAX_OWN", 2)
    monkeypatch.setattr(sizes, "MAX_ITEMS", 4)
    mine = [room.draw(ADA) for _ in range(2)]
    assert "which is the most" in refused(Code.INVALID, room, ADA, "board_draw", **stroke())
    for _ in range(2):
        room.draw(MIRA)
    assert "full" in refused(Code.INVALID, room, MIRA, "board_draw", **stroke())
    room.draw(ADA, mine[0], ink="green")  # what is there may still change
    room.do(ADA, "board_erase", ids=mine[:1])
    monkeypatch.setattr(sizes, "MAX_BYTES", room.size().bytes + 20)
    assert "full" in refused(Code.INVALID, room, MIRA, "board_draw", **stroke())
    assert MAX_OWN > 2
    for n in range(MAX_PAGES):
        room.do(MIRA, "board_page", id=f"p{n}")
    refused(Code.INVALID, room, MIRA, "board_page", id="more")


def test_the_class_follows_one_view(room: Classroom) -> None:
    view = {"page": "first", "x": -10, "y": 4, "width": 900, "height": 500}
    room.do(MIRA, "board_view", view=view)
    assert room.board().view is None, "nobody follows"
    room.do(MIRA, "board_set", follow=True)
    room.do(MIRA, "board_view", view=view)
    assert room.board().view == BoardView("first", -10, 4, 900, 500)
    assert room.board().leader_name == "Mira"
    refused(Code.INVALID, room, MIRA, "board_view", view={**view, "width": 0})
    room.do(MIRA, "board_set", follow=False)
    assert (room.board().view, room.board().leader_id) == (None, "")


def test_an_erased_person_leaves_no_stroke_pen_or_count(room: Classroom) -> None:
    room.do(MIRA, "board_set", pen=ADA.id)
    room.draw(ADA)
    kept = room.draw(MIRA)
    room.erase(ADA)
    assert [item.id for item in room.items()] == [kept]
    assert (room.size().items, room.size(ADA), room.board().pens) == (1, Size(), {})
    told = b"\n".join(
        bytes(body)
        for (body,) in room.db.execute("SELECT body FROM documents WHERE body IS NOT NULL")
    )
    assert b"Ada" not in told
    assert b"u-ada" not in told
