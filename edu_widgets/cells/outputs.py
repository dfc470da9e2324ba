"""Runs as documents: what each output is reduced to, and how it is made to fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from edu_widgets.cells import ansi
from edu_widgets.cells.documents import MAX_CELL, MAX_OUTPUTS, MAX_SOURCE, Cell, CellOutput, size
from edu_widgets.cells.html_nodes import MAX_COLUMNS, MAX_ROWS, Html
from edu_widgets.cells.masking import Masking
from edu_widgets.cells.pictures import Put, is_picture, picture_output
from edu_widgets.cells.runs import Display, Failure, Item, Printed, Run

GAP = "⋯"
"""The line that stands where lines are left out."""

_MAX_LINE = 2_000
"""Characters that are shown of a line."""

_MAX_TEXT = 40_000
"""Characters that are read of a text that is displayed."""

_MAX_MARKDOWN = 8_000
_MAX_SOURCE_BYTES = 24 * 1024
_MAX_NOTE = 120
_LEAST_ROWS = 4
_WIDGET = "application/vnd.jupyter.widget-view+json"


def document(run: Run, masking: Masking, put: Put | None = None) -> Cell:
    """Return a run as the document that is shared, without secrets and small enough.

    Args:
        run: The run.
        masking: What masks secrets.
        put: Puts a picture; None where the service has none.
    """
    source, shown, total = _source(masking.mask(run.source))
    items = run.items
    left_out = run.left_out
    if len(items) > MAX_OUTPUTS:
        left_out += len(items) - MAX_OUTPUTS + 1
        items = [*items[: MAX_OUTPUTS - 2], items[-1]]
    outputs = [_output(item, masking, put, ended=run.is_over) for item in items]
    if left_out:
        all_ = len(outputs) + left_out
        note = CellOutput("note", name="outputs", shown=len(outputs), total=all_, unit="outputs")
        outputs.insert(len(outputs) - 1, note)
    cell = Cell(
        source,
        run.started,
        run.status,  # type: ignore[arg-type]
        run.number,
        _language(source),
        [output for output in outputs if output is not None],
        run.ended,
        run.cell_id,
        shown=shown,
        total=total,
    )
    return fitted(cell)


def fitted(cell: Cell) -> Cell:
    """Return a cell that fits into a document: its largest outputs are cut until it does."""
    outputs = list(cell.outputs)
    sizes = [_size(output) for output in outputs]
    room = MAX_CELL - size(replace(cell, outputs=[])) - 1_024  # who ran it is added later
    while sizes and sum(sizes) > room:
        largest = max(range(len(sizes)), key=sizes.__getitem__)
        outputs[largest] = _cut(outputs[largest])
        sizes[largest] = _size(outputs[largest])
    return replace(cell, outputs=outputs)


def _size(output: CellOutput) -> int:
    # A comma, and the quotation marks of an empty list, are little beside it.
    return size(Cell("", 0, outputs=[output]))


def _source(source: str) -> tuple[str, int, int]:
    """Return a source as far as it is shared; its length and that of the whole, if it was cut."""
    source = _sendable(source)
    kept = source[:MAX_SOURCE]
    while len(kept.encode()) > _MAX_SOURCE_BYTES:
        kept = kept[: len(kept) * 3 // 4]
    if len(kept) == len(source):
        return source, 0, 0
    kept = kept[: kept.rfind("\n")] if "\n" in kept else kept
    return kept, len(kept), len(source)


def _language(source: str) -> str:
    first = source.lstrip().split("\n", 1)[0].split()
    magic = first[0].removeprefix("%%") if first and first[0].startswith("%%") else ""
    known = {"bash": "bash", "sh": "bash", "html": "html", "javascript": "js", "js": "js"}
    return {**known, "sql": "sql", "latex": "latex", "markdown": "markdown"}.get(magic, "python")


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # lone surrogates cannot be sent


def _output(item: Item, masking: Masking, put: Put | None, *, ended: bool) -> CellOutput | None:
    match item:
        case Printed(name, _):
            return _printed(item, name, masking, ended=ended)
        case Failure():
            return _failure(item, masking)
        case Display():
            return _picture(item, masking, put) or _displayed(item.data, masking)


def _printed(item: Printed, name: str, masking: Masking, *, ended: bool) -> CellOutput | None:
    first, last = item.screen.shown()
    lines = [*first, GAP, *last] if last else first
    text = "\n".join(lines)
    if not ended:
        held_back = masking.begun(ansi.plain(text))
        text = text[: len(text) - held_back] if held_back else text
    plain, runs = _text(text, masking)
    if not plain.strip("\n"):
        return None
    output = CellOutput("text", plain, runs, name="stderr" if name == "stderr" else "")
    if last:
        total = item.screen.lines + 1
        shown = total - item.screen.left_out
        output = replace(output, shown=shown, total=total, unit="lines")
    return output


def _text(text: str, masking: Masking) -> tuple[str, str]:
    """Return a text and its colours, masked, its longest lines cut, without line breaks around."""
    plain, runs = ansi.parse(_sendable(text).strip("\n"))
    plain = masking.mask(plain)
    if max(map(len, plain.split("\n"))) > _MAX_LINE:
        plain = "\n".join(_line(line) for line in plain.split("\n"))
        runs = ""
    return plain, runs


def _line(line: str) -> str:
    return line if len(line) <= _MAX_LINE else line[: _MAX_LINE - 1] + "…"


def _failure(item: Failure, masking: Masking) -> CellOutput:
    text, runs = _text(item.traceback[-_MAX_TEXT:], masking)
    value = masking.mask(ansi.plain(_sendable(item.value[:_MAX_TEXT])))
    said = value.strip().split("\n", 1)[0]
    name = ansi.plain(item.name)[:200]
    return CellOutput("error", text, runs, name=name, value=_short(said, 500))


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _picture(item: Display, masking: Masking, put: Put | None) -> CellOutput | None:
    """Return a picture as it was shared, or is now; None if it is none, or cannot be yet."""
    shared: CellOutput | None = item.shared
    if shared is None and is_picture(item.data) and _WIDGET not in item.data:
        shared = item.shared = picture_output(item.data, item.metadata, masking, put)
        if shared is not None:
            item.data = {}
    return shared


def _displayed(data: Mapping[str, Any], masking: Masking) -> CellOutput | None:
    """Return the best of the representations that can be shown to others."""
    plain = _joined(data.get("text/plain"))
    if _WIDGET in data:
        return _note("widget", plain, masking)
    if is_picture(data):
        return _note("picture", plain, masking)
    if "text/html" in data and (table := _html(_joined(data["text/html"]), masking)) is not None:
        return table
    for type_ in ("text/markdown", "text/latex"):
        text = masking.mask(_sendable(_joined(data.get(type_))))
        if text.strip():
            if len(text) > _MAX_MARKDOWN:
                break
            return CellOutput("markdown", text)
    if plain:
        text, runs = _text(plain[:_MAX_TEXT], masking)
        output = CellOutput("text", text, runs)
        if len(plain) > _MAX_TEXT:
            output = replace(output, shown=_MAX_TEXT, total=len(plain), unit="characters")
        return output
    other = next((str(type_) for type_ in data), "")
    return _note(other, "", masking) if other else None


def _joined(value: object) -> str:
    if isinstance(value, list):
        return "".join(map(str, value))
    return value if isinstance(value, str) else ""


def _note(name: str, said: str, masking: Masking) -> CellOutput:
    line = masking.mask(ansi.plain(_sendable(said[:2_000]))).strip().split("\n", 1)[0]
    return CellOutput("note", _short(line, _MAX_NOTE), name=name[:100])


def _html(text: str, masking: Masking) -> CellOutput | None:
    html = Html(_sendable(text))
    if not html.nodes:
        return None
    output = CellOutput("html", nodes=[_masked(node, masking) for node in html.nodes])
    if html.rows > MAX_ROWS:
        return replace(output, shown=MAX_ROWS, total=html.rows, unit="rows")
    if html.columns > MAX_COLUMNS:
        return replace(output, shown=MAX_COLUMNS, total=html.columns, unit="columns")
    return output


def _masked(node: Any, masking: Masking) -> Any:
    if isinstance(node, str):
        return masking.mask(node)
    if isinstance(node, dict):
        return {name: masking.mask(value) for name, value in node.items()}
    return [node[0], *(_masked(child, masking) for child in node[1:])]


def _cut(output: CellOutput) -> CellOutput:
    """Return an output with half of what it held, or a line that says what it was."""
    if output.type in ("text", "error") and len(output.text) > _MAX_LINE:
        return _cut_text(output)
    if output.type == "html" and (cut := _cut_table(output)) is not None:
        return cut
    if output.runs:
        return replace(output, runs="")
    return CellOutput("note", name="large")


def _cut_text(output: CellOutput) -> CellOutput:
    """Keep the first and the last quarter, in whole lines; of a traceback its end."""
    text = output.text
    total = output.total if output.unit == "lines" else text.count("\n") + 1
    quarter = len(text) // 4
    first, last = text[:quarter], text[-quarter:]
    head = first[: first.rfind("\n")] if "\n" in first else ""
    tail = last[last.find("\n") + 1 :] if "\n" in last else ""
    if not head and not tail:
        kept = text[: len(text) // 2] + "…"
        return replace(
            output, text=kept, runs="", shown=len(kept), total=len(text), unit="characters"
        )
    lines = [*head.split("\n"), *([] if head.endswith(GAP) else [GAP]), *tail.split("\n")]
    shown = sum(line != GAP for line in lines)
    return replace(output, text="\n".join(lines), runs="", shown=shown, total=total, unit="lines")


def _cut_table(output: CellOutput) -> CellOutput | None:
    nodes = list(output.nodes)
    tables = [n for n, node in enumerate(nodes) if isinstance(node, list) and node[0] == "table"]
    if not tables:
        return None
    largest = max(tables, key=lambda n: len(nodes[n]))
    _, *rows = nodes[largest]
    if len(rows) < _LEAST_ROWS:
        return None
    heads = sum(all(cell[0] == "th" for cell in row[1:]) for row in rows[:4])
    kept = rows[: max(heads + 1, len(rows) // 2)]
    nodes[largest] = ["table", *kept]
    total = output.total if output.unit == "rows" else len(rows) - heads
    return replace(output, nodes=nodes, shown=len(kept) - heads, total=total, unit="rows")
