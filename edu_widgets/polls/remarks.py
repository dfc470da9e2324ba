"""Remarks printed in a cell whose poll is not as the cell says."""

from __future__ import annotations

from collections.abc import Sequence

from edu_widgets.client.bodies import clock_time, when
from edu_widgets.polls.documents import Poll
from edu_widgets.protocol.shortening import shorten

_EXCERPT = 60
_MOST_NAMED = 3


def excerpt(question: str) -> str:
    """Return a question as one short line."""
    return shorten(" ".join(question.split()), _EXCERPT)


def standing(poll: Poll, now: float) -> str:
    """Return the time at which a poll was asked, and its state: `asked 09:12, revealed`."""
    state = "still open" if poll.state == "open" else poll.state
    return f"asked {clock_time(when(poll.opened or poll.created_at), when(now))}, {state}"


def say_open(others: Sequence[str]) -> None:
    """Print which questions are open beside the one that was just asked, if any are.

    The newest, which come last in `others`, are named.
    """
    if others:
        named = others[-_MOST_NAMED:]
        listed = ", ".join(repr(excerpt(question)) for question in named)
        if len(others) > len(named):
            listed += f" and {len(others) - len(named)} more"
        say(
            f"{len(others) + 1} polls are open, also {listed}. poll.close() closes one; "
            "poll.edit(question=…) mends one without asking anew."
        )


def say(*sentences: str) -> None:
    """Print them, each in a line."""
    if sentences:
        print(*sentences, sep="\n")  # noqa: T201 - it belongs to the cell that asked
