"""Shared cells as those of a notebook's file."""

from __future__ import annotations

from typing import Any

from edu_widgets.cells.documents import Cell, CellOutput
from edu_widgets.cells.html_nodes import cleaned
from edu_widgets.notebook.nodes_html import nodes_html
from edu_widgets.notebook.notebook_files import NotebookCell


def notebook_cell(cell: Cell) -> NotebookCell:
    """Return a shared cell, with its outputs, as one of a notebook."""
    outputs = [made for output in cell.outputs if (made := _output(output))]
    return NotebookCell("code", cell.source, cell.number or None, outputs)


def _output(output: CellOutput) -> dict[str, Any] | None:
    match output.type:
        case "text":
            name = "stderr" if output.name == "stderr" else "stdout"
            return {"output_type": "stream", "name": name, "text": f"{output.text}\n"}
        case "error":
            lines = output.text.split("\n")
            return {
                "output_type": "error",
                "ename": output.name,
                "evalue": output.value,
                "traceback": lines,
            }
        case "markdown":
            return _display({"text/markdown": output.text})
        case "html":
            return _display({"text/html": nodes_html(tuple(cleaned(output.nodes)))})
        case _:
            said = output.text or output.name
            return _display({"text/plain": f"({said}: not shared)"}) if said else None


def _display(data: dict[str, str]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {}}
