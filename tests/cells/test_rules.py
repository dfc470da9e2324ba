"""The rules of cells, one by one."""

from __future__ import annotations

from typing import Any

import pytest

from edu_widgets.cells.documents import MAX_OUTPUTS, MAX_SOURCE, CellsSharing
from edu_widgets.protocol import Code
from edu_widgets.protocol.errors import Refused
from edu_widgets.service.rules import Person
from tests.cells.studio import ADA, Studio
from tests.in_memory.service import MIRA, ROOM, STAFF

BO = Person("u-bo", "Bo", "instructor")
CELL = {"source": "1", "started": 1}


def refused(studio: Studio, code: Code, person: Person, type_: str, **fields: Any) -> str:
    """A command is refused, and changes nothing."""
    before = studio.db.execute("SELECT name, head FROM channels").fetchall()
    with pytest.raises(Refused) as caught:
        studio.do(person, type_, **fields)
    assert caught.value.code == code
    assert studio.db.execute("SELECT name, head FROM channels").fetchall() == before
    return str(caught.value)


@pytest.mark.parametrize(
    ("type_", "fields"),
    [
        ("share_cell", {"id": "c1", "cell": CELL}),
        ("take_back_cell", {"id": "c1"}),
        ("set_sharing", {"state": "on"}),
    ],
)
def test_only_staff_shares_and_only_in_the_course(
    studio: Studio, type_: str, fields: dict[str, Any]
) -> None:
    refused(studio, Code.FORBIDDEN, ADA, type_, **fields)
    refused(studio, Code.INVALID, MIRA, type_, room=STAFF, **fields)


def test_a_cell_is_as_its_owner_says_last_and_carries_their_name(studio: Studio) -> None:
    id_ = studio.share("x", status="running", byName="Somebody", byId="u-else")
    studio.share("x", id_, status="ok", outputs=[{"type": "text", "text": "1"}])
    (cell,) = studio.cells()
    assert (cell.by_id, cell.by_name, cell.status) == ("u-mira", "Mira", "ok")
    assert cell.outputs[0].text == "1"
    told = len(studio.told[ROOM])
    studio.share("x", id_, status="ok", outputs=[{"type": "text", "text": "1"}])
    assert len(studio.told[ROOM]) == told
    refused(studio, Code.FORBIDDEN, BO, "share_cell", id=id_, cell=CELL)


def test_what_was_taken_back_stays_away(studio: Studio) -> None:
    id_ = studio.share("print(token)")
    studio.do(BO, "take_back_cell", id=id_)
    studio.do(BO, "take_back_cell", id=id_)
    studio.share("print(token)", id_)  # an update that was on its way
    assert studio.cells() == []


@pytest.mark.parametrize(
    ("code", "cell"),
    [
        (Code.INVALID, CELL | {"source": "x" * (MAX_SOURCE + 1)}),
        (Code.INVALID, CELL | {"outputs": [{"type": "text"}] * (MAX_OUTPUTS + 1)}),
        (Code.TOO_LARGE, CELL | {"outputs": [{"type": "text", "text": "x" * 49_200}]}),
    ],
)
def test_limits(studio: Studio, code: Code, cell: dict[str, Any]) -> None:
    refused(studio, code, MIRA, "share_cell", id="c1", cell=cell)


@pytest.mark.parametrize("id_", ["", "a b", "x" * 65, CellsSharing.ID])
def test_ids_that_cannot_be(studio: Studio, id_: str) -> None:
    refused(studio, Code.INVALID, MIRA, "share_cell", id=id_, cell=CELL)


def test_the_state_of_the_sharing_is_whose_shares_last(studio: Studio) -> None:
    def state() -> tuple[str, str]:
        found = studio.document(ROOM, CellsSharing.ID)
        assert found is not None
        body: CellsSharing = found.as_(CellsSharing)
        return body.state, body.by_name

    studio.do(MIRA, "set_sharing", state="on")
    studio.do(MIRA, "set_sharing", state="paused")
    assert state() == ("paused", "Mira")
    studio.do(BO, "set_sharing", state="on")
    studio.do(MIRA, "set_sharing", state="off")
    assert state() == ("on", "Bo")


def test_a_mark_only_moves_up_and_is_ones_own(studio: Studio) -> None:
    studio.do(ADA, "mark_cells", upTo=7)
    studio.do(ADA, "mark_cells", upTo=3)
    assert (studio.mark(ADA), studio.mark(MIRA)) == (7, 0)
    assert not studio.told[ROOM]
    refused(studio, Code.INVALID, ADA, "mark_cells", upTo=-1)
