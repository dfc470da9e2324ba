"""Things of the board in packed form: the same for kernel and page, small, and nothing is lost."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edu_widgets.board.documents import INKS, TOOLS
from edu_widgets.board.packing import pack
from edu_widgets.board.points import encode
from edu_widgets.notebook.packed import with_buffers
from edu_widgets.protocol import uuid7
from tests.board.packed_things import unpack
from tests.nightly import examples

Json = dict[str, Any]

VECTOR = json.loads((Path(__file__).parent / "packed.json").read_text("utf-8"))
"""js/tests/board.test.ts reads it too."""

BUDGET = 1.2


def thing(steps: int = 60, **fields: Any) -> Json:
    """A stroke as the board tells it to its pages: a curve, drawn at 6 pixels a step."""
    id_ = uuid7()
    at = (UUID(id_).int >> 80) + 1_800
    curve = encode([(24 * n, round(160 * math.sin(n / 8))) for n in range(steps)])
    doc = {"id": id_, "page": "first", "tool": "pen", "ink": "ink", "width": 2}
    doc |= {"x": 1_480, "y": 2_210, "points": curve, "name": "Mira Lindgren", "at": at}
    return {**doc, "staff": True, "born": 20_041, "seq": 20_041, **fields}


def test_things_are_packed_as_the_page_reads_them() -> None:
    raw, others = pack(VECTOR["things"])
    assert (raw.hex(), others) == (VECTOR["packed"], [])
    assert unpack(raw) == VECTOR["things"]


whole = st.integers(-(2**40), 2**40)
stored = st.integers(0, 2**40)
things = st.fixed_dictionaries(
    {
        "id": st.uuids().map(str),
        "page": st.just("first") | st.uuids().map(str),
        "tool": st.sampled_from(TOOLS),
        "ink": st.sampled_from(INKS),
        "width": st.integers(1, 3),
        "x": whole,
        "y": whole,
        "points": st.lists(st.tuples(st.integers(-99, 99), st.integers(-99, 99)), max_size=9).map(
            encode
        ),
        "name": st.text(st.characters(codec="utf-8"), max_size=9),
        "at": whole,
    },
    optional={
        "text": st.text(st.characters(codec="utf-8"), min_size=1, max_size=9),
        "staff": st.just(value=True),
        "mine": st.just(value=True),
        "state": st.sampled_from(["pending", "queued"]),
        "rev": stored,
    },
)
placed = st.tuples(things, st.none() | st.tuples(stored, stored)).map(
    lambda both: (
        both[0] | ({} if both[1] is None else dict(zip(("born", "seq"), both[1], strict=True)))
    )
)


@settings(max_examples=examples(100))
@given(st.lists(placed, max_size=5))
def test_what_is_packed_is_read_again(docs: list[Json]) -> None:
    raw, others = pack(docs)
    assert others == []
    assert (unpack(raw) if raw else []) == docs


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "s1"},
        {"id": "01A2302A-5C08-7D59-B348-72EAE5C16F02"},
        {"page": "second"},
        {"tool": "spray"},
        {"ink": "pink"},
        {"width": 9},
        {"state": "lost"},
        {"points": "AAAAA"},
        {"points": "no points"},
        {"name": "\ud800"},
    ],
    ids=str,
)
def test_what_has_no_packed_form_stays_as_it_is(fields: Json) -> None:
    odd, plain = thing(**fields), thing()
    raw, others = pack([odd, plain])
    assert (unpack(raw), others) == ([plain], [odd])


@pytest.mark.parametrize("page", ["first", uuid7()], ids=["first page", "another page"])
def test_a_stroke_is_within_its_budget_alone(page: str) -> None:
    doc = thing(page=page)
    raw, _ = pack([doc])
    assert len(raw) <= BUDGET * len(doc["points"])


def test_strokes_of_a_late_join_are_below_their_points_as_text() -> None:
    docs = [thing(born=20_041 + n, seq=20_041 + n) for n in range(1_000)]
    raw, _ = pack(docs)
    assert len(raw) <= sum(len(doc["points"]) for doc in docs)


def test_a_message_names_its_buffers_where_the_documents_were() -> None:
    one, two, odd = thing(), thing(), thing(id="s1")
    packs = {"items": pack}
    joint = {"op": "batch", "set": {"items": [one], "pages": [{"id": "first"}]}}
    joint |= {"by": {"": {"n": 4}, "bob": {"n": 2, "set": {"items": [odd, two]}}}}
    told = with_buffers(joint, packs)
    assert told["set"] == {"items": [0], "pages": [{"id": "first"}]}
    assert told["by"] == {"": {"n": 4}, "bob": {"n": 2, "set": {"items": [odd, 1]}}}
    assert [unpack(raw) for raw in told["buffers"]] == [[one], [two]]
    page = {"op": "page", "in": "items", "docs": [one, two], "floor": 7, "more": True}
    assert with_buffers(page, packs)["docs"] == [0]
    for plain in ({"op": "pulse", "n": 3}, {"op": "batch", "n": 4, "lesson": {"online": 2}}):
        assert with_buffers(plain, packs) == plain
    assert joint["set"]["items"] == [one]  # type: ignore[index]
