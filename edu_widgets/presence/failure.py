"""The error that stands in somebody's way, as they may choose to send it: their own lines only."""

from __future__ import annotations

import linecache
import site
import sys
import sysconfig
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edu_widgets.notebook import inside
from edu_widgets.presence.documents import MAX_TRACEBACK
from edu_widgets.protocol.visible_text import clean

_FIRST, _LAST = 2, 6
"""Frames that are told from the beginning and from the end."""

_MOST_SAID = 2_000
"""Characters of what the exception itself says."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An exception as it may be sent. `headline` is its last line."""

    headline: str
    text: str


def last_failure() -> Failure | None:
    """The last exception that was shown here; None if there was none."""
    value = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    if not isinstance(value, Exception):
        return None  # nothing, or an interrupt: somebody's own wish
    return describe(value)


def describe(value: BaseException) -> Failure:
    """An exception by the user's own lines and by what it says, at most 4,000 characters."""
    cells = _cells()
    said = _said(value, cells)
    frames = [_frame(frame, cells) for frame in traceback.extract_tb(value.__traceback__)]
    own = [frame for frame in frames if frame]
    if len(own) > _FIRST + _LAST:
        left_out = len(own) - _FIRST - _LAST
        own = [*own[:_FIRST], f"… {left_out} more", *own[-_LAST:]]
    text = "\n".join([*own, said])
    if len(text) > MAX_TRACEBACK:
        text = "…" + text[1 - MAX_TRACEBACK :]
    return Failure(said.splitlines()[-1] if said else type(value).__name__, text)


def _said(value: BaseException, cells: dict[str, str]) -> str:
    said = "".join(traceback.format_exception_only(type(value), value)).rstrip()
    for path, name in cells.items():
        said = said.replace(f'File "{path}"', name).replace(path, name)
    file = value.filename if isinstance(value, SyntaxError) else None
    if file:
        said = said.replace(f'File "{file}"', Path(file).name)
    said = said.encode("utf-8", "replace").decode()  # lone surrogates cannot be sent
    said = clean(said).rstrip()
    return said if len(said) <= _MOST_SAID else said[: _MOST_SAID - 1] + "…"


def _frame(frame: traceback.FrameSummary, cells: dict[str, str]) -> str:
    """A frame in the user's own code in two lines; empty for others."""
    cell = cells.get(frame.filename) or _old_cell(frame.filename)
    if not cell and not _is_own(frame.filename):
        return ""
    where = cell or Path(frame.filename).name
    inside = f", in {frame.name}" if frame.name != "<module>" else ""
    found = frame.line or linecache.getline(frame.filename, frame.lineno or 0)
    line = clean(found.encode("utf-8", "replace").decode()).strip()
    place = f"{where}, line {frame.lineno}{inside}"
    return f"{place}\n    {line}" if line else place


def _cells() -> dict[str, str]:
    """By file name, what the cells of this kernel are called."""
    ipython = sys.modules.get("IPython")
    shell: Any = getattr(ipython, "get_ipython", lambda: None)()
    return {path: f"Cell {number}" for path, number in inside.cell_numbers(shell).items()}


def _old_cell(path: str) -> str:
    return "Cell" if path.startswith("<ipython-input") else ""


def _is_own(path: str) -> bool:
    """Return True for a file of the user's: neither Python's own nor installed."""
    if path.startswith("<"):
        return path in {"<stdin>", "<string>"}
    paths = sysconfig.get_paths()
    folders = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders |= {*site.getsitepackages(), site.getusersitepackages()}
    inside = Path(path).resolve()
    installed = {"site-packages", "dist-packages"} & set(inside.parts)
    return not installed and not any(inside.is_relative_to(folder) for folder in folders if folder)
