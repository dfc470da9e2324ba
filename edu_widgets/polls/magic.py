"""`%%poll`: a question with its options, written as Markdown in a cell.

::

    %%poll --seconds 60 --kind predict
    What does `print([1] * 2)` print?

    - `[1, 1]`
    - `[2]`

What is right need not stand in the cell: `poll.reveal(answer=1)` says it later.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping
from typing import Any, NoReturn

from edu_widgets.polls import markdown
from edu_widgets.polls.authoring import KINDS
from edu_widgets.polls.poll import Poll
from edu_widgets.polls.widget import LivePolls
from edu_widgets.protocol.errors import InvalidArgument

NAME = "poll"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise InvalidArgument(f"%%poll: {message}. {self.format_usage().strip()}")


def _parser() -> _Parser:
    parser = _Parser(prog="%%poll", add_help=False)
    parser.add_argument("lesson", nargs="?", help="the lesson's variable; by default the only one")
    parser.add_argument("--kind", choices=KINDS)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--anonymous", action="store_true", default=None)
    parser.add_argument("--named", action="store_true", default=None)
    parser.add_argument("--draft", action="store_true", help="keep it for staff until it is opened")
    parser.add_argument("--again", action="store_true", help="ask it again")
    parser.add_argument("--as", dest="name", default=NAME, help="the variable it is put into")
    return parser


def poll_cell(line: str, cell: str, variables: dict[str, Any]) -> Poll:
    """Ask what a cell says; the poll is put into the variable `poll` too.

    Raises:
        InvalidArgument: it is no question, or there is no lesson to ask it in.
        Refused: only instructors run polls.
    """
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise InvalidArgument(f"%%poll: {error}.") from error
    given = _parser().parse_args(words)
    settings = {
        "kind": given.kind,
        "seconds": given.seconds,
        "anonymous": given.anonymous,
        "named": given.named,
    }
    asked = markdown.one(cell, **{key: v for key, v in settings.items() if v is not None})
    polls = polls_of(variables, given.lesson)
    poll = polls.put(asked, open_=not given.draft, again=given.again, how="--again")
    variables[given.name] = poll
    return poll


def polls_of(variables: Mapping[str, Any], name: str | None) -> LivePolls:
    """The polls of the lesson in a variable; without a name, of the only lesson there is.

    Raises:
        InvalidArgument: there is none, or several.
    """
    if name is not None:
        polls = _polls(variables.get(name))
        if polls is None:
            raise InvalidArgument(f"There is no lesson in the variable {name!r}.")
        return polls
    kept = (value for key, value in list(variables.items()) if not key.startswith("_"))
    found = {id(polls): polls for value in kept if (polls := _polls(value)) is not None}
    if len(found) != 1:
        many = "There are several lessons" if found else "There is no lesson yet"
        msg = f"{many}: write lesson = edu.host(…), then %%poll lesson."
        raise InvalidArgument(msg)
    return next(iter(found.values()))


def _polls(value: object) -> LivePolls | None:
    """The polls of a lesson; None for anything else, of which no attribute is touched."""
    if isinstance(value, LivePolls):
        return value
    if not isinstance(getattr(type(value), "polls", None), property):
        return None
    polls = getattr(value, "polls", None)
    return polls if isinstance(polls, LivePolls) else None


def register(shell: Any) -> None:
    """Make `%%poll` known to an IPython shell."""

    def magic(line: str, cell: str) -> Poll:
        return poll_cell(line, cell, shell.user_ns)

    shell.register_magic_function(magic, magic_kind="cell", magic_name=NAME)
