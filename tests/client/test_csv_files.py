"""Tables as CSV: what a spreadsheet would make of them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from edu_widgets.client.csv_files import as_csv, cell
from edu_widgets.protocol.errors import InvalidArgument


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠A1",
        "﹦1",
        "\u200b=1",
        "\ufeff=1",
        "\u202e=1",
        " =1",
        "\xa0=1",
        '"=1',
        "'=1",
        "\x00=1",
        "\x1b=1",
        "\ttext",
    ],
    ids=ascii,
)
def test_no_cell_begins_a_formula(text: str) -> None:
    assert cell(text).startswith("'")


def test_nor_does_one_behind_another_separator() -> None:
    assert cell("a;=1+1") == "a;'=1+1"
    assert cell("a\n=1+1") == "a\n'=1+1"


@pytest.mark.parametrize("value", ["a = b", "x-y", "1,5", "", "e\u0301", -5, -0.5, None, True])
def test_everything_else_stays(value: Any) -> None:
    assert cell(value) == value


def test_what_cannot_be_written_is_written_as_such(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    assert as_csv(["=a", "b"], [{"=a": "half \ud800", "b": "\x1b[31m"}], file) is None
    assert list(csv.reader(io.StringIO(file.read_text("utf-8")))) == [
        ["'=a", "b"],
        ["half \ufffd", "[31m"],
    ]
    with pytest.raises(InvalidArgument, match="cannot be written"):
        as_csv(["a"], [], tmp_path)


def test_a_mark_by_which_excel_knows_it(tmp_path: Path) -> None:
    as_csv(["ş"], [], tmp_path / "x.csv", bom=True)
    assert (tmp_path / "x.csv").read_bytes() == b"\xef\xbb\xbf" + "ş\n".encode()
