"""Shared cells as those of a notebook's file."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from edu_widgets.cells.documents import Cell, CellOutput
from edu_widgets.cells.html_nodes import cleaned
from edu_widgets.notebook.nodes_html import nodes_html
from edu_widgets.notebook.notebook_files import NotebookCell
from edu_widgets.notebook.pictures import picture_html
from edu_widgets.protocol.blobs import TYPES, BlobRef

_RASTER = frozenset(TYPES) - {"image/svg+xml"}


def notebook_cell(cell: Cell, pictures: Mapping[str, bytes]) -> NotebookCell:
    """Return a shared cell, with its outputs, as one of a notebook.

    Args:
        cell: The cell.
        pictures: The pictures that are here, by hash.
    """
    outputs = [made for output in cell.outputs if (made := _output(output, pictures))]
    return NotebookCell("code", cell.source, cell.number or None, outputs)


def _output(output: CellOutput, pictures: Mapping[str, bytes]) -> dict[str, Any] | None:
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
        case "picture" if output.picture is not None:
            return _picture(output.picture, pictures.get(output.picture.hash))
        case _:
            said = output.text or output.name
            return _display({"text/plain": f"({said}: not shared)"}) if said else None


def _picture(picture: BlobRef, data: bytes | None) -> dict[str, Any]:
    if data is None:
        return _display({"text/plain": "(A picture could not be loaded.)"})
    if picture.type not in _RASTER:  # an SVG: as an image, none of its scripts runs anywhere
        return _display({"text/html": picture_html(picture, data)})
    encoded = base64.b64encode(data).decode()
    return _display({picture.type: encoded, "text/plain": picture.alt or "(picture)"})


def _display(data: dict[str, str]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {}}
