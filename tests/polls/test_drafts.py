"""Drafts are put into an order, edited and copied, in a cell and on a page."""

from __future__ import annotations

from typing import Any

import pytest

from edu_widgets.polls.documents import MAX_ORDERED, ORDER, PollOrder, PollSecret
from edu_widgets.protocol import Code, uuid7
from edu_widgets.protocol.errors import InvalidArgument, Refused
from tests.in_memory.service import MIRA, STAFF
from tests.polls.desk import Desk, both
from tests.polls.school import ADA, School
from tests.polls.test_rules import refused

pytestmark = pytest.mark.usefixtures("named_bundles")


def ordered(school: School) -> list[str] | None:
    found = school.document(STAFF, "poll_order")
    return None if found is None else found.as_(PollOrder).ids


def secret(school: School, id_: str) -> PollSecret | None:
    found = school.document(STAFF, f"secret:{id_}")
    return None if found is None else found.as_(PollSecret)


def test_an_order_is_kept_for_staff_and_has_only_drafts(school: School) -> None:
    one, two = (school.ask("a", "b", open=False) for _ in range(2))
    asked = school.ask("a", "b")
    school.do(MIRA, "order_drafts", ids=[two, asked, "nothing", one, two])
    assert ordered(school) == [two, one]
    told = len(school.told[STAFF])
    school.do(MIRA, "order_drafts", ids=[two, one])
    assert len(school.told[STAFF]) == told, "as it is already, nothing changes"
    assert ORDER.encode() not in school.ever_told(ADA)
    with refused(Code.FORBIDDEN):
        school.do(ADA, "order_drafts", ids=[one, two])
    with refused(Code.INVALID):
        school.do(MIRA, "order_drafts", ids=[str(n) for n in range(MAX_ORDERED + 1)])
    assert ordered(school) == [two, one]


def test_the_right_answer_of_a_draft_can_be_taken_away(school: School) -> None:
    draft = school.ask("a", "b", open=False, correct=[1])
    school.do(MIRA, "edit_poll", pollId=draft, correct=[])
    assert secret(school, draft) is None
    asked = school.ask("a", "b", correct=[1])
    school.do(MIRA, "edit_poll", pollId=asked, correct=[])
    assert secret(school, asked) is not None, "of one that was asked it only changes"


def test_in_a_cell(school: School, mira: Desk, ada: Desk) -> None:
    first, second, third = (mira.polls.draft(f"{n}?", ["a", "b"], correct=2) for n in (1, 2, 3))
    both(mira, ada)
    _ = third.move(1)
    _ = first.move(99)
    assert mira.polls.drafts == [third, second, first], "at once"
    copy = mira.polls.duplicate(third)
    assert mira.polls.drafts == [third, copy, second, first]
    both(mira, ada)
    assert ordered(school) == [third.id, copy.id, second.id, first.id]
    assert (copy.question, copy.options, copy.correct) == ("3?", ["a", "b"], 2)
    assert mira.polls.next() == third
    both(mira, ada)
    assert mira.polls.drafts == [copy, second, first]
    asked = mira.polls.duplicate(third)
    both(mira, ada)
    assert mira.polls.drafts == [copy, second, first, asked], "of one that was asked it comes last"
    for place in (0, 1.5, True, "1"):
        with pytest.raises(InvalidArgument):
            _ = copy.move(place)  # type: ignore[arg-type]
    with pytest.raises(InvalidArgument, match="drafts"):
        _ = third.move(1)
    with pytest.raises(Refused):
        ada.polls.duplicate(ada.polls.poll(third.id))


def test_on_a_page(school: School, mira: Desk, ada: Desk) -> None:
    first = mira.polls.draft("Wich?", ["a", "b"], correct=1, seconds=30)
    second = mira.polls.draft("Second?", kind="number", correct=4, tolerance=1)
    both(mira, ada)
    assert mira.desk()["order"] == [first.id, second.id]
    assert "order" not in ada.desk()
    assert not mira.intend("move", id=second.id, place=1)
    assert mira.desk()["order"] == [second.id, first.id]
    assert mira.desk()["next"] == second.id
    both(mira, ada)
    mira.heard.clear()
    assert not mira.intend("source", id=first.id)
    (told,) = [m["data"] for m in mira.heard if m.get("name") == "source"]
    assert (told["to"], told["question"], told["correct"], told["seconds"]) == (
        *("p1", "Wich?", [0]),
        30,
    )
    edited: dict[str, Any] = {
        "question": "Which?",
        "options": ["a", "b", "c"],
        "correct": [2],
        "seconds": 0,
    }
    assert not mira.intend("edit", id=first.id, **edited)
    both(mira, ada)
    assert (first.question, first.options, first.correct) == ("Which?", ["a", "b", "c"], 3)
    assert mira.intend("edit", id=first.id, question="", options=["a", "b"]), "refused"
    assert mira.intend("edit", id=first.id, question="Which?", options=["a"]), "refused"
    as_ = uuid7()
    again: dict[str, Any] = {"id": second.id, "as": as_}
    for _ in range(2):  # a page that was reloaded sends it again
        assert not mira.intend("duplicate", **again)
    both(mira, ada)
    assert mira.desk()["order"] == [second.id, as_, first.id]
    assert secret(school, as_) == PollSecret(as_, [4], 1)
    _ = first.open()
    both(mira, ada)
    assert mira.intend("edit", id=first.id, **edited), "refused: people are answering"
    for do in ("source", "edit", "duplicate", "move"):
        args = {**edited, "id": first.id, "as": uuid7(), "place": 1}
        assert ada.intend(do, **args), do
