"""Errors of ours in a notebook: what happened and what to do next, in a line or two.

The whole traceback leads through a dozen of our own functions, which tells a teacher nothing.
`%tb` shows it all the same.
"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

from edu_widgets.protocol.errors import EduWidgetsError

_PACKAGE = str(Path(__file__).resolve().parents[1])


def shorten(shell: Any) -> None:
    """Have IPython show every `EduWidgetsError` short; scripts are not concerned."""

    def render(error: EduWidgetsError) -> list[str]:
        # The same one in a later cell: that is `%tb`. One that was raised again has another.
        now = (error.__traceback__, shell.execution_count)
        first = error.__dict__.setdefault("_shown", now)
        if first[0] is now[0] and first[1] != now[1]:
            shown: list[str] = shell.InteractiveTB.structured_traceback(
                type(error), error, error.__traceback__, tb_offset=1
            )
            return shown
        error.__dict__["_shown"] = now
        return [f"{type(error).__name__}: {error}", f"({_place(error)}%tb shows more)"]

    EduWidgetsError._render_traceback_ = render  # type: ignore[attr-defined]


def _place(error: BaseException) -> str:
    """The line of the user's own code that called us."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = (n for n, frame in enumerate(frames) if frame.filename.startswith(_PACKAGE))
    last = next(ours, 0) - 1
    if last < 0 or frames[last].lineno is None:
        return ""
    frame = frames[last]
    if "IPython" in Path(frame.filename).parts:  # a magic, called by the shell
        return ""
    in_cell = frame.filename.startswith("<ipython") or "ipykernel_" in frame.filename
    where = "" if in_cell else f" of {Path(frame.filename).name}"
    return f"line {frame.lineno}{where}; "
