"""Code of notebook cells as messages: of the running cell, or of one that ran before."""

from __future__ import annotations

import ast
import re
import sys
from typing import Any

from edu_widgets.protocol.errors import InvalidArgument

_CALL = "send_cell"
_FENCE = re.compile("`{3,}")


def cell_code(cell: int | None) -> str:
    """Return the code of `In[cell]`; by default of this cell without the call, or the one before.

    Raises:
        InvalidArgument: there are no cells here, or that one has no code.
    """
    shell = _shell()
    history: list[str] = list(shell.history_manager.input_hist_raw)
    if cell is None:
        here = without_call(history[-1]) if history else ""
        code = here or (history[-2] if len(history) > 1 else "")
        if not code.strip():
            raise InvalidArgument("No cell was run before this one, and this one has no code.")
    else:
        if isinstance(cell, bool) or not isinstance(cell, int):
            msg = f"cell is the number of a cell, the 3 of In[3]; not {cell!r:.80}."
            raise InvalidArgument(msg)
        if not 0 < cell < len(history) or not history[cell].strip():
            msg = f"There is no code in In[{cell}]; cells have run up to In[{len(history) - 1}]."
            raise InvalidArgument(msg)
        code = history[cell]
    return code.strip("\n")


def fenced(code: str, note: str = "") -> str:
    """Return a message with a note and code, in a fence longer than any in the code."""
    longest = max((len(run) for run in _FENCE.findall(code)), default=2)
    fence = "`" * (longest + 1)
    text = f"{fence}python\n{code}\n{fence}"
    return f"{note.strip()}\n\n{text}" if note.strip() else text


def without_call(code: str) -> str:
    """Return a cell's code without the statement that sends it."""
    try:
        statements = ast.parse(code).body
    except (SyntaxError, ValueError):  # magics: by lines
        lines = [line for line in code.split("\n") if f".{_CALL}(" not in line]
        return "\n".join(lines).strip("\n")
    lines = code.split("\n")
    for statement in reversed(statements):
        if any(isinstance(n, ast.Attribute) and n.attr == _CALL for n in ast.walk(statement)):
            del lines[statement.lineno - 1 : statement.end_lineno]
    return "\n".join(lines).strip("\n") if any(line.strip() for line in lines) else ""


def _shell() -> Any:
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    shell = get_ipython()
    if shell is None or getattr(shell, "history_manager", None) is None:
        msg = "There are no cells here: send_cell() works in Jupyter and IPython. Use send(code)."
        raise InvalidArgument(msg)
    return shell
