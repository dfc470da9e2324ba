"""What happens by itself: counting after votes, closing when a timer runs out, ending.

In memory is only what is due; a service that starts looks at every poll once, so nothing hangs on
what was known before.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import msgspec

from edu_widgets.polls.documents import POLL, Poll
from edu_widgets.polls.service.ending import ABANDONED_MS, ended
from edu_widgets.polls.service.reading import find
from edu_widgets.polls.service.running import closed
from edu_widgets.polls.service.tally import count_again, writes_of
from edu_widgets.polls.service.vault import in_vault
from edu_widgets.protocol import Code, Document
from edu_widgets.protocol.channels import course_channel
from edu_widgets.protocol.errors import Refused
from edu_widgets.service.rules import Decision, Part, Request
from edu_widgets.service.steady_time import SLACK_MS
from edu_widgets.service.timers import Timers, read_all

if TYPE_CHECKING:
    from edu_widgets.service.features import Stage
    from edu_widgets.service.rules import RuleRun
    from edu_widgets.service.store import Committed


class Refresh(msgspec.Struct, frozen=True):
    """Bring a poll up to date: counts, timer, end."""

    poll_id: str


def refresh(request: Request[Refresh]) -> RuleRun:
    """Count a poll anew; close it if its time is over, end it if it was left alone."""
    found = yield from find(request.course, request.data.poll_id)
    if found is None or found.poll.state == "draft" or found.poll.ended:
        return Decision(reply=False)
    poll, now = _in_time(found.poll, request.now), request.now
    due = due_at(poll)
    over = due is not None and now >= due
    if over and poll.state == "open":
        poll = closed(poll, now)
    elif over:
        return (yield from _end(request.course, poll, now))
    count = yield from count_again(request.course, poll, now)
    writes = yield from writes_of(request.course, count)
    return Decision(writes, urgent=poll.state != "open", reply=False)


def _in_time(poll: Poll, now: int) -> Poll:
    """A poll that is still to be opened was opened by a clock that is right only now."""
    ahead = (poll.opened or 0) - now
    if poll.state != "open" or poll.closes is None or ahead <= SLACK_MS:
        return poll
    return msgspec.structs.replace(poll, opened=now, closes=poll.closes - ahead)


def _end(course: str, poll: Poll, now: int) -> Part[Decision]:
    count = yield from count_again(course, poll, now)
    decision = yield from ended(course, count)
    return Decision(decision.writes, reply=False, destroy=decision.destroy)


def due_at(poll: Poll) -> int | None:
    """When something happens to a poll by itself, in ms since 1970."""
    if poll.state == "open":
        return poll.closes
    if poll.anonymous and not poll.ended and poll.state != "draft" and poll.closes is not None:
        return poll.closes + ABANDONED_MS
    return None


class Clock:
    """What is due in the courses of one service."""

    def __init__(self) -> None:
        self._timers = Timers()
        self._dirty: dict[tuple[str, str], None] = {}

    def note(self, course: str, doc: Document) -> None:
        """A poll in the course is now so."""
        self._timers.note(course, doc, lambda doc: due_at(doc.as_(Poll)))

    def touch(self, course: str, poll_id: str) -> None:
        """A poll's ballots changed."""
        self._dirty[course, poll_id] = None

    def ring(self, now: int) -> None:
        """Time has passed: what is due is to be looked at."""
        for key in self._timers.due(now):
            self._dirty[key] = None

    @property
    def courses(self) -> list[str]:
        """Where something is to be looked at."""
        return list(dict.fromkeys(course for course, _ in self._dirty))

    async def work(self, stage: Stage, course: str) -> None:
        """Bring what was touched in a course up to date; what cannot be now is tried again."""
        for key in [key for key in self._dirty if key[0] == course]:
            del self._dirty[key]
            try:
                await stage.commit(course_channel(course), refresh, Refresh(key[1]))
            except Refused as error:
                if Code(error.code).retry:
                    self._dirty[key] = None
                else:
                    self._timers.forget(*key)
                    raise

    async def look(self, stage: Stage, course: str) -> None:
        """Look at every poll of a course, as after a start."""

        def note(doc: Document) -> None:
            self.note(course, doc)
            self.touch(course, doc.id)

        await read_all(stage, course_channel(course), POLL, note)


_CLOCKS: WeakKeyDictionary[Stage, Clock] = WeakKeyDictionary()


def _clock(stage: Stage) -> Clock:
    return _CLOCKS.setdefault(stage, Clock())


def _work(stage: Stage, clock: Clock, course: str) -> None:
    stage.soon(("polls", course), partial(clock.work, stage, course))


def on_commit(stage: Stage, commit: Committed) -> None:
    """Something was stored: note polls, and count those whose ballots changed."""
    clock = _clock(stage)
    for change in commit.changes:
        kind, _, course = change.channel.partition(":")
        if kind == "course":
            for doc in change.docs:
                if doc.kind == POLL:
                    clock.note(course, doc)
        elif (poll_id := in_vault(change.channel)) is not None:
            course = course.partition(":")[0]
            clock.touch(course, poll_id)
            _work(stage, clock, course)


async def on_start(stage: Stage, course: str) -> None:
    """Look at every poll of a course; the next tick brings them up to date."""
    await _clock(stage).look(stage, course)


def on_tick(stage: Stage, now: int) -> None:
    """A second has passed."""
    clock = _clock(stage)
    clock.ring(now)
    for course in clock.courses:
        _work(stage, clock, course)
