"""`%%poll`: a question with its options, written as Markdown in a cell.

It is made known when edu_widgets is imported in a notebook, so what it needs is imported by its
first use.
"""

from __future__ import annotations

import argparse
import keyword
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

from edu_widgets.protocol.errors import InvalidArgument

if TYPE_CHECKING:
    from edu_widgets.polls.poll import Poll
    from edu_widgets.polls.widget import LivePolls

NAME = "poll"

HELP = """Ask the class what the cell says: a question, and its options as a list.

::

    %%poll --seconds 60
    What does `print([1] * 2)` print?

    - `[1, 1]`
    - `[2]`

Markdown is shown as such: `code`, **bold**, code blocks. The poll opens at once and is put into
the variable `poll`: go on with `poll.close()` and `poll.reveal(answer=1)`, which also says what
is right, so that it need not stand in the cell.

Options of the first line:

    %%poll lesson2         in this lesson; by default the only one there is
    --kind KIND            one of single, multiple, scale, number, text, ordering, predict;
                           by default what the cell looks like
    --seconds 60           close after so many seconds
    --anonymous            nobody sees who chose what
    --named                instructors see who chose what, and those who vote are told so
    --live                 everybody sees the counts while it is open
    --draft                keep it for instructors; open it with poll.open()
    --again                ask it again, though it was asked before
    --as q1                put it into this variable instead of `poll`

docs/polls.md tells of the kinds and of how to mark the right answer."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InvalidArgument(f"%%poll: {message}. %%poll? shows what can be said.") from None


def make_parser() -> _Parser:
    from edu_widgets.polls.authoring import KINDS  # noqa: PLC0415 - see above

    parser = _Parser(prog="%%poll", add_help=False, allow_abbrev=False)
    parser.add_argument("lesson", nargs="?", help="the lesson's variable; by default the only one")
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--anonymous", action="store_true", default=None)
    parser.add_argument("--named", action="store_true", default=None)
    parser.add_argument("--live", action="store_true", default=None)
    parser.add_argument("--draft", action="store_true", help="keep it for staff until it is opened")
    parser.add_argument("--again", action="store_true", help="ask it again")
    parser.add_argument("--as", dest="name", default=NAME, help="the variable it is put into")
    return parser


def poll_cell(line: str, cell: str, variables: dict[str, Any]) -> Poll:
    """Ask the question of a cell; the poll is put into the variable `poll` too.

    Raises:
        InvalidArgument: it is no question, or there is no lesson to ask it in.
        Refused: only instructors run polls.
    """
    from edu_widgets.polls import markdown  # noqa: PLC0415

    try:
        words = shlex.split(line)
    except ValueError:
        msg = "%%poll: a quotation mark in its line is not closed. %%poll? shows what can be said."
        raise InvalidArgument(msg) from None
    given = make_parser().parse_args(words)
    if not given.name.isidentifier() or keyword.iskeyword(given.name):
        msg = f"%%poll: --as {given.name!r:.40} cannot be a variable's name; one looks like q1."
        raise InvalidArgument(msg)
    settings = {
        "kind": given.kind,
        "seconds": given.seconds,
        "anonymous": given.anonymous,
        "named": given.named,
        "live": given.live,
    }
    polls = polls_of(variables, given.lesson)
    asked = markdown.one(cell, **{key: v for key, v in settings.items() if v is not None})
    poll = polls.put(asked, open_=not given.draft, again=given.again, how="--again")
    variables[given.name] = poll
    return poll


def polls_of(variables: Mapping[str, Any], name: str | None) -> LivePolls:
    """Return the polls of the lesson in a variable; without a name, of the only lesson there is.

    Raises:
        InvalidArgument: there is none, or several.
    """
    from edu_widgets.notebook.lesson_variables import widget_in  # noqa: PLC0415
    from edu_widgets.polls.widget import LivePolls  # noqa: PLC0415

    return widget_in(variables, name, LivePolls, "polls", "%%poll")


def register(shell: Any) -> None:
    """Make `%%poll` known to an IPython shell."""

    def magic(line: str, cell: str) -> Poll:
        return poll_cell(line, cell, shell.user_ns)

    magic.__doc__ = HELP
    shell.register_magic_function(magic, magic_kind="cell", magic_name=NAME)
