"""`%take 3` and `%%private`. What they need is imported by their first use."""

from __future__ import annotations

from typing import Any

from edu_widgets.protocol.errors import InvalidArgument

_PRIVATE = "%%private"

HELP = """Put a shared cell into the next cell, to be read, changed and run by you.

::

    %take 3             the newest shared cell with the number 3, the 3 of [3]
    %take               the newest one
    %take 3 lesson2     of the lesson in this variable; by default the only one there is

Nothing is run, and no cell of yours is changed."""


def take(line: str, shell: Any) -> None:
    """Put a shared cell's source into the next cell.

    Raises:
        InvalidArgument: there is no such cell, or no lesson.
    """
    words = line.split()
    number = words.pop(0) if words and words[0].lstrip("-").isdigit() else ""
    if len(words) > 1 or (words and not words[0].isidentifier()):
        raise InvalidArgument(f"%take {line!r:.60}: it is used as %take 3. %take? shows more.")
    from edu_widgets.cells.widget import LiveCells  # noqa: PLC0415 - see above
    from edu_widgets.notebook.lesson_variables import widget_in  # noqa: PLC0415

    lesson = words[0] if words else None
    cells = widget_in(shell.user_ns, lesson, LiveCells, "cells", f"%take {number}".rstrip())
    if number:
        found = cells.number(int(number))
    else:
        if not len(cells):
            raise InvalidArgument("%take: no cell has been shared yet.")
        found = cells[-1]
    shell.set_next_input(found.source)


def without_mark(lines: list[str]) -> list[str]:
    """Return a cell's lines as they are run: `%%private` is for the sharing alone."""
    for place, line in enumerate(lines):
        if line.strip():
            if line.split() == [_PRIVATE]:
                following = next((later for later in lines[place + 1 :] if later.strip()), "")
                # Line numbers stay as they are, unless a magic has to be the first line.
                mark = [] if following.startswith("%%") else [f"# {_PRIVATE}\n"]
                return [*lines[:place], *mark, *lines[place + 1 :]]
            break
    return lines


def register(shell: Any) -> None:
    """Make `%take` and `%%private` known to an IPython shell."""

    def magic(line: str) -> None:
        take(line, shell)

    magic.__doc__ = HELP
    shell.register_magic_function(magic, magic_kind="line", magic_name="take")
    if without_mark not in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.insert(0, without_mark)
