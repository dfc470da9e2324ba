"""Timed work of presence: announcing the people here, deleting what is over.

What is known in memory is found again after a start: who is here by their connections, statuses
and hands by looking once at the store.
"""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING, Any

from edu_widgets.presence.commands import (
    MAX_QUERY,
    PEOPLE_PAGE,
    PRESENCE,
    Attention,
    Here,
    People,
    PeoplePage,
    Presence,
)
from edu_widgets.presence.documents import Hand, Status
from edu_widgets.presence.service import attendance
from edu_widgets.presence.service.ending import KEPT_MS, Sweep, sweep
from edu_widgets.presence.service.roll import Roll
from edu_widgets.protocol import Code, Document
from edu_widgets.protocol.channels import course_channel, staff_channel
from edu_widgets.protocol.errors import refusal
from edu_widgets.service.rules import Person
from edu_widgets.service.steady_time import now_ms
from edu_widgets.service.timers import keep

if TYPE_CHECKING:
    from edu_widgets.service.features import Sender
    from edu_widgets.service.stage import Stage

FEATURE_NAME = "presence"

SWEEP_MS = 30_000
"""Interval of looking for what is over."""


class Kept:
    """Statuses and hands of a course as they are stored, by person."""

    def __init__(self) -> None:
        self.statuses: dict[str, Status] = {}
        self.hands: dict[str, Hand] = {}

    def note(self, doc: Document) -> None:
        """Note a document as it is stored now."""
        user_id = doc.id.partition(":")[2]
        if doc.kind == Status.kind:
            keep(self.statuses, user_id, doc, Status)
        else:
            keep(self.hands, user_id, doc, Hand)


class Course:
    """Presence in one course of one service."""

    def __init__(self, stage: Stage, course: str) -> None:
        self.channel = course_channel(course)
        self.staff = staff_channel(course)
        self.roll = Roll(secrets.token_hex(6))
        self.kept = Kept()
        self.offered = stage.offers(self.channel, FEATURE_NAME)
        self._last_here: dict[str, int] = {}
        self._since: int | None = None
        self._swept = 0
        self._stays = attendance.Stays()

    def here(self, stage: Stage, now: int) -> list[Here]:
        """Return the people here now."""
        return self.roll.here(
            stage.people(self.channel), lambda id_: stage.connections(self.channel, id_), now
        )

    def changed(self, stage: Stage) -> None:
        """Announce the people here soon, since somebody may have come, gone or turned away."""
        stage.announce(self.channel, FEATURE_NAME, lambda: self._say(stage))
        if self.roll.crowd:
            stage.announce(self.staff, FEATURE_NAME, lambda: self._say_staff(stage))

    def _say(self, stage: Stage) -> tuple[str, Presence] | None:
        now = now_ms()
        told = self.roll.tell(self.here(stage, now), now)
        return (PRESENCE.name, told) if told is not None else None

    def _say_staff(self, stage: Stage) -> tuple[str, Presence] | None:
        now = now_ms()
        told = self.roll.tell_staff(self.here(stage, now), self.kept.statuses, now)
        return (PRESENCE.name, told) if told is not None else None

    def look(self, stage: Stage, now: int) -> None:
        """Delete what is over, and store how long people have been here."""
        if now - self._swept < SWEEP_MS:
            return
        self._swept = now
        people = stage.people(self.channel)
        over, stays = self._over(people, now), self._stays.look(people, now)
        for what, rule, data in (("sweep", sweep, over), ("stays", attendance.note, stays)):
            if data:
                work = partial(stage.commit, self.channel, rule, data)
                stage.soon((f"presence {what}", self.channel), work)

    def _over(self, people: list[Person], now: int) -> Sweep | None:
        """Return the people whose documents are over; those of unknown end left at the start."""
        since = self._since = self._since or now
        for person in people:
            self._last_here[person.id] = now
        holders = self.kept.statuses.keys() | self.kept.hands.keys()
        self._last_here = {id_: at for id_, at in self._last_here.items() if id_ in holders}
        gone = [id_ for id_ in holders if now - self._last_here.get(id_, since) > KEPT_MS]
        solved = [
            id_
            for id_, hand in self.kept.hands.items()
            if hand.solved is not None and now - hand.solved > KEPT_MS
        ]
        return Sweep(sorted(gone), sorted(solved)) if gone or solved else None


class Courses(dict[str, Course]):
    """Presence in the courses of one service."""


def _course(stage: Stage, channel: str) -> Course | None:
    """The course whose channel or staff's channel this is, if it offers presence."""
    kind, _, name = channel.partition(":")
    if kind not in {"course", "staff"}:
        return None
    courses = stage.state(Courses)
    if name not in courses:
        courses[name] = Course(stage, name)
    course = courses[name]
    return course if course.offered else None


def moved(stage: Stage, channel: str, _person: Person) -> None:
    """Announce soon that a person came into a channel or left it."""
    course = _course(stage, channel)
    if course is not None and channel == course.channel:
        course.changed(stage)


def attend(stage: Stage, channel: str, sender: Sender, data: Any) -> None:
    """A connection says whether anybody is at it."""
    said: Attention = data
    course = _course(stage, channel)
    if course is None or channel != course.channel:
        return
    if sender.connection in stage.connections(channel, sender.person.id):
        course.roll.attend(sender.person.id, sender.connection, away=said.away)
        course.changed(stage)


def note(stage: Stage, name: str, doc: Document) -> None:
    """Note a status or a hand as it is stored now."""
    course = _course(stage, course_channel(name))
    if course is not None:
        course.kept.note(doc)
        course.changed(stage)


def on_tick(stage: Stage, now: int) -> None:
    """A second has passed: names and roles may have changed, and something may be over."""
    for name in stage.courses:
        course = _course(stage, course_channel(name))
        if course is None:
            continue
        course.changed(stage)
        course.look(stage, now)


async def people(stage: Stage, channel: str, person: Person, data: Any) -> tuple[str, PeoplePage]:
    """The people here.

    Raises:
        Refused: `INVALID` for a question that cannot be one, `FORBIDDEN` for students who ask
            how far others are.
    """
    ask: People = data
    course = _course(stage, channel)
    if course is None or channel != course.channel:
        raise refusal(Code.INVALID, "Who is here is known of a course's channel.")
    if len(ask.query) > MAX_QUERY or ask.offset < 0:
        text = f"A query has at most {MAX_QUERY} characters, an offset is 0 or more."
        raise refusal(Code.INVALID, text)
    if not person.staff and ask.filter not in {"all", "away"}:
        raise refusal(Code.FORBIDDEN, "Only instructors see how far others are.")
    now = now_ms()
    statuses = course.kept.statuses if person.staff else None
    # Nothing is awaited here, so that no change is told between the list and its version.
    return PEOPLE_PAGE.name, course.roll.answer(ask, course.here(stage, now), statuses, now)
