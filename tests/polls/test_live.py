"""Live polls: counts reach everybody while people vote, where it was asked for and only there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edu_widgets.polls import markdown
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import InvalidArgument
from tests.in_memory.service import ROOM
from tests.polls.desk import Desk, both
from tests.polls.school import ADA, BO, CY, School, student
from tests.polls.test_rules import refused

pytestmark = pytest.mark.usefixtures("named_bundles")


def voted(school: School, **fields: Any) -> str:
    id_ = school.ask("a", "b", correct=[1], **fields)
    for person, choice in ((ADA, 0), (BO, 1), (CY, 1)):
        school.vote(person, id_, choice)
    school.refresh(id_)
    return id_


def test_everybody_sees_the_counts_and_nobody_which_is_right(school: School) -> None:
    id_ = voted(school, live=True)
    live = school.turnout(id_).live
    assert live is not None
    assert (live.counts, live.people, live.right) == ([1, 2], 3, None)
    assert (school.poll(id_).results, school.poll(id_).correct) == ([], [])
    school.vote(CY, id_, 0)  # as many people, other counts
    school.refresh(id_)
    assert getattr(school.turnout(id_).live, "counts", None) == [2, 1]
    told = len(school.told[ROOM])
    school.refresh(id_)
    assert len(school.told[ROOM]) == told, "counted again, it says nothing new"
    school.close(id_)
    assert getattr(school.turnout(id_).live, "counts", None) == [2, 1]
    school.revote(id_)
    assert getattr(school.turnout(id_).live, "counts", None) == [0, 0]
    ever = school.ever_told(ADA)
    assert b'"right"' not in ever
    assert b'"correct"' not in ever
    school.vote(BO, id_, 1, round_=2)
    school.reveal(id_, counts=True, answer=True)
    assert [one.right for one in school.poll(id_).results] == [1, 1]
    assert getattr(school.turnout(id_).live, "right", 0) is None


def test_without_it_nothing_is_told(school: School) -> None:
    id_ = voted(school)
    school.close(id_)
    school.revote(id_)
    school.vote(ADA, id_, 1, round_=2)
    school.refresh(id_)
    assert school.turnout(id_).live is None
    ever = school.ever_told(ADA)
    for word in (b'"live"', b'"counts"', b'"right"', b'"correct"'):
        assert word not in ever, word


def test_what_cannot_be_live(school: School, mira: Desk) -> None:
    for fields in ({"anonymous": True}, {"kind": "text"}):
        with refused(Code.INVALID):
            school.ask(*([] if "kind" in fields else ["a", "b"]), live=True, **fields)
    with pytest.raises(InvalidArgument, match="either anonymous or live"):
        mira.polls.ask("Which?", ["a", "b"], live=True, anonymous=True)
    with pytest.raises(InvalidArgument, match="Texts are never live"):
        mira.polls.ask("What?", kind="text", live=True)
    args: dict[str, Any] = {"id": "0", "question": "What?", "kind": "text", "live": True}
    assert mira.intend("create", **args), "refused"


def test_in_kernels_and_pages(school: School, mira: Desk, ada: Desk) -> None:
    live = mira.polls.ask("Which is it?", ["a", "b"], correct="b", live=True)
    assert live.live
    still = mira.polls.ask("And which is that?", ["a", "b"], correct="b")
    both(mira, ada)
    assert [doc.get("live") for doc in ada.shown()] == [
        {"round": 1, "people": 0, "counts": [0, 0]},
        None,
    ]
    for number in range(1, 4):
        school.vote(student(number), live.id, 1)
        school.vote(student(number), still.id, 1)
    both(mira, ada)
    first, second = ada.shown()
    assert first["live"] == {"round": 1, "people": 3, "counts": [0, 3]}
    assert first["results"] == []
    assert "live" not in second
    rows = ada.polls.poll(live.id).results()
    rows = rows if isinstance(rows, list) else rows.to_dict("records")
    assert [(row["answer"], row["people"]) for row in rows] == [("a", 0), ("b", 3)]
    assert not any(row["correct"] for row in rows)
    assert len(ada.polls.poll(still.id).results()) == 0
    assert '"correct"' not in json.dumps(ada.heard)
    with pytest.raises(InvalidArgument, match="revealed"):
        ada.polls.poll(live.id).freeze()


def test_asked_live_it_is_another_question(mira: Desk) -> None:
    plain = mira.polls.ask("Which?", ["a", "b"])
    assert mira.polls.ask("Which?", ["a", "b"], live=True).id != plain.id
    assert markdown.questions("live: yes\nWhich?\n\n- a\n- b\n")[0].live
