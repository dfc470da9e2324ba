"""What happened to polls: each opening, closing and reveal is told once."""

from collections.abc import Iterable, Iterator

from edu_widgets.client.course import CourseClient
from edu_widgets.client.sync.events import DocumentsChanged
from edu_widgets.polls.documents import Poll
from edu_widgets.polls.mirror import Polls

_Step = tuple[int, str]


class EventDiff:
    """Tells what is new from what was so already. Network thread only."""

    def __init__(self, client: CourseClient, polls: Polls) -> None:
        self._client = client
        self._polls = polls
        self._began = client.caught_up()
        self._known: dict[str, _Step] = {seen.poll.id: _step(seen.poll) for seen in polls.all()}

    def of(self, ids: Iterable[str], event: DocumentsChanged) -> Iterator[tuple[str, str]]:
        """Poll and event (`open`, `close`, `reveal`) of what changed.

        What came with the first load is only noted; what was missed while disconnected is told.
        """
        began = self._began
        if event.channel == self._client.channel:
            self._began = began or event.caught_up
        for id_ in dict.fromkeys(ids):
            seen = self._polls.get(id_)
            if seen is None or seen.making is not None:
                self._known.pop(id_, None)
                continue
            before, now = self._known.get(id_), _step(seen.poll)
            self._known[id_] = now
            if began and before != now and now[1] in _TOLD:
                yield id_, _TOLD[now[1]]


_TOLD = {"open": "open", "closed": "close", "revealed": "reveal"}


def _step(poll: Poll) -> _Step:
    return poll.round, poll.state
