"""What is printed in a cell where something other than what it says would be a surprise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from edu_widgets.polls.documents import Poll
from edu_widgets.protocol.texts import shorten

_EXCERPT = 60


def excerpt(question: str) -> str:
    """A question in one short line."""
    return shorten(" ".join(question.split()), _EXCERPT)


def clock(ms: int, now: float) -> str:
    """A time as the clock on the wall shows it, with its day unless it is today's."""
    then, today = (datetime.fromtimestamp(t / 1000).astimezone() for t in (ms, now))
    return f"{then:%H:%M}" if then.date() == today.date() else f"{then:%Y-%m-%d %H:%M}"


def standing(poll: Poll, now: float) -> str:
    """When a poll was asked, and how it stands: `asked 09:12, revealed`."""
    state = "still open" if poll.state == "open" else poll.state
    return f"asked {clock(poll.opened or poll.created_at, now)}, {state}"


def say_open(others: Sequence[str]) -> None:
    """Print which questions are open beside the one that was just asked, if any are."""
    if others:
        listed = ", ".join(repr(excerpt(question)) for question in others)
        say(
            f"{len(others) + 1} polls are open, also {listed}. poll.close() closes one; "
            "poll.edit(question=…) mends one without asking anew."
        )


def say(*sentences: str) -> None:
    """Print them, each in a line."""
    if sentences:
        print(*sentences, sep="\n")  # noqa: T201 - it belongs to the cell that asked
