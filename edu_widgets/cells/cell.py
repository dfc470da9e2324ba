"""Shared cells as Python objects for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from edu_widgets.cells.documents import Cell, CellOutput
from edu_widgets.client.bodies import when
from edu_widgets.notebook.nodes import plain_text
from edu_widgets.protocol.attributes import Tidy
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.protocol.shortening import shorten

_EXCERPT = 60


@dataclass(frozen=True, slots=True)
class SharedOutput(Tidy):
    """One output of a shared cell.

    `type`: `text`, `markdown`, `html` (a table, as text here), `picture`, `error` or `note`
    (something that is not shown to others). `lesson.cells.picture(output.picture)` gives a
    picture's bytes. `shown` and `total` count `unit`, where something was cut.
    """

    type: str
    text: str
    name: str = ""
    shown: int = 0
    total: int = 0
    unit: str = ""
    picture: BlobRef | None = None

    def __repr__(self) -> str:
        return f"<{self.type}: {shorten(self.text, _EXCERPT)}>"


@dataclass(frozen=True, slots=True)
class SharedCell(Tidy):
    """A cell that somebody has run and shared.

    `number` is the 3 of `In[3]`, `status` is `running`, `ok` or `error`, `times` counts the runs of
    the same cell. Times are aware, in UTC.
    """

    id: str
    number: int
    source: str
    status: str
    started: datetime
    ended: datetime | None
    user_name: str
    outputs: tuple[SharedOutput, ...]
    times: int = 1
    language: str = "python"

    def __repr__(self) -> str:
        tail = f" ({self.status})" if self.status != "ok" else ""
        # No name: it is saved with the notebook it is shown in.
        return f"<[{self.number}] {shorten(self.source, _EXCERPT)}{tail}>"

    @property
    def text(self) -> str:
        """Its outputs as text."""
        return "\n".join(output.text for output in self.outputs if output.text)


def shared_cell(id_: str, cell: Cell) -> SharedCell:
    """Return a cell for people."""
    return SharedCell(
        id_,
        cell.number,
        cell.source,
        cell.status,
        when(cell.started),
        when(cell.ended) if cell.ended else None,
        cell.by_name,
        tuple(map(_output, cell.outputs)),
        cell.times,
        cell.language,
    )


def _output(output: CellOutput) -> SharedOutput:
    text = output.text
    if output.type == "html":
        text = as_text(output.nodes)
    elif output.type == "error":
        text = text or f"{output.name}: {output.value}"
    elif output.picture is not None:
        text = output.picture.alt
    return SharedOutput(
        output.type, text, output.name, output.shown, output.total, output.unit, output.picture
    )


def as_text(nodes: list[object]) -> str:
    """Return nodes as text, the cells of a row divided by tabs."""
    lines: list[str] = []
    for node in nodes:
        if isinstance(node, list) and node[:1] == ["table"]:
            rows = [row for row in node[1:] if isinstance(row, list)]
            lines += ["\t".join(_plain(cell) for cell in row[1:]) for row in rows]
        else:
            lines.append(_plain(node))
    return "\n".join(lines)


def _plain(node: object) -> str:
    return plain_text((cast("Any", _tuples(node)),)) if isinstance(node, list) else str(node)


def _tuples(node: object) -> object:
    return tuple(map(_tuples, node)) if isinstance(node, list) else node
