"""The time after its end in which a round still takes votes: the same for all."""

from edu_widgets.polls.documents import Poll


def takes_votes(poll: Poll) -> bool:
    """Return True while votes of the present round may come, in the time after its end too."""
    return poll.state == "open" or (poll.state == "closed" and poll.grace_ms > 0)


def ends_at(poll: Poll) -> int | None:
    """Return the time from which no vote of the present round counts, in ms since 1970."""
    return None if poll.closes is None else poll.closes + poll.grace_ms
