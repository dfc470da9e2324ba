"""Tables, and CSV that a spreadsheet may open too: texts of people never become formulas."""

from __future__ import annotations

import csv
import importlib
import importlib.util
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.folders import reason
from edu_widgets.protocol.visible_text import IGNORABLE

_FORMULA = re.compile(
    # At a cell's beginning, or where another separator would begin one, behind skipped characters.
    f"(\\A|[;\\t\\r\\n])([\\s\"'\u2018\u2019\u201c\u201d\x00-\x1f\x7f-\x9f{IGNORABLE}]{{0,200}})"
    "(?=[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212])|\\A()()(?=[\\t\\r\\n])"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def as_table(rows: list[dict[str, Any]], columns: Sequence[str]) -> Any:
    """Return rows as a pandas DataFrame if pandas is there, else as they are."""
    if importlib.util.find_spec("pandas") is None:
        return rows
    pandas: Any = importlib.import_module("pandas")
    return pandas.DataFrame(rows, columns=list(columns))


def as_csv(
    columns: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
    path: str | Path | None = None,
    *,
    bom: bool = False,
) -> str | None:
    """Return rows as CSV text, or None after writing them into a file, in UTF-8.

    Args:
        columns: The keys of the rows, which are the columns' names.
        rows: The values by column.
        path: The file to write; None to return the text.
        bom: True to begin with a byte order mark, by which Excel recognises UTF-8.

    Raises:
        InvalidArgument: the file cannot be written.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([cell(name) for name in columns])
    writer.writerows([cell(row.get(name)) for name in columns] for row in rows)
    text = f"\ufeff{out.getvalue()}" if bom else out.getvalue()
    if path is None:
        return text
    try:
        Path(path).write_text(text, "utf-8", newline="")
    except (OSError, ValueError, TypeError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is no path of a file"
        raise InvalidArgument(f"{str(path)[:200]!r} cannot be written: {why}.") from error
    return None


def cell(value: Any) -> Any:
    """Return a value as a cell holds it: no formula, control characters or lone surrogates."""
    if not isinstance(value, str):
        return value
    text = _LONE_SURROGATE.sub("\ufffd", value)
    return _CONTROL.sub("", _FORMULA.sub(r"\1\3'\2\4", text))
