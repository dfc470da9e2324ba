"""Shared cells as a notebook's file."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from edu_widgets.cells.documents import Cell, CellOutput
from edu_widgets.protocol.errors import InvalidArgument


def notebook(cells: list[tuple[str, Cell]], course: str) -> dict[str, Any]:
    """Return cells, with their ids, as a notebook (nbformat 4.5)."""
    return {
        "cells": [_cell(id_, cell) for id_, cell in cells],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "title": course,
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def write(path: str | Path, cells: list[tuple[str, Cell]], course: str) -> Path:
    """Write cells into a notebook's file.

    Raises:
        InvalidArgument: the file cannot be written.
    """
    target = Path(path)
    if target.suffix != ".ipynb":
        raise InvalidArgument(f"A notebook's name ends with .ipynb; {target.name!r:.80} does not.")
    text = json.dumps(notebook(cells, course), ensure_ascii=False, indent=1)
    try:
        target.write_text(f"{text}\n", encoding="utf-8")
    except OSError as error:
        msg = f"{target} cannot be written: {error.strerror or 'the computer refuses'}."
        raise InvalidArgument(msg) from error
    return target


def _cell(id_: str, cell: Cell) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": id_[-32:],
        "metadata": {},
        "execution_count": cell.number or None,
        "source": cell.source,
        "outputs": [made for output in cell.outputs if (made := _output(output))],
    }


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
            return _display({"text/html": "".join(_html(node) for node in output.nodes)})
        case _:
            said = output.text or output.name
            return _display({"text/plain": f"({said}: not shared)"}) if said else None


def _display(data: dict[str, str]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {}}


_TAGS = {"h": "h4", "quote": "blockquote"}


def _html(node: Any) -> str:
    """Return an allowed node as HTML; every text is escaped."""
    if isinstance(node, str):
        return escape(node)
    name, *children = node
    given = children.pop(0) if children and isinstance(children[0], dict) else {}
    tag = _TAGS.get(name, name)
    if tag in ("br", "hr"):
        return f"<{tag}>"
    href = f' href="{escape(given["href"])}"' if tag == "a" and "href" in given else ""
    return f"<{tag}{href}>{''.join(map(_html, children))}</{tag}>"
