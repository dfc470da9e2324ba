"""The polls of a course as questions, for features that show them elsewhere, as the recording."""

from __future__ import annotations

from collections.abc import Iterator

from edu_widgets.client.bodies import decoded
from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.questions import Question
from edu_widgets.polls.documents import POLL, Poll
from edu_widgets.polls.grace import ends_at, takes_votes
from edu_widgets.polls.remarks import excerpt


class AskedPolls:
    """The polls of a course as questions. Any thread."""

    documents = POLL

    def __init__(self, client: CourseClient) -> None:
        self._client = client

    def open(self) -> Question | None:
        """Return the newest poll that takes votes; None if there is none."""
        now = self._client.service_now()
        waiting = [
            poll
            for poll in self._polls()
            if takes_votes(poll) and ((end := ends_at(poll)) is None or now < end)
        ]
        newest = max(waiting, key=lambda poll: poll.opened or 0, default=None)
        return None if newest is None else _question(newest)

    def between(self, start: int, end: int) -> list[Question]:
        """Return the polls that were opened within a time, oldest first."""
        found = [_question(poll) for poll in self._polls() if start <= (poll.opened or 0) <= end]
        return sorted(found, key=lambda question: question.opened)

    def _polls(self) -> Iterator[Poll]:
        for doc in self._client.mirror().of_kind(POLL):
            poll = decoded(doc, Poll)
            if poll is not None and poll.opened is not None:
                yield poll


def _question(poll: Poll) -> Question:
    return Question(poll.id, poll.round, poll.opened or 0, excerpt(poll.question))
