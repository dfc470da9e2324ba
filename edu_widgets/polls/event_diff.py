"""Events of polls: each opening, closing and reveal, told once."""

from collections.abc import Iterable, Iterator

from edu_widgets.client.course import CourseClient
from edu_widgets.client.news import News
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.polls.documents import Poll
from edu_widgets.polls.mirror import Polls

_Step = tuple[int, str]

_REMEMBERED = 10_000
"""Number of polls, more than a course has."""


class EventDiff:
    """Tells new votes, polls and results from known ones. Network thread only."""

    def __init__(self, client: CourseClient, polls: Polls) -> None:
        self._client = client
        self._polls = polls
        known = {seen.poll.id: _step(seen.poll) for seen in polls.all()}
        self._news = News[_Step](client, [client.channel], known, most=_REMEMBERED)

    def of(self, ids: Iterable[str], event: DocumentsChanged) -> Iterator[tuple[str, str]]:
        """Yield the ids of polls and their events (`open`, `close`, `reveal`)."""
        began = self._news.has_begun(self._client.channel)
        self._news.heard(event)
        for id_ in dict.fromkeys(ids):
            seen = self._polls.get(id_)
            now = _step(seen.poll) if seen is not None and seen.making is None else None
            before = self._news.swap(id_, now)
            if began and now is not None and before != now and now[1] in _TOLD:
                yield id_, _TOLD[now[1]]


_TOLD = {"open": "open", "closed": "close", "revealed": "reveal"}


def _step(poll: Poll) -> _Step:
    return poll.round, poll.state
