"""SharedBoard: what Python and the pages see of the board, on the real rules."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from edu_widgets.board.commands import BOARD_PART, BOARD_PARTS
from edu_widgets.board.documents import WINDOW
from edu_widgets.board.points import MAX_POINTS, encode
from edu_widgets.board.widget import SharedBoard, Stroke
from edu_widgets.client.sync.events import SignalReceived
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.errors import InvalidArgument, MessageTooLong, Refused, Unsupported
from edu_widgets.service import rules
from tests.board.classroom import ADA, BO, LINE, BoardClient, Classroom
from tests.in_memory.service import MIRA, ROOM
from tests.inside import channel_of, client_of
from tests.notebook.doubles import as_client
from tests.notebook.page import collections, intend, sent

pytestmark = pytest.mark.usefixtures("named_bundles")

Open = Callable[[rules.Person], tuple[BoardClient, SharedBoard]]


@pytest.fixture
def open_(room: Classroom) -> Open:
    def make(person: rules.Person) -> tuple[BoardClient, SharedBoard]:
        client = BoardClient(room, person)
        board = SharedBoard(as_client(client))
        return client, board

    return make


def stroke(**fields: Any) -> dict[str, Any]:
    one = {"id": uuid7(), "page": "first", "tool": "pen", "ink": "red", "width": 1, "x": 0, "y": 0}
    return one | {"points": LINE} | fields


# -- from Python ---------------------------------------------------------------------------


def test_a_stroke_is_there_at_once_and_others_hear_of_it(open_: Open) -> None:
    client, board = open_(MIRA)
    other, theirs = open_(ADA)
    heard: list[Stroke] = []
    theirs.on("change", heard.append)
    receipt = board.draw([(2, 1), (12.5, 3)], ink="blue")
    (mine,) = board.strokes
    assert (mine.points, mine.state, mine.ink) == ([(2, 1), (12.5, 3)], "pending", "blue")
    client.settle()
    other.settle()
    assert receipt.done()
    assert [s.state for s in board.strokes] == ["sent"]
    assert [(s.user_name, s.role) for s in theirs.strokes] == [("Mira", "instructor")]
    assert [s.id for s in heard] == [mine.id]
    assert "blue pen of 'Mira'" in repr(heard[0])
    _ = board.erase(mine)
    assert board.strokes == []
    client.settle()
    other.settle()
    assert (theirs.strokes, heard[-1].state) == ([], "erased")


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([], "at least one point"),
        ([(float("nan"), 1)], "no place"),
        ([(1, float("inf"))], "no place"),
        ([(1e9, 0)], "no place"),
        ([(5e5 + 1, 0)], "half a million"),
        ([(1,)], "pair of numbers"),
        ([None], "pair of numbers"),
        (["ab"], "pair of numbers"),
    ],
)
def test_what_is_no_line_is_refused_in_a_sentence(
    open_: Open, room: Classroom, points: Any, words: str
) -> None:
    client, board = open_(MIRA)
    with pytest.raises(InvalidArgument, match=words):
        _ = board.draw(points)
    client.settle()
    assert room.items() == []


def test_a_stroke_from_edge_to_edge_is_taken(open_: Open, room: Classroom) -> None:
    client, board = open_(MIRA)
    receipt = board.draw([(-5e5, 5e5), (5e5, -5e5)])
    client.settle()
    assert receipt.error is None
    assert [s.points for s in board.strokes] == [[(-5e5, 5e5), (5e5, -5e5)]]
    assert len(room.items()) == 1


def test_a_dot_is_a_stroke_and_a_very_long_line_is_several(open_: Open, room: Classroom) -> None:
    client, board = open_(MIRA)
    _ = board.draw([(5, 5)])
    _ = board.draw((n % 50, n % 7) for n in range(3 * MAX_POINTS))
    for _ in range(6):
        client.settle()
    drawn = [s.points for s in board.strokes]
    assert [len(points) for points in drawn] == [1, MAX_POINTS, MAX_POINTS, MAX_POINTS, 3]
    assert all(a[-1] == b[0] for a, b in pairwise(drawn[1:]))
    assert room.size().items == 5


def test_who_draws_is_staffs_to_say(open_: Open, room: Classroom) -> None:
    client, board = open_(MIRA)
    ada, hers = open_(ADA)
    receipt = hers.draw([(0, 0)])
    ada.settle()
    assert "Only instructors draw" in str(receipt.error)
    _ = board.give_pen(ADA.id)
    client.settle()
    assert board.pens == {ADA.id: "Ada"}
    _ = board.open_to("all")
    client.settle()
    ada.settle()
    _ = hers.draw([(0, 0)])
    ada.settle()
    assert (board.is_open, len(room.items())) == (True, 1)
    with pytest.raises(InvalidArgument, match='"all" or to "staff"'):
        _ = board.open_to("students")
    calls: list[Callable[[], object]] = [
        lambda: hers.open_to("all"),
        lambda: hers.give_pen(BO.id),
        hers.clear,
        hers.add_page,
        lambda: hers.add_figure(b""),
    ]
    for refused in calls:
        with pytest.raises(Refused, match="Only instructors"):
            refused()


def test_pages_come_in_order_and_a_cleared_one_is_empty_at_once(open_: Open) -> None:
    client, board = open_(MIRA)
    _ = board.add_page()
    client.settle()
    first, second = board.pages
    _ = board.draw([(0, 0)], page=second)
    client.settle()
    client.service.now += 1000
    _ = board.clear(second)
    client.settle()
    assert (first, board.strokes) == ("first", [])
    _ = board.remove_page(second)
    client.settle()
    assert board.pages == ["first"]
    with pytest.raises(InvalidArgument, match="There is no page"):
        _ = board.draw([(0, 0)], page=second)
    with pytest.raises(InvalidArgument, match="The first page stays"):
        _ = board.remove_page("first")


def test_a_page_is_an_svg_in_which_texts_are_texts(open_: Open, tmp_path: Path) -> None:
    client, board = open_(MIRA)
    _ = board.draw([(0, 0), (50, 20)], tool="arrow", ink="red")
    _ = board.draw([(0, 0), (50, 20), (80, 0)], tool="marker")
    _ = board.draw([(10, 10), (90, 60)], tool="ellipse")
    _ = board.draw([(10, 10), (90, 60)], tool="rectangle")
    _ = board.write("<script>alert(1)</script> & co.", (100, 100), note=True)
    client.settle()
    text = board.to_svg(tmp_path / "page.svg")
    assert (tmp_path / "page.svg").read_text(encoding="utf-8") == text
    root = ET.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))
    assert "&lt;script&gt;" in text
    with pytest.raises(InvalidArgument, match="cannot be written"):
        board.to_svg(tmp_path / "no" / "page.svg")


# -- to and from the pages -----------------------------------------------------------------


def test_pages_get_what_is_there_and_who_draws(open_: Open, room: Classroom) -> None:
    room.draw(MIRA, ink="green")
    _, board = open_(ADA)
    seen = collections(board)
    (item,) = seen["items"]["docs"]
    assert (item["ink"], item["name"], item["staff"], item["points"]) == (
        "green",
        "Mira",
        True,
        LINE,
    )
    assert "mine" not in item
    assert [page["id"] for page in seen["pages"]["docs"]] == ["first"]
    offer = seen["room"]["docs"][0]
    assert (offer["draws"], offer["staff"], offer["open"]) == (False, False, False)


def test_a_page_draws_moves_erases_and_restores(open_: Open, room: Classroom) -> None:
    client, board = open_(MIRA)
    collections(board)
    one = stroke()
    (batch,) = intend(board, "board.draw", **one)
    (shown,) = batch["set"]["items"]
    assert (shown["id"], shown["state"], shown["mine"]) == (one["id"], "pending", True)
    intend(board, "board.draw", **one)  # a page that was loaded again
    client.settle()
    batch = [m for m in sent(board) if m["op"] == "batch"][-1]
    (shown,) = batch["set"]["items"]
    assert (shown["born"] > 0, "state" in shown) == (True, False)
    assert len(room.items()) == 1
    intend(board, "board.move", ids=[one["id"]], dx=40, dy=0)
    client.settle()
    assert room.items()[0].x == 40
    drawn = room.items()[0].created_at
    intend(board, "board.erase", ids=[one["id"]])
    client.settle()
    assert room.items() == []
    intend(board, "board.draw", **{**one, "x": 40, "createdAt": drawn})
    client.settle()
    assert [(item.id, item.x) for item in room.items()] == [(one["id"], 40)]


def test_a_page_is_told_of_what_was_refused_and_the_stroke_goes(
    open_: Open, room: Classroom
) -> None:
    room.open_to_all()
    client, board = open_(ADA)
    collections(board)
    room.do(MIRA, "board_set", open=False)
    one = stroke()
    intend(board, "board.draw", **one)
    client.settle()
    told = sent(board)
    assert [m["data"]["message"] for m in told if m["op"] == "signal"] == [
        "Only instructors draw on the board now."
    ]
    assert board.strokes == []
    (refused,) = intend(board, "board.draw", **{**stroke(), "tool": "spray"})
    assert refused["op"] == "refused"


def test_parts_go_to_others_and_are_never_kept(open_: Open, room: Classroom) -> None:
    client, board = open_(ADA)
    collections(board)
    part: dict[str, Any] = {"id": "s1", "page": "first", "tool": "pen", "ink": "red"}
    part |= {"width": 2, "points": LINE}
    intend(board, "board.part", **part)
    assert [(name, data.points) for name, data in client.signals] == [(BOARD_PART.name, LINE)]
    theirs = {**part, "points": [LINE], "userId": MIRA.id, "userName": "Mira", "staff": True}
    own = {**theirs, "userId": ADA.id}
    data = msgspec.Raw(msgspec.json.encode({"parts": [theirs, own]}))
    client.emit(SignalReceived(BOARD_PARTS.name, ROOM, data))
    (told,) = [m for m in sent(board) if m["op"] == "signal"]
    assert [one["userName"] for one in told["data"]] == ["Mira"]
    assert room.items() == []


def test_a_long_board_comes_in_parts(open_: Open, room: Classroom) -> None:
    for n in range(1_003):
        room.draw(MIRA, f"s{n}")
    client, board = open_(MIRA)
    seen = collections(board)["items"]
    assert (len(seen["docs"]), seen["more"]) == (1_000, True)
    (page,) = intend(board, "board.older", before=seen["floor"])
    assert [doc["id"] for doc in page["docs"]] == ["s0", "s1", "s2"]
    assert not page["more"]
    assert len(encode([(0, 0)])) < WINDOW
    # A cleared page is empty for the pages at once, whatever is still to be deleted.
    room.now += 1
    room.do(MIRA, "board_clear", id="first")
    client.settle()
    gone = [id_ for m in sent(board) if m["op"] == "batch" for id_ in m["del"].get("items", [])]
    assert len(gone) == 1_003


def test_a_page_saves_an_svg(open_: Open, room: Classroom) -> None:
    room.draw(MIRA)
    _, board = open_(ADA)
    collections(board)
    (exported,) = intend(board, "board.svg", page="first")
    assert exported["data"]["name"] == "board-c-1.svg"
    assert exported["data"]["text"].startswith("<svg")


# -- pictures of a page ----------------------------------------------------------------------


def pixels(drawn: bytes) -> Any:
    from matplotlib.image import imread

    return imread(io.BytesIO(drawn), format="png")


def test_a_page_is_a_png_with_its_figure_under_the_ink(open_: Open, tmp_path: Path) -> None:
    client, board = open_(MIRA)
    ground = figure()
    _ = board.add_figure(ground, page="first")
    client.settle()
    _ = board.draw([(20, 50), (180, 50)], ink="red", width=3)
    _ = board.draw([(20, 80), (180, 80)], tool="marker", ink="amber")
    for tool in ("line", "arrow", "rectangle", "ellipse"):
        _ = board.draw([(10, 10), (60, 30)], tool=tool)
    _ = board.write("$x_1$ is 5 & more", (20, 60))
    _ = board.write("$$ not a formula", (210, 10), note=True)
    client.settle()
    drawn = board.to_png(tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes() == drawn
    seen = pixels(drawn)
    # A margin of 24 pixels all around, at two pixels a pixel; the figure is blue.
    assert [round(float(part), 1) for part in seen[2 * (15 + 24), 2 * (190 + 24)][:3]] == [
        0.0,
        0.0,
        1.0,
    ]
    red = seen[2 * (50 + 24), 2 * (100 + 24)]
    assert red[0] > red[2] + 0.3
    assert [float(part) for part in seen[4, 4][:3]] == [1.0, 1.0, 1.0]
    text = board.to_svg()
    assert 'href="data:image/png;base64,' in text
    assert text.index("<image") < text.index("<path")


def test_an_svg_under_a_page_is_told_of_not_left_out(open_: Open) -> None:
    client, board = open_(MIRA)
    script = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>1</script></svg>'
    )
    receipt = board.add_figure(script, page="first")
    client.settle()
    assert receipt.error is None
    with pytest.raises(Unsupported, match="lies on an SVG"):
        board.to_png()
    text = board.to_svg()
    assert "<script" not in text
    assert "data:image/svg+xml;base64," in text


def test_without_matplotlib_it_says_what_to_do(
    open_: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, board = open_(MIRA)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(Unsupported, match="pip install matplotlib"):
        board.to_png()


def test_a_figure_of_20_mb_is_refused_in_one_sentence(open_: Open, room: Classroom) -> None:
    client, board = open_(MIRA)
    with pytest.raises(MessageTooLong, match="MiB"):
        _ = board.add_figure(figure() + bytes(20 * 2**20))
    with pytest.raises(InvalidArgument):
        _ = board.add_figure(b"no picture")
    client.settle()
    assert room.pages() == []


# -- the pen and the hand, from the page ------------------------------------------------------


class Hands:
    """The hands and statuses that the presence feature would give."""

    documents = "status"

    def __init__(self) -> None:
        self.raised: list[str] = []

    def said(self) -> dict[str, tuple[str, int]]:
        return {}

    def say(self, status: str | None) -> None:
        pass

    def raise_hand(self, note: str) -> None:
        self.raised.append(note)


def test_who_may_not_draw_raises_a_hand_and_staff_gives_the_pen(
    open_: Open, room: Classroom
) -> None:
    ada, hands = BoardClient(room, ADA), Hands()
    hers = SharedBoard(as_client(ada), [hands])
    assert collections(hers)["room"]["docs"][0]["hand"] is False, "there are no hands in the course"
    ada.standing = replace(ada.standing, features=("board", "presence"))
    channel_of(hers).changed(reset=True)
    intend(hers, "board.hand", note="The pen, please")
    assert hands.raised == ["The pen, please"]
    (refused,) = intend(hers, "board.people")
    assert refused["op"] == "refused"
    room.open_to_all()
    room.draw(ADA)
    room.draw(BO)
    _, board = open_(MIRA)
    collections(board)
    (told,) = intend(board, "board.people")
    assert told["data"] == [{"id": ADA.id, "name": "Ada"}, {"id": BO.id, "name": "Bo"}]
    intend(board, "board.set", pen=ADA.id, give=True)
    client_of(board).settle()  # type: ignore[attr-defined]
    assert board.pens == {ADA.id: "Ada"}
    _ = board.give_pen("Bo")  # by the name
    client_of(board).settle()  # type: ignore[attr-defined]
    assert set(board.pens) == {ADA.id, BO.id}


def figure() -> bytes:
    """A blue picture of 200 by 100 pixels."""
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (200, 100), (0, 0, 255)).save(file, "PNG")
    return file.getvalue()
