"""Random actions in random order: notifications reach their audience alone, and stay bounded."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from edu_widgets.notifications.documents import MAX_MARKS, ActionTaken, Notification
from edu_widgets.notifications.service.expiry import Expiry, expiry_channel
from edu_widgets.protocol.errors import Refused
from edu_widgets.service.rules import Person
from tests.in_memory.service import COURSE, MIRA, ROOM, STAFF, own
from tests.nightly import examples
from tests.notifications.office import ADA, BO, Office

PEOPLE = (ADA, BO, MIRA)

people = st.sampled_from(PEOPLE)
numbers = st.integers(min_value=-(2**40), max_value=2**45)
hostile = st.text(max_size=40) | st.sampled_from(
    ["javascript:alert(1)", "<img src=x onerror=1>", "\u202e\u0000", "https://a@b/", "a:b:c"]
)
actions = st.lists(
    st.fixed_dictionaries({"label": hostile, "action": st.sampled_from(["a", "b"]) | hostile}),
    max_size=6,
)


class Notifying(RuleBasedStateMachine):
    """A course in which everybody tries everything."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.count = 0
        self.secrets: list[tuple[str, frozenset[str]]] = []
        """A word that stands in one notification, and who may ever see it."""
        self.sent: list[str] = []
        self.marks: dict[str, tuple[int, int]] = {}

    def teardown(self) -> None:
        self.office.db.close()

    def attempt(self, person: Person, type_: str, room: str = "", **fields: Any) -> bool:
        try:
            self.office.do(person, type_, room=room, **fields)
        except Refused:
            return False
        return True

    @rule(
        person=people,
        to=st.sampled_from(["", "staff", "students"]) | people.map(lambda p: p.id) | hostile,
        message=hostile,
        actions=actions,
        ends=st.none() | numbers,
    )
    def send(
        self, person: Person, to: str, message: str, actions: list[Any], ends: int | None
    ) -> None:
        self.count += 1
        word, id_ = f"word{self.count}.", f"n{self.count}"
        audience = to in {"", "staff", "students"}
        fields: dict[str, Any] = {"to": to} if audience else {"userId": to}
        if ends is not None:
            fields["seconds" if ends % 2 else "expiresAt"] = ends
        with contextlib.suppress(Refused):
            whole = {"title": word, "message": message, "actions": actions} | fields
            self.office.do(person, "send_notification", id_, **whole)
            assert person.staff, "only staff sends"
            self.sent.append(id_)
        if not person.staff:
            readers: set[str] = set()
        elif audience:
            readers = {p.id for p in PEOPLE if to != "staff" or p.staff}
        else:
            readers = {to}
        self.secrets.append((word, frozenset(readers)))

    @rule(person=people, number=st.integers(0, 30), up_to=numbers)
    def mark(self, person: Person, number: int, up_to: int) -> None:
        self.attempt(person, "mark_notifications", ids=[f"n{number}"], upTo=up_to)

    @rule(person=people, number=st.integers(0, 4 * MAX_MARKS))
    def mark_many(self, person: Person, number: int) -> None:
        ids = [f"n{n}" for n in range(number, number + MAX_MARKS)]
        self.attempt(person, "mark_notifications", ids=ids)

    @rule(person=people, up_to=numbers)
    def clear(self, person: Person, up_to: int) -> None:
        self.attempt(person, "clear_notifications", upTo=up_to)

    @rule(person=people, other=people, number=st.integers(1, 30), action=st.sampled_from("ab"))
    def act(self, person: Person, other: Person, number: int, action: str) -> None:
        seen = {n.id for n in self.office.seen_by(person)}
        room = own(other)
        if self.attempt(person, "notification_action", room=room, id=f"n{number}", action=action):
            assert person == other
            assert f"n{number}" in seen

    @rule(seconds=st.integers(0, 10_000))
    def wait(self, seconds: int) -> None:
        self.office.now += seconds * 1000
        self.office.expire()
        for channel in (ROOM, STAFF, *map(own, PEOPLE)):
            for shown in self.office.all(Notification.kind, channel):
                assert shown.expires_at is None or shown.expires_at > self.office.now

    @invariant()
    def everybody_learns_only_of_what_is_for_them(self) -> None:
        for person in PEOPLE:
            told = self.office.ever_told(person)
            for word, readers in self.secrets:
                assert person.id in readers or word.encode() not in told

    @invariant()
    def choices_are_told_to_staff_and_to_oneself(self) -> None:
        for person in PEOPLE:
            mine = self.office.all(ActionTaken.kind, own(person))
            assert all(taken.user_id == person.id for taken in mine)
        assert self.office.all(ActionTaken.kind, ROOM) == []

    @invariant()
    def marks_are_bounded_and_never_go_back(self) -> None:
        for person in PEOPLE:
            mark = self.office.mark(person)
            assert len(mark.read) == len(set(mark.read)) <= MAX_MARKS
            assert max(mark.up_to, mark.cleared) <= self.office.now
            before = self.marks.get(person.id, (0, 0))
            assert mark.up_to >= before[0]
            assert mark.cleared >= before[1]
            self.marks[person.id] = (mark.up_to, mark.cleared)

    @invariant()
    def each_that_ends_is_noted(self) -> None:
        notes = self.office.all(Expiry.kind, expiry_channel(COURSE))
        ending = [
            n.expires_at
            for channel in (ROOM, STAFF, *map(own, PEOPLE))
            for n in self.office.all(Notification.kind, channel)
            if n.expires_at is not None
        ]
        noted = [n.at for n in notes if n.channel in {ROOM, STAFF, *map(own, PEOPLE)}]
        assert sorted(ending) == sorted(noted)


TestNotifying = Notifying.TestCase
TestNotifying.settings = settings(max_examples=examples(40), stateful_step_count=25, deadline=None)


@pytest.mark.parametrize("person", [ADA, BO])
def test_a_student_sees_nothing_of_the_staffs(office: Office, person: Person) -> None:
    office.send("between us", to="staff", actions=[{"label": "Fine", "action": "fine"}])
    assert b"between us" not in office.ever_told(person)
