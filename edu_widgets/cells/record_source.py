"""The shared cells in the record of a lesson: their code and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from edu_widgets.cells.documents import Cell, CellOutput
from edu_widgets.cells.html_nodes import cleaned
from edu_widgets.cells.pictures import pictures_of
from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.nodes import to_nodes
from edu_widgets.notebook.nodes_html import Html, nodes_html
from edu_widgets.notebook.records import Author, RecordEntry, as_it_is, load_back, picture_place


class CellsOfRecord:
    """The cells that are shared, each run at its own time."""

    def __init__(self, client: CourseClient) -> None:
        self._client = client

    def load(self, since: int) -> None:
        """Load older cells down to a time."""

        def oldest() -> int | None:
            return next((cell.started for cell in self._cells()), None)

        load_back(self._client, Cell.kind, oldest, since)

    def entries(self, lang: str) -> Iterator[RecordEntry]:
        """Return an entry for each run of a cell."""
        del lang
        for cell in self._cells():
            parts = [f"<pre><code>{escape(cell.source)}</code></pre>", *map(_output, cell.outputs)]
            yield RecordEntry(
                cell.started,
                as_it_is("".join(parts)),
                Author(cell.by_id, cell.by_name, "instructor"),  # only staff shares cells
                place=f"[{cell.number}]" if cell.number else "",
                pictures=pictures_of([cell]),
            )

    def _cells(self) -> Iterator[Cell]:
        for document in self._client.mirror().of_kind(Cell.kind):
            cell = decoded(document, Cell)
            if cell is not None:
                yield cell


def _output(output: CellOutput) -> Html:
    match output.type:
        case "markdown":
            return f"<div>{nodes_html(to_nodes(output.text))}</div>"
        case "html":
            return f"<div>{nodes_html(tuple(cleaned(output.nodes)))}</div>"
        case "picture" if output.picture is not None:
            return picture_place(output.picture)
        case "note":
            return f"<p><em>{escape(output.text or output.name)}</em></p>"
        case _:
            return f"<pre>{escape(output.text)}</pre>"
