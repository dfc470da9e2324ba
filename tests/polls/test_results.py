"""Tables, files and static pictures of what was revealed."""

from __future__ import annotations

import csv
import io
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from edu_widgets.client.csv_files import as_csv
from edu_widgets.notebook.nodes_html import MATH
from edu_widgets.polls import frozen, results
from edu_widgets.polls.commands import NamedAnswer
from edu_widgets.polls.counting import count_round
from edu_widgets.polls.documents import (
    NumberCount,
    OrderCount,
    Poll,
    PollFlow,
    PollShown,
    RoundResult,
    TextCount,
)
from edu_widgets.protocol.errors import EduWidgetsError, InvalidArgument

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)> $x$ =1+1'


def poll(kind: Any = "single", **fields: Any) -> Poll:
    options = ["tuple", "`list`"] if kind in {"single", "multiple", "ordering", "predict"} else []
    whole: dict[str, Any] = {"options": options, "shown": PollShown(counts=True)} | fields
    return Poll("p", "Which is **mutable**?", kind, "u", 0, **whole)


TWO_ROUNDS = poll(
    results=[RoundResult(1, 4, [3, 1]), RoundResult(2, 4, [1, 3])],
    flows=[PollFlow(1, 2, 4, [[0, 0, 1], [0, 1, 2], [1, 1, 1]])],
    round=2,
)


def test_rows_of_rounds() -> None:
    rows = results.rows(TWO_ROUNDS, TWO_ROUNDS.results, [1])
    assert [(r["round"], r["option"], r["people"]) for r in rows] == [
        (1, 1, 3),
        (1, 2, 1),
        (2, 1, 1),
        (2, 2, 3),
    ]
    assert [r["correct"] for r in rows] == [False, True, False, True]
    assert [r["correct"] for r in results.rows(TWO_ROUNDS, TWO_ROUNDS.results)] == [None] * 4
    assert rows[0]["share"] == 0.75
    assert [r["answer"] for r in rows[:2]] == ["tuple", "list"]


def test_shares_of_multiple_choice_are_of_people() -> None:
    asked = poll("multiple", results=[RoundResult(1, 4, [3, 4])])
    rows = results.rows(asked, asked.results, [0])
    assert [(r["share"], r["correct"]) for r in rows] == [(0.75, True), (1.0, False)]


@pytest.mark.parametrize(
    ("asked", "result", "correct", "told"),
    [
        (poll("number"), RoundResult(1, 3, numbers=[NumberCount(2.5, 3)]), [2.5], [(2.5, True)]),
        (poll("text"), RoundResult(1, 1, texts=[TextCount("Çay", 1)]), ["ÇAY"], [("Çay", True)]),
        (
            poll("ordering"),
            RoundResult(1, 1, orders=[OrderCount([1, 0], 1)]),
            [0, 1],
            [("list > tuple", False)],
        ),
        (
            poll("scale", options=["", "fast"]),
            RoundResult(1, 1, [0, 1]),
            [],
            [("1", None), ("2 fast", None)],
        ),
    ],
)
def test_rows_of_other_kinds(
    asked: Poll, result: RoundResult, correct: list[Any], told: list[Any]
) -> None:
    rows = results.rows(asked, [result], correct)
    assert [(row["answer"], row["correct"]) for row in rows] == told


def test_without_pandas_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = results.rows(TWO_ROUNDS, TWO_ROUNDS.results)
    frame = results.table(rows)
    assert list(frame.columns) == list(results.COLUMNS)
    assert list(results.table([]).columns) == list(results.COLUMNS)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert results.table(rows) == rows


def test_a_csv_holds_no_formula(tmp_path: Path) -> None:
    asked = poll(
        "text", results=[RoundResult(1, 2, texts=[TextCount("=1+1", 1), TextCount("a,b", 1)])]
    )
    rows = results.rows(asked, asked.results)
    text = as_csv(results.COLUMNS, rows, None)
    assert text is not None
    assert [row["answer"] for row in csv.DictReader(io.StringIO(text))] == ["'=1+1", "a,b"]
    assert as_csv(results.COLUMNS, rows, tmp_path / "x.csv") is None
    assert (tmp_path / "x.csv").read_text("utf-8") == text


class Axes:
    """The part of matplotlib's axes that a plot uses."""

    def __init__(self) -> None:
        self.bars: list[tuple[list[int], str]] = []
        self.names: list[str] = []
        self.title = ""
        self.spines = self

    def __getitem__(self, _: object) -> Axes:
        return self

    def barh(self, at: list[float], widths: list[int], height: float, label: str) -> None:
        self.bars.append((widths, label))

    def set_yticks(self, _: object, names: list[str]) -> None:
        self.names = names

    def set_title(self, title: str, loc: str) -> None:
        self.title = title

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


def test_a_plot_has_bars_for_each_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", ModuleType)
    axes = Axes()
    rows = results.rows(TWO_ROUNDS, TWO_ROUNDS.results)
    assert results.plot("Costs $5", rows, axes) is axes
    assert axes.bars == [([3, 1], "Round 1"), ([1, 3], "Round 2")]
    assert (axes.names, axes.title) == (["tuple", "list"], r"Costs \$5")
    with pytest.raises(InvalidArgument):
        results.plot("x", [], axes)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EduWidgetsError, match="matplotlib"):
        results.plot("x", rows)


# -- frozen --------------------------------------------------------------------------------------


class Elements(HTMLParser):
    """The elements that a browser would build."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in {"br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


ALLOWED = {"div", "p", "strong", "em", "del", "table", "tr", "td", "th", "code", "pre", "br", "hr"}
ALLOWED |= {"ul", "ol", "li", "blockquote", "a", *MATH}


def test_a_frozen_poll_tells_what_was_revealed() -> None:
    found = Elements(frozen.html(TWO_ROUNDS))
    assert found.open == []
    assert "Which is mutable?" in found.text
    assert "Round 1 · 4 answered" in found.text
    assert "75%" in found.text
    assert "Round 1 → 2, of 4 who answered both" in found.text
    assert "Correct" not in found.text
    right = Elements(frozen.html(answered(TWO_ROUNDS)))
    assert right.text.count("✓ Correct") == 2
    assert "4 answered" in frozen.plain(TWO_ROUNDS)
    turkish = frozen.html(answered(TWO_ROUNDS), "tr")
    assert "Doğru" in turkish
    assert 'lang="tr"' in turkish


def answered(asked: Poll) -> Poll:
    return msgspec.structs.replace(asked, shown=PollShown(counts=True, answer=True), correct=[1])


@pytest.mark.parametrize("kind", ["single", "multiple", "predict", "ordering", "text"])
def test_hostile_text_is_text(kind: str) -> None:
    asked = Poll(
        "p",
        HOSTILE,
        kind,  # type: ignore[arg-type]
        "u",
        0,
        [HOSTILE, f"[x](javascript:alert(1)) ![x](http://e.vil/x.png) ```{HOSTILE}"],
        results=[
            RoundResult(
                1, 2, [1, 1], texts=[TextCount(HOSTILE, 2)], orders=[OrderCount([0, 1], 2)], more=3
            )
        ],
        shown=PollShown(counts=True),
    )
    text = frozen.html(asked)
    found = Elements(text)
    assert found.tags <= ALLOWED
    assert found.attributes <= {"style", "lang", "href", "rel"}
    assert "alert(1)" in found.text
    assert not re.search(r'href="(?!https?:|mailto:)', text)
    assert "url(" not in text


def test_numbers_are_told_whole() -> None:
    big = [NumberCount(1_234_567.0, 1), NumberCount(0.1, 2)]
    asked = poll("number", results=[RoundResult(1, 3, numbers=big, median=0.1)])
    text = Elements(frozen.html(asked)).text
    assert "1,234,567" in text
    assert "median 0.1" in text
    text = Elements(frozen.html(asked, "tr")).text
    assert "1.234.567" in text
    assert "ortanca 0,1" in text


def test_a_right_answer_that_nobody_gave_is_told() -> None:
    found = RoundResult(1, 1, numbers=[NumberCount(7, 1)], texts=[TextCount("shape", 1)])
    shown = PollShown(counts=True, answer=True)
    asked = poll("number", results=[found], shown=shown, correct=[3.14], tolerance=0.5)
    assert "✓ Correct: 3.14 ± 0.5" in Elements(frozen.html(asked)).text
    assert "✓ Doğru: 3,14 ± 0,5" in frozen.html(asked, "tr")
    assert "(correct: 3.14 ± 0.5)" in frozen.plain(asked)
    asked = poll("text", results=[found], shown=shown, correct=["<axis>"])
    assert "✓ Correct: <axis>" in Elements(frozen.html(asked)).text
    for given in (
        poll("text", results=[found], shown=shown, correct=["SHAPE"]),
        poll("text", results=[found], correct=["axis"]),
    ):
        assert "Correct:" not in frozen.html(given)
        assert "(correct:" not in frozen.plain(given)
    alone = poll(shown=PollShown(answer=True), correct=[1])
    assert "✓ Correct: list" in Elements(frozen.html(alone)).text
    order = RoundResult(1, 1, ranks=[1, 2], orders=[OrderCount([0, 1], 1)])
    asked = poll("ordering", results=[order], shown=shown, correct=[1, 0])
    assert "✓ Correct: list → tuple" in Elements(frozen.html(asked)).text


def test_few_answers_are_said_to_be_few() -> None:
    asked = poll(anonymous=True, results=[RoundResult(1, 3)], ended=True)
    assert "Too few answered" in frozen.html(asked)
    assert "3 answered" in frozen.html(asked)


# -- nobody is left out ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "votes"),
    [
        ("ordering", [list(order) for order in itertools.permutations(range(4))]),
        ("text", [f"text {n}" for n in range(250)]),
        ("number", [float(n) for n in range(250)]),
        ("multiple", [[0], [0, 1], [1, 2, 3]]),
        ("single", [0, 0, 3]),
    ],
)
def test_everybody_is_in_the_rows_of_every_kind(kind: Any, votes: list[Any]) -> None:
    options = ["a", "b", "c", "d"] if kind in {"ordering", "multiple", "single"} else []
    asked = poll(kind, options=options)
    counted = count_round(asked, 1, {str(n): vote for n, vote in enumerate(votes)})
    asked = msgspec.structs.replace(asked, results=[counted])
    rows = results.rows(asked, [counted], [votes[0]] if kind != "multiple" else [0])
    if kind == "multiple":
        assert [row["people"] for row in rows] == [2, 2, 1, 1]
        return
    assert sum(row["people"] for row in rows) == len(votes)
    assert sum(row["share"] for row in rows) == pytest.approx(1)
    several = counted.more > 0
    assert (rows[-1]["answer"] == results.REST) == several
    if several:
        assert rows[-1]["correct"] is None
        assert f"<strong>{counted.more}</strong>" in frozen.html(asked)
        assert re.search(rf"{counted.more}  \(all other answers\)", frozen.plain(asked))
    drawn = results.in_few_bars(rows)
    assert sum(row["people"] for row in drawn) == len(votes)
    assert len(drawn) <= 21


def test_an_export_names_its_question_its_date_and_its_course() -> None:
    rows = list(results.headed(results.rows(TWO_ROUNDS, TWO_ROUNDS.results), "py101", TWO_ROUNDS))
    text = as_csv(results.EXPORTED, rows) or ""
    first = next(csv.DictReader(io.StringIO(text)))
    assert first["course"] == "py101"
    assert first["poll"] == "p"
    assert first["question"] == "Which is **mutable**?"
    assert re.fullmatch(r"(1969|1970)-\d\d-\d\d \d\d:\d\d[+-]\d\d:\d\d", first["asked"])
    assert list(first)[4:] == list(results.COLUMNS)


def test_rows_by_name() -> None:
    asked = poll("multiple", named=True)
    answers = [NamedAnswer("u-1", "Ada", [0, 1]), NamedAnswer("u-2", "", [1])]
    rows = list(results.named_rows(asked, 2, answers, [0, 1]))
    assert [(r["round"], r["name"], r["user"]) for r in rows] == [
        (2, "Ada", "u-1"),
        (2, "u-2", "u-2"),
    ]
    assert [(r["option"], r["answer"], r["correct"]) for r in rows] == [
        (None, "tuple; list", True),
        (2, "list", False),
    ]
