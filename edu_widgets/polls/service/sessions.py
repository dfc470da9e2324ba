"""The beginning of a lesson: an instructor is here after none was for half an hour.

It is kept in the store, so that a lesson goes on over restarts of kernels and of the service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edu_widgets.polls.documents import APART_MS, SESSION, SESSION_ID, PollSession
from edu_widgets.protocol.channels import parse_channel, staff_channel
from edu_widgets.service.rules import Decision, Get, Request, Write
from edu_widgets.service.steady_time import SLACK_MS

if TYPE_CHECKING:
    from edu_widgets.service.rules import Person, RuleRun
    from edu_widgets.service.stage import Stage

_RENEWED_MS = 5 * 60_000
_TICK_MS = 1_500
"""Ticks may be a little apart: what is due is noted twice rather than never."""


def attend(request: Request[None]) -> RuleRun:
    """Note that an instructor is here, or was until now."""
    staff, now = staff_channel(request.course), request.now
    docs = yield Get(staff, (SESSION_ID,))
    known = [doc.as_(PollSession) for doc in docs if doc.kind == SESSION and not doc.deleted]
    # Seen in the future, by a clock that was wrong: that lesson is over.
    goes_on = bool(known) and -SLACK_MS <= now - known[0].seen <= APART_MS
    session = PollSession(known[0].began if goes_on else now, now)
    return Decision([Write(staff, SESSION_ID, SESSION, session, signed=False)])


async def before_catch_up(stage: Stage, channel: str, person: Person) -> None:
    """An instructor enters: what they catch up with tells of the lesson that is on now."""
    if _is_staff(channel, person):
        await stage.commit(channel, attend, None)


def on_leave(stage: Stage, channel: str, person: Person) -> None:
    """An instructor has left."""
    if _is_staff(channel, person):
        _note(stage, channel)


def on_tick(stage: Stage, now: int) -> None:
    """A second has passed: every five minutes it is noted that somebody is still here."""
    if now % _RENEWED_MS < _TICK_MS:
        for channel in map(staff_channel, stage.courses):
            if stage.people(channel):
                _note(stage, channel)


def _is_staff(channel: str, person: Person) -> bool:
    return parse_channel(channel).kind == "staff" and person.staff


def _note(stage: Stage, channel: str) -> None:
    stage.soon(("polls session", channel), lambda: stage.commit(channel, attend, None))
