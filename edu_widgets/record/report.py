"""Report: what a lesson came to in numbers, for whoever taught it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any, overload

from edu_widgets.client.bodies import when
from edu_widgets.client.course import CourseClient
from edu_widgets.client.csv_files import as_csv, as_table
from edu_widgets.notebook.records import Author, RecordSource, ReportSource, ReportTable
from edu_widgets.protocol.attributes import Tidy
from edu_widgets.protocol.errors import Forbidden, InvalidArgument
from edu_widgets.protocol.manifest import Manifest
from edu_widgets.record.page import WORDS, Names, whole_page
from edu_widgets.record.writing import checked_lang, checked_path, start_of, written

_WORDS = {
    "en": {
        "title": "Report on {course}",
        "nothing": "Nothing in this time.",
        "yes": "yes",
        "no": "no",
        "private": "It tells how single students did: keep it to yourself.",
    },
    "tr": {
        "title": "{course} raporu",
        "nothing": "Bu sürede yok.",
        "yes": "evet",
        "no": "hayır",
        "private": "Öğrencilerin tek tek durumunu anlatır: kimseyle paylaşmayın.",
    },
}
_CARD = "display:flex;flex-wrap:wrap;gap:4px 24px;margin:6px 0 0"
_TABLES = 'report.to_dataframe("…"): '


@dataclass(frozen=True, slots=True)
class Report(Tidy):
    """The report on a lesson at the time it was asked for. A cell shows only its numbers.

    `report["attendance"]` is a list of rows; `to_dataframe`, `to_csv` and `to_html` give the same
    as a table, a file, a page. `list(report)` are the names of its tables.
    """

    _inner = "tables lang"

    course: str
    begin: datetime
    end: datetime
    tables: Sequence[ReportTable]
    lang: str = "en"

    @property
    def figures(self) -> dict[str, int | float]:
        """The figures by their words; without anybody's name."""
        return {word: n for table in self.tables for word, n in table.figures.items()}

    def __iter__(self) -> Any:
        return iter([table.name for table in self.tables])

    def __len__(self) -> int:
        return len(self.tables)

    def __getitem__(self, name: str) -> list[dict[str, Any]]:
        table = self._table(name)
        return [{column: row.get(column) for column in table.columns} for row in table.rows]

    def _table(self, name: str) -> ReportTable:
        found = next((table for table in self.tables if table.name == name), None)
        if found is None:
            raise InvalidArgument(f"The report has no {name!r:.40}; it has {', '.join(self)}.")
        return found

    def to_dataframe(self, name: str) -> Any:
        """Return a table as a pandas DataFrame, or as rows where there is no pandas.

        Raises:
            InvalidArgument: there is no such table.
        """
        return as_table(self[name], list(self._table(name).columns))

    @overload
    def to_csv(self, name: str, path: None = None, *, bom: bool = False) -> str: ...

    @overload
    def to_csv(self, name: str, path: str | Path, *, bom: bool = False) -> None: ...

    def to_csv(self, name: str, path: str | Path | None = None, *, bom: bool = False) -> str | None:
        """Return a table as CSV, or write it into a file.

        Args:
            name: The table's name.
            path: The file; None to return the text.
            bom: True to begin with a byte order mark, by which Excel recognises UTF-8.

        Raises:
            InvalidArgument: there is no such table, or the file cannot be written.
        """
        columns = list(self._table(name).columns)
        rows = [{key: _plain(value) for key, value in row.items()} for row in self[name]]
        return as_csv(columns, rows, path, bom=bom)

    def to_html(self, path: str | Path) -> Path:
        """Write a page of all tables, which loads nothing, and return its path.

        Raises:
            InvalidArgument: it does not end with `.html`, or cannot be written.
        """
        words, target = _WORDS[self.lang], checked_path(path)
        title = escape(words["title"].format(course=self.course))
        span = f"{self.begin.astimezone():%Y-%m-%d %H:%M} – {self.end.astimezone():%Y-%m-%d %H:%M}"
        head = f"<p>{span}</p>\n<p>{escape(words['private'])}</p>\n{self._numbers()}"
        body = "\n".join(_section(table, words) for table in self.tables)
        return written(target, whole_page(title, head, body, self.lang))

    def _numbers(self) -> str:
        told = "".join(
            f"<div><dt>{escape(word)}</dt><dd>{_number(n)}</dd></div>"
            for word, n in self.figures.items()
        )
        return f"<dl>{told}</dl>"

    def __repr__(self) -> str:
        told = ", ".join(f"{word}: {_number(n)}" for word, n in self.figures.items())
        return f"Report on {self.course}: {told}" if told else f"Report on {self.course}"

    def _repr_html_(self) -> str:
        # Numbers alone: it is shown in a class, and saved with the notebook.
        title = escape(_WORDS[self.lang]["title"].format(course=self.course))
        told = "".join(
            f"<span>{escape(word)} <b>{_number(n)}</b></span>" for word, n in self.figures.items()
        )
        more = escape(_TABLES + ", ".join(self))
        return (
            f'<div lang="{self.lang}"><b>{title}</b><div style="{_CARD}">{told}</div>'
            f'<div style="margin-top:6px"><code>{more}</code></div></div>'
        )


def report(
    client: CourseClient,
    sources: Iterable[tuple[Manifest, RecordSource]],
    since: object,
    lang: object,
    *,
    names: bool,
) -> Report:
    """Return what a lesson came to.

    Args:
        client: An instructor's connection to the course.
        sources: What each feature has, in the order of their tabs.
        since: The time it begins at, aware; None for the last 12 hours.
        lang: `en` or `tr`.
        names: False for *Student 1* in place of names.

    Raises:
        Forbidden: I am not staff here.
        InvalidArgument: an argument is invalid.
        NotConnected: something older could not be loaded.
    """
    if not client.me().is_staff:
        raise Forbidden("Only instructors get a report.")
    language, start = checked_lang(lang), start_of(client, since)
    tables: list[ReportTable] = []
    for _, source in sources:
        if isinstance(source, ReportSource):
            source.load(start)
            tables += source.tables(start, language)
    if not names:
        tables = _without_names(tables, WORDS[language]["unnamed"])
    # Who was here comes first, whatever the order of the tabs.
    tables.sort(key=lambda table: table.name != "attendance")
    return Report(client.course, when(start), when(client.service_now()), tables, language)


def _without_names(tables: Iterable[ReportTable], student: str) -> list[ReportTable]:
    """Return the tables with a number in place of each student, the same in all of them."""
    called = Names((), student, shown=False)
    return [_numbered(table, called) if "user" in table.columns else table for table in tables]


def _numbered(table: ReportTable, called: Names) -> ReportTable:
    def name(row: Mapping[str, Any]) -> str:
        # A row without a person is of nobody who is known: somebody who asked anonymously.
        return called.of(Author(row["user"], row["name"])) if row["user"] else row["name"]

    rows = [{**row, "name": name(row), "user": ""} for row in table.rows]
    columns = {key: word for key, word in table.columns.items() if key != "user"}
    return replace(table, columns=columns, rows=rows)


def _plain(value: object) -> object:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def _number(value: float) -> str:
    """Return a number with all its digits, for people."""
    return str(value) if isinstance(value, int) else f"{value:.15g}"


def _section(table: ReportTable, words: Mapping[str, str]) -> str:
    label = escape(table.label)
    if not table.rows:
        return f"<section><h2>{label}</h2><p>{escape(words['nothing'])}</p></section>"
    # Ids are for programs; a page has names.
    columns = [name for name in table.columns if name != "user"]
    heads = "".join(f'<th scope="col">{escape(table.columns[name])}</th>' for name in columns)
    rows = "".join(f"<tr>{_cells(row, columns, words)}</tr>" for row in table.rows)
    # What is wider than the page is scrolled, also by keys.
    return (
        f'<section><h2>{label}</h2><div class="table" tabindex="0" role="region" '
        f'aria-label="{label}"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody>'
        "</table></div></section>"
    )


def _cells(row: Mapping[str, Any], columns: Iterable[str], words: Mapping[str, str]) -> str:
    return "".join(_cell(row.get(name), words, share=name == "share") for name in columns)


def _cell(value: object, words: Mapping[str, str], *, share: bool) -> str:
    match value:
        case None:
            return "<td></td>"
        case bool():
            return f"<td>{escape(words['yes' if value else 'no'])}</td>"
        case datetime():
            at = value.astimezone()
            return f'<td><time datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M}</time></td>'
        case int() | float():
            return f'<td class="n">{f"{value:.0%}" if share else _number(value)}</td>'
        case _:
            return f'<td dir="auto">{escape(str(value))}</td>'
