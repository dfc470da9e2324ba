"""`%check` and `%%check`: run an exercise's checks, one's own or those that were shown.

They are made known when edu_widgets is imported in a notebook, so what they need is imported by
their first use.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from edu_widgets.protocol.errors import InvalidArgument

if TYPE_CHECKING:
    from edu_widgets.progress.checking import Result
    from edu_widgets.progress.documents import Exercise
    from edu_widgets.progress.widget import ProgressBoard

NAME = "check"

HELP = """Check an exercise, and let the instructor see how far you are.

::

    %%check clean
    temp_has_no_gaps: df["temp"].notna().all()
    assert len(df) == 12, "twelve months"

Each statement is a check; `name: expression` has to be true. They run in a copy of your variables,
10 seconds each at most.

    %check clean           the checks that your instructor has given with the exercise: shown
                           first, and run when you run the cell again. Changed ones are shown again
    %check clean lesson2   in this lesson; by default the only one there is

Your instructors see which checks passed, how often you tried, and what kind of error came, without
values: never your code. docs/progress.md says it exactly."""

_SIGNS = {"passed": "✓", "failed": "✗", "stopped": "◔", "not run": "·"}
_ASK = "These checks are your instructor's, and run in your kernel. Run the cell again to run them."


def check(line: str, cell: str | None, shell: Any) -> None:
    """Run the checks of a cell, or those of the exercise once they were shown.

    Raises:
        InvalidArgument: the line or the checks cannot be read, or there is no such exercise.
    """
    name, lesson = _words(line, "%check" if cell is None else "%%check")
    board = board_of(shell.user_ns, lesson)
    told = board.found(name)
    if cell is not None:
        results = board.check(name, cell, shell.user_ns)
    else:
        code = _code_shown(board, name, told)
        if code is None:
            return
        results = board.check_code(name, code, shell.user_ns, told)
    print(summary(name, results, told))  # noqa: T201 - a magic's output
    _show_first(shell, results)


def _words(line: str, magic: str) -> tuple[str, str | None]:
    try:
        words = shlex.split(line)
    except ValueError:
        words = []
    if len(words) not in (1, 2):
        msg = f"{magic} needs an exercise's name, as in {magic} clean. {magic}? says more."
        raise InvalidArgument(msg)
    return words[0], words[1] if len(words) > 1 else None


def _code_shown(board: ProgressBoard, name: str, told: Exercise | None) -> str | None:
    """Return the code to run, if it was shown before; else show it."""
    from edu_widgets.progress.results import code_of  # noqa: PLC0415 - see above

    if told is None:
        msg = f"There is no exercise {name!r:.60} in this lesson yet: its instructor gives it."
        raise InvalidArgument(msg)
    code = code_of(told)
    if not code:
        msg = f"The checks of {name!r:.60} are in your notebook: run the cell with %%check."
        raise InvalidArgument(msg)
    before, board.shown_checks[name] = board.shown_checks.get(name), code
    print(f"# {told.title}\n{code}\n")  # noqa: T201 - what is about to run is always shown
    if before == code:
        return code
    print(_ASK)  # noqa: T201
    return None


def summary(name: str, results: Sequence[Result], told: Exercise | None) -> str:
    """Return the results of a run as lines of text."""
    passed = sum(result.state == "passed" for result in results)
    title = told.title if told is not None else name
    lines = [f"{title}: {passed} of {len(results)}"]
    for result in results:
        note = {"stopped": " (stopped after its time)", "not run": " (not run)"}
        lines.append(f"  {_SIGNS[result.state]} {result.name}{note.get(result.state, '')}")
    if told is None:
        lines.append(f"Not counted yet: the lesson has no exercise {name!r}.")
    return "\n".join(lines)


def _show_first(shell: Any, results: Sequence[Result]) -> None:
    """Show the traceback of the first check that failed."""
    from edu_widgets.progress.checking import NotTrueError, own_frames  # noqa: PLC0415

    first = next((one for one in results if one.state == "failed" and one.error), None)
    if first is None or first.error is None or isinstance(first.error, NotTrueError):
        return  # of what is not so, its name says all
    error = first.error.with_traceback(own_frames(first.error))
    shell.showtraceback((type(error), error, error.__traceback__))


def board_of(variables: dict[str, Any], name: str | None) -> ProgressBoard:
    """The board of the lesson in a variable; without a name, of the only lesson there is.

    Raises:
        InvalidArgument: there is none, or several.
    """
    from edu_widgets.notebook.lesson_variables import widget_in  # noqa: PLC0415
    from edu_widgets.progress.widget import ProgressBoard  # noqa: PLC0415

    return widget_in(variables, name, ProgressBoard, "progress", "%check")


def register(shell: Any) -> None:
    """Make `%check` and `%%check` known to an IPython shell."""

    def magic(line: str, cell: str | None = None) -> None:
        check(line, cell, shell)

    magic.__doc__ = HELP
    shell.register_magic_function(magic, magic_kind="line_cell", magic_name=NAME)
