"""Documents of cells: one a run of a cell, the state of the sharing, and a person's place."""

from typing import Any, ClassVar, Literal, TypeAlias

import msgspec

from edu_widgets.protocol import REGISTRY, DocumentKind
from edu_widgets.protocol.blobs import BlobRef
from edu_widgets.protocol.messages import Data

MAX_CELL = 48 * 1024
"""Bytes of JSON that a cell may have; a frame has 64 KiB."""

MAX_SOURCE = 16_000
"""Characters of its source."""

MAX_OUTPUTS = 50
"""Outputs of one cell."""

WINDOW = 40
"""Cells that a first join gets, the newest; the others come in pages."""

CellStatus: TypeAlias = Literal["running", "ok", "error"]
OutputType: TypeAlias = Literal["text", "markdown", "html", "picture", "error", "note"]
Unit: TypeAlias = Literal["", "lines", "rows", "columns", "outputs", "characters"]
SharingState: TypeAlias = Literal["off", "on", "paused"]


class CellOutput(Data):
    """One output of a cell. What it holds depends on its `type`."""

    type: OutputType
    """Its kind: `text`, `markdown`, `html`, `picture`, `error` or `note`."""
    text: str = ""
    """Of `text` and `error` what is printed, without escapes; of `markdown` its source; of `note`
    a line that says what it was."""
    runs: str = ""
    """The colours of `text`, as lengths in UTF-16 units and letters: `5R12.3b`."""
    name: str = ""
    """Of `text` its stream, where that is `stderr`; of `error` the exception's type; of `note` what
    it was: `picture`, `large_picture`, `broken_picture`, `widget`, or a MIME type."""
    value: str = ""
    """Of `error` the first line of what the exception says."""
    nodes: list[Any] = msgspec.field(default_factory=list)
    """Of `html` the allowed nodes (docs/widget-protocol.md)."""
    shown: int = 0
    """The part of it that is here, where something was cut; in `unit`."""
    total: int = 0
    """The whole amount, before something was cut."""
    unit: Unit = ""
    """The unit of both: `lines`, `rows`, `columns`, `outputs` or `characters`."""
    picture: BlobRef | None = None
    """Of `picture` the picture."""


class Cell(Data):
    """One run of a cell. Times are in ms since 1970."""

    kind: ClassVar[str] = "cell"

    source: str
    """The code as it was run, with tokens and invites masked."""
    started: int
    """Time of its beginning."""
    status: CellStatus = "running"
    """The state of its run: `running`, `ok` or `error`."""
    number: int = 0
    """The execution count: the 3 of `In[3]`."""
    language: str = "python"
    """The language of its source, as Pygments names it."""
    outputs: list[CellOutput] = msgspec.field(default_factory=list)
    """Its outputs, in order; at most 50."""
    ended: int = 0
    """Time of its end; 0 while it runs."""
    cell_id: str = ""
    """The cell's id in its notebook, where the front end says one."""
    again: str = ""
    """The id of the document of its run before, if there was one."""
    times: int = 1
    """The number of its run, from 1."""
    shown: int = 0
    """Number of characters of the source, where it was cut."""
    total: int = 0
    """Number of characters that the source had, where it was cut."""
    by_id: str = ""
    """Id of who ran it, set by the service."""
    by_name: str = ""
    """Display name of who ran it, set by the service."""


class CellsSharing(Data):
    """The state of the sharing in a course."""

    kind: ClassVar[str] = "cells_sharing"
    ID: ClassVar[str] = "cells_sharing"

    state: SharingState = "off"
    """The state: `off`, `on` or `paused`."""
    at: int = 0
    """Time of the last change, in ms since 1970."""
    by_id: str = ""
    """Id of who shares."""
    by_name: str = ""
    """Display name of who shares."""


class CellsMark(Data):
    """The newest cell that a person has seen; in their own channel."""

    kind: ClassVar[str] = "cells_mark"
    ID: ClassVar[str] = "cells_mark"

    up_to: int = 0
    """`born` of the newest cell that they have seen."""


REGISTRY.document(DocumentKind(Cell.kind, Cell, window=WINDOW))
REGISTRY.document(DocumentKind(CellsSharing.kind, CellsSharing, only=CellsSharing.ID))
REGISTRY.document(DocumentKind(CellsMark.kind, CellsMark, only=CellsMark.ID))


def size(cell: Cell) -> int:
    """Return the bytes of a cell as JSON."""
    return len(msgspec.json.encode(cell))
