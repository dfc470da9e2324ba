"""Notebooks as files (nbformat 4.5)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from edu_widgets.protocol import uuid7
from edu_widgets.protocol.errors import InvalidArgument
from edu_widgets.protocol.folders import reason


@dataclass(frozen=True, slots=True)
class NotebookCell:
    """A cell of a notebook to be written.

    Args:
        type: Its kind.
        source: Its text.
        number: Of code, its execution count; None if nobody has run it.
        outputs: Of code, its outputs as nbformat has them.
    """

    type: Literal["markdown", "code"]
    source: str
    number: int | None = None
    outputs: Sequence[dict[str, Any]] = ()


def as_notebook(cells: Iterable[NotebookCell]) -> str:
    """Return the content of a notebook's file."""
    made: list[dict[str, object]] = []
    for cell in cells:
        made.append({"cell_type": cell.type, "id": uuid7(), "metadata": {}, "source": cell.source})
        if cell.type == "code":
            made[-1] |= {"execution_count": cell.number, "outputs": list(cell.outputs)}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    book = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, ensure_ascii=False, indent=1) + "\n"


def write_notebook(path: object, cells: Iterable[NotebookCell]) -> Path:
    """Write a notebook and return its path. A file that is there already stays as it is.

    Raises:
        InvalidArgument: the path is no `.ipynb`, there is such a file, or it cannot be written.
    """
    if not isinstance(path, str | Path) or Path(path).suffix != ".ipynb":
        msg = f"A notebook's name ends with .ipynb, such as 'notes.ipynb'; not {path!r:.80}."
        raise InvalidArgument(msg)
    target = Path(path)
    try:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(as_notebook(cells))
    except FileExistsError as error:
        msg = f"{str(target)[:200]!r} is there already; give another name, or delete it first."
        raise InvalidArgument(msg) from error
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "it is no path of a file"
        raise InvalidArgument(f"{str(target)[:200]!r} cannot be written: {why}.") from error
    return target
