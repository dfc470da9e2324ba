"""`%take 3` and `%%private`. What they need is imported by their first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edu_widgets.protocol.errors import InvalidArgument

if TYPE_CHECKING:
    from edu_widgets.cells.widget import LiveCells

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
    cells = _cells(shell.user_ns, words[0] if words else "")
    if number:
        found = cells.number(int(number))
    else:
        if not len(cells):
            raise InvalidArgument("%take: no cell has been shared yet.")
        found = cells[-1]
    shell.set_next_input(found.source)


def _cells(variables: dict[str, Any], name: str) -> LiveCells:
    found = {key: cells for key, value in variables.items() if (cells := _of(value)) is not None}
    if name:
        if name not in found:
            raise InvalidArgument(f"%take: the variable {name!r:.40} holds no lesson.")
        return found[name]
    names = {id(cells): key for key, cells in found.items() if not key.startswith("_")}
    if not names:
        raise InvalidArgument("%take: there is no lesson yet. Run lesson = edu.join(…) first.")
    if len(names) > 1:
        say = " or ".join(f"%take 3 {key}" for key in names.values())
        raise InvalidArgument(f"%take: there are several lessons. Say which one: {say}.")
    return found[next(iter(names.values()))]


def _of(value: object) -> LiveCells | None:
    """The cells of a lesson that is open; None for anything else, of which nothing is touched."""
    from edu_widgets.cells.widget import LiveCells  # noqa: PLC0415 - see above

    if isinstance(value, LiveCells):
        return value
    if not isinstance(getattr(type(value), "cells", None), property):
        return None
    cells = getattr(value, "cells", None) if getattr(value, "usable", False) else None
    return cells if isinstance(cells, LiveCells) else None


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
