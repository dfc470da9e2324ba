"""The polls in the record of a lesson: those whose results everybody may see."""

from __future__ import annotations

from collections.abc import Iterator

from edu_widgets.client.course import CourseClient
from edu_widgets.notebook.records import RecordEntry, as_it_is
from edu_widgets.polls import frozen
from edu_widgets.polls.mirror import Polls


class PollsOfRecord:
    """The polls that were revealed; others would tell what was not to be told."""

    def __init__(self, client: CourseClient) -> None:
        self._polls = Polls(client)

    def load(self, since: int) -> None:
        """Do nothing: all polls of a course are loaded."""

    def entries(self, lang: str) -> Iterator[RecordEntry]:
        """Return an entry for each poll, with its results as they are frozen in a notebook."""
        for seen in self._polls.all():
            poll = seen.poll
            if poll.results:
                at = poll.opened or poll.created_at
                yield RecordEntry(at, as_it_is(frozen.html(poll, lang)))
