"""A person's identity in a course, from the service's answers."""

from __future__ import annotations

import random

from edu_widgets.client.dialects import dialect_of
from edu_widgets.client.membership import CourseMembership
from edu_widgets.client.sync.channel import Grant
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.client.sync.session import Session
from edu_widgets.client.view import Person

from .rig import ROOM, FakeClock


def test_a_name_agreed_since_is_not_undone_by_news_of_the_room() -> None:
    session = Session("m", Outbox(), FakeClock(), random.Random(1), lambda: "id", dialect_of)
    membership = CourseMembership("py101", ROOM, Person("m", "Mira", "instructor"))
    membership.enter(session)
    state = session.channels[ROOM]
    state.grant, state.user_id, state.user_name = Grant.GRANTED, "m", "Mira"
    membership.answered(session)
    membership.rename(Person("m", "Grace", "instructor"))
    # Somebody came in: the answer from before the agreement is looked at once more.
    assert membership.answered(session) is False
    assert membership.me.name == "Grace"
    state.user_name = "Grace H."
    assert membership.answered(session) is True
    assert membership.me.name == "Grace H."
