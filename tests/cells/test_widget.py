"""The widget on the real rules: what pages are told, and what they may ask."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from edu_widgets.cells import magic
from edu_widgets.cells.commands import SHARE_CELL, ShareCell
from edu_widgets.cells.compare import rows
from edu_widgets.cells.documents import Cell, CellOutput
from edu_widgets.cells.mine import Like
from edu_widgets.cells.widget import LiveCells
from edu_widgets.client.sync.commands import Command, CommandState
from edu_widgets.client.sync.events import CommandChanged
from edu_widgets.protocol import uuid7
from edu_widgets.protocol.blobs import picture
from edu_widgets.protocol.errors import Forbidden, InvalidArgument, Refused
from edu_widgets.service.rules import Person
from tests.cells.studio import ADA, Studio
from tests.in_memory.client import InMemoryClient
from tests.in_memory.service import MIRA
from tests.inside import content_of
from tests.pictures import png

pytestmark = pytest.mark.usefixtures("named_bundles")


def widget_of(studio: Studio, person: Person = ADA) -> tuple[LiveCells, InMemoryClient[Studio]]:
    client = InMemoryClient(studio, person)
    return LiveCells(client), client


def docs(widget: LiveCells, collection: str = "cells") -> list[dict[str, Any]]:
    return list(content_of(widget).windows()[collection].docs)


def test_a_sequence_of_cells(studio: Studio) -> None:
    widget, client = widget_of(studio)
    assert (len(widget), bool(widget), list(widget)) == (0, True, [])
    studio.share("a = 1", number=1)
    studio.share("b = 2", number=2, outputs=[{"type": "text", "text": "2"}])
    client.sync()
    assert [cell.source for cell in widget] == ["a = 1", "b = 2"]
    assert widget[-1].text == "2"
    assert widget[0].user_name == "Mira"
    assert [cell.number for cell in widget[:1]] == [1]
    assert widget.number(2).source == "b = 2"
    assert "2 cells" in repr(widget)
    with pytest.raises(InvalidArgument, match="newest are 1, 2"):
        widget.number(3)


def test_each_run_is_told_once_when_it_has_ended(studio: Studio) -> None:
    studio.share("before")
    widget, client = widget_of(studio)
    heard: list[tuple[str, str]] = []
    widget.on("cell", lambda cell: heard.append((cell.source, cell.status)))
    id_ = studio.share("x", status="running")
    client.sync()
    studio.share("x", id_, status="error")
    client.sync()
    studio.share("x", id_, status="error", outputs=[{"type": "text", "text": "late"}])
    client.sync()
    assert heard == [("x", "error")]


def test_pages_get_what_they_may_show(studio: Studio) -> None:
    studio.share(
        "df.head()",
        outputs=[
            {"type": "html", "nodes": [["table", ["tr", ["td", "1"]]], ["script", "x"]]},
            {"type": "markdown", "text": "**hi** <b>x</b>"},
            {"type": "error", "name": "E", "value": "v", "text": "t"},
        ],
    )
    widget, _ = widget_of(studio)
    (doc,) = docs(widget)
    table, markdown, error = doc["outputs"]
    assert table["body"] == [["table", ["tr", ["td", "1"]]]]
    assert markdown["body"] == (("p", ("strong", "hi"), " <b>x</b>"),)
    assert error == {"type": "error", "name": "E", "value": "v", "text": "t"}


def test_unread_until_a_page_has_shown_them(studio: Studio) -> None:
    for n in range(3):
        studio.share(str(n))
    widget, client = widget_of(studio)
    assert (widget.unread, docs(widget, "desk")[0]["unseen"]) == (3, 3)
    widget.see(docs(widget)[1]["born"])
    assert widget.unread == 1
    widget.see(10**9)
    client.settle()
    assert widget.unread == 0
    assert studio.mark(ADA) == docs(widget)[-1]["born"]
    again, _ = widget_of(studio)
    assert again.unread == 0
    studio.share("new")
    client.sync()
    assert widget.unread == 1
    mine, _ = widget_of(studio, MIRA)
    assert mine.unread == 0


def test_a_like_cell_of_ones_own_is_named(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    history = ["", "import math", "df['temp_c'].mean()", "x = 1"]
    monkeypatch.setattr("edu_widgets.cells.mine.OwnCells._history", lambda _: history)
    studio.share("df['temp'].mean()")
    studio.share("import math\n")
    studio.share("totally(different, words)")
    widget, _ = widget_of(studio)
    assert [doc.get("mine") for doc in docs(widget)] == [
        {"n": 2, "differs": 1}, {"n": 1, "differs": 0}, None
    ]  # fmt: skip
    assert widget.own.like("x  =  2") == Like(3, 1)


def test_a_comparison_pairs_lines_and_marks_words() -> None:
    same, changed, added = rows("a = 1\nb = old", "a = 1\nb = new\nc", "python")
    assert same == {"same": True, "theirs": {"text": "a = 1", "runs": "2.2om"}}
    assert changed["mine"]["words"] == changed["theirs"]["words"] == [4, 3]
    assert added == {"theirs": {"text": "c"}}
    emoji, _ = rows("'🎉' + x", "'🎉' + y\n", "python"), None
    assert emoji[0]["theirs"]["words"] == [7, 1]  # as pages count


def test_students_cannot_share(studio: Studio) -> None:
    widget, _ = widget_of(studio)
    with pytest.raises(Forbidden):
        widget.share()
    assert "can" in docs(widget, "desk")[0]
    assert docs(widget, "desk")[0]["can"] == []


def test_a_service_that_does_not_offer_cells_says_so(studio: Studio) -> None:
    widget, client = widget_of(studio, MIRA)
    client.base = True
    with pytest.raises(Refused, match="does not offer cells"):
        widget.share()
    desk = docs(widget, "desk")[0]
    assert (desk["offered"], desk["can"]) == (False, [])


@pytest.mark.parametrize(
    ("lines", "run"),
    [
        (["%%private\n", "x\n"], ["# %%private\n", "x\n"]),
        (["\n", "%%private\n", "%%time\n", "x\n"], ["\n", "%%time\n", "x\n"]),
        (["x = '%%private'\n"], ["x = '%%private'\n"]),
        (["x\n", "%%private\n"], ["x\n", "%%private\n"]),
    ],
)
def test_private_is_for_the_sharing_alone(lines: list[str], run: list[str]) -> None:
    assert magic.without_mark(lines) == run


class Shell:
    """An IPython shell, as far as `%take` uses one."""

    def __init__(self, **variables: Any) -> None:
        self.user_ns = variables
        self.next = ""

    def set_next_input(self, text: str) -> None:
        self.next = text


def test_take_puts_a_cell_into_the_next_one(studio: Studio) -> None:
    studio.share("first", number=3)
    studio.share("second", number=4)
    widget, _ = widget_of(studio)
    shell = Shell(cells=widget)
    magic.take("3", shell)
    assert shell.next == "first"
    magic.take("", shell)
    assert shell.next == "second"
    for line, words in [("5", "number 5"), ("3 other", "no lesson"), ("a b", "used as")]:
        with pytest.raises(InvalidArgument, match=words):
            magic.take(line, shell)
    with pytest.raises(InvalidArgument, match="no lesson yet"):
        magic.take("3", Shell())
    other, _ = widget_of(studio)
    with pytest.raises(InvalidArgument, match="several lessons"):
        magic.take("3", Shell(a=widget, b=other))


def test_a_cell_whose_picture_is_refused_comes_without_it(studio: Studio) -> None:
    widget, client = widget_of(studio, MIRA)
    ref = picture(png(), "A plot")
    outputs = [CellOutput("text", "kept"), CellOutput("picture", picture=ref)]
    done = ShareCell(uuid7(), Cell("plot()", 1, "ok", ended=2, outputs=outputs))
    running = ShareCell(uuid7(), Cell("plot()", 1, outputs=outputs))
    for data in (running, done):
        raw = msgspec.Raw(msgspec.json.encode(data))
        command = Command(
            uuid7(), SHARE_CELL.name, client.channel, raw, "cells", 0, state=CommandState.FAILED
        )
        widget._on_event(CommandChanged(command))
    client.run()
    client.deliver()
    (cell,) = studio.cells()
    assert [(o.type, o.name or o.text) for o in cell.outputs] == [
        ("text", "kept"),
        ("note", "picture"),
    ]
