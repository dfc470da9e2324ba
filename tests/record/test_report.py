"""The report: its tables, names that can be hidden, and what cannot be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.records import ReportTable
from edu_widgets.protocol.errors import Forbidden, InvalidArgument
from edu_widgets.protocol.manifest import Manifest, Words
from edu_widgets.record.report import Report, report

NOW = datetime(2026, 3, 2, 10, 20, tzinfo=UTC)
HOSTILE = "<img src=x onerror=alert(1)>"
MANIFEST = Manifest(name="x", words={"en": Words("X", tab="X")})


class Source:
    """A feature with two tables of the same people."""

    def load(self, since: int) -> None:
        assert since > 0

    def entries(self, lang: str) -> tuple[()]:
        assert lang
        return ()

    def tables(self, since: int, lang: str) -> Iterator[ReportTable]:
        assert since > 0
        who = {"name": "Name", "user": "Id"}
        bo = {"name": "Bo", "user": "u-bo"}
        ada = {"name": "Ada", "user": "u-ada"}
        rows = [{**bo, "text": HOSTILE}, {**ada, "text": "=1+1"}]
        label = {"en": "Questions", "tr": "Sorular"}[lang]
        yield ReportTable("questions", label, {**who, "text": "Text"}, rows)
        times: list[dict[str, Any]] = [
            {**ada, "at": NOW, "share": 0.256, "right": True, "runs": 1_234_567},
            {**bo, "at": NOW, "share": None, "right": False, "runs": 1923456.5},
        ]
        columns = {**who, "at": "At", "share": "Share", "right": "Right", "runs": "Runs"}
        figures = {"Students": 2, "Messages": 1_234_567}
        yield ReportTable("attendance", "Attendance", columns, times, figures)


def made(*, staff: bool = True, since: object = None, lang: object = "en", **more: Any) -> Report:
    client = SimpleNamespace(
        course="py101",
        me=lambda: SimpleNamespace(is_staff=staff),
        service_now=lambda: NOW.timestamp() * 1000,
    )
    sources = [(MANIFEST, Source())]
    return report(cast("CourseClient", client), sources, since, lang, **{"names": True, **more})


def test_tables_as_rows_csv_and_figures() -> None:
    report = made()
    assert list(report) == ["attendance", "questions"]
    assert report.figures == {"Students": 2, "Messages": 1_234_567}
    assert report["attendance"][0] == {
        "name": "Ada",
        "user": "u-ada",
        "at": NOW,
        "share": 0.256,
        "right": True,
        "runs": 1_234_567,
    }
    csv = report.to_csv("questions")
    assert "u-ada,'=1+1" in csv, "no text becomes a formula"
    with pytest.raises(InvalidArgument, match="it has attendance, questions"):
        report["polls"]


def test_a_cell_shows_numbers_alone() -> None:
    for shown in (repr(made()), made()._repr_html_()):
        assert "Students" in shown
        assert "1234567" in shown
        assert not re.search("Ada|Bo|img", shown)


def test_hidden_names_are_the_same_number_in_every_table(tmp_path: Path) -> None:
    report = made(names=False, lang="tr")
    names = {row["text"]: row["name"] for row in report["questions"]}
    assert [row["name"] for row in report["attendance"]] == [names["=1+1"], names[HOSTILE]]
    assert set(names.values()) == {"1. öğrenci", "2. öğrenci"}
    page = report.to_html(tmp_path / "report.html").read_text("utf-8")
    told = page + report.to_csv("attendance") + report.to_csv("questions")
    assert not re.search("Ada|u-ada|u-bo", told)
    assert "Sorular" in page


def test_a_page_has_text_alone_and_loads_nothing(tmp_path: Path) -> None:
    text = made().to_html(tmp_path / "report.html").read_text("utf-8")
    assert "<img" not in text
    assert "<script" not in text
    assert "default-src 'none'" in text
    assert "26%" in text
    assert re.findall('class="n">([0-9.]+)<', text) == ["1234567", "1923456.5"]
    assert "u-ada" not in text


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    with pytest.raises(Forbidden, match="Only instructors"):
        made(staff=False)
    for arguments, words in (
        ({"lang": "de"}, "'en' or 'tr'"),
        ({"since": "10:20"}, "an aware datetime"),
    ):
        with pytest.raises(InvalidArgument, match=words):
            made(**cast("dict[str, Any]", arguments))
    with pytest.raises(InvalidArgument, match=r"ends with \.html"):
        made().to_html(tmp_path / "report.pdf")
