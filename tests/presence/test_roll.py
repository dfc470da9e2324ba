"""The list of people here, over a line that loses frames and a service that restarts."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from edu_widgets.presence.commands import Here, People, PeoplePage, Presence
from edu_widgets.presence.documents import Status
from edu_widgets.presence.roster import GRACE, UNKNOWN_AFTER, Moved, Roster
from edu_widgets.presence.service import roll as roll_module
from edu_widgets.presence.service.roll import REPEATED_MS, Roll
from edu_widgets.service.rules import Person
from tests.nightly import examples

T = TypeVar("T")

NAMES = ("Ada", "Bo", "Cy", "Di", "Eva", "Fay")
CROWD = 4

epochs = (f"epoch{n}" for n in itertools.count())


class Service:
    """Connections there are, and the roll made of them."""

    def __init__(self) -> None:
        self.connections: dict[str, set[int]] = {}
        self.now = 1_000
        self.roll = Roll(next(epochs))
        self._numbers = itertools.count(1)

    def restart(self) -> None:
        self.connections.clear()
        self.roll = Roll(next(epochs))

    def connect(self, name: str) -> int:
        number = next(self._numbers)
        self.connections.setdefault(name, set()).add(number)
        return number

    def leave(self, name: str) -> None:
        self.connections.pop(name, None)

    def people(self) -> list[Here]:
        persons = [Person(name, name, "student") for name in self.connections]
        return self.roll.here(persons, lambda id_: self.connections[id_], self.now)

    def tell(self) -> Presence | None:
        told = self.roll.tell(self.people(), self.now)
        return None if told is None else over_the_wire(told)

    def answer(
        self, ask: People | None = None, staff: dict[str, Status] | None = None
    ) -> PeoplePage:
        page = self.roll.answer(ask or People(), self.people(), staff, self.now)
        return over_the_wire(page)


def over_the_wire(data: T) -> T:
    return msgspec.json.decode(msgspec.json.encode(data), type=type(data))


def told_of(people: Mapping[str, Here]) -> dict[str, Here]:
    """People without since when they are away: that is for staff who asked."""
    return {id_: msgspec.structs.replace(person, since=0) for id_, person in people.items()}


class Observer:
    """A kernel's roster behind a line; remembers what people would have been told."""

    def __init__(self) -> None:
        self.roster = Roster()
        self.line: deque[Presence | PeoplePage] = deque()
        self.asked = False
        self.told: set[str] = set()
        self.joined: list[str] = []
        self.left: list[str] = []

    def note(self, moved: Moved) -> None:
        for person in moved.joined:
            assert person.id not in self.told, "joined twice"
            self.told.add(person.id)
            self.joined.append(person.id)
        for person in moved.left:
            assert person.id in self.told, "left without having been here"
            self.told.discard(person.id)
            self.left.append(person.id)

    def take(self, now: float) -> None:
        frame = self.line.popleft()
        known, crowd = self.roster.known, self.roster.crowd
        if isinstance(frame, PeoplePage):
            self.asked = False
            self.note(self.roster.listed(frame, now))
        else:
            self.note(self.roster.told(frame, now))
        if not known or crowd or self.roster.crowd:
            self.told = set(self.roster.people)  # nobody is told one by one of a first list

    def ask(self, service: Service) -> None:
        if self.roster.behind and not self.asked:
            self.asked = True
            self.line.append(service.answer())

    def reconnect(self, now: float) -> None:
        self.line.clear()
        self.asked = False
        self.roster.lost(now)


class Stream(RuleBasedStateMachine):
    """Anything may happen in any order; in the end everybody knows who is here."""

    def __init__(self) -> None:
        super().__init__()
        self.service = Service()
        self.observers = [Observer(), Observer()]
        self.now = 0.0

    @rule(name=st.sampled_from(NAMES))
    def connect(self, name: str) -> None:
        self.service.connect(name)

    @rule(name=st.sampled_from(NAMES))
    def leave(self, name: str) -> None:
        self.service.leave(name)

    @rule(name=st.sampled_from(NAMES), away=st.booleans())
    def attend(self, name: str, away: bool) -> None:
        for connection in self.service.connections.get(name, ()):
            self.service.roll.attend(name, connection, away=away)

    @rule()
    def tell(self) -> None:
        told = self.service.tell()
        for observer in self.observers:
            if told is not None:
                observer.line.append(told)

    @rule(which=st.integers(0, 1), count=st.integers(1, 5))
    def deliver(self, which: int, count: int) -> None:
        observer = self.observers[which]
        observer.ask(self.service)
        for _ in range(min(count, len(observer.line))):
            observer.take(self.now)

    @rule(which=st.integers(0, 1))
    def lose_a_signal(self, which: int) -> None:
        line = self.observers[which].line
        signal = next((frame for frame in line if isinstance(frame, Presence)), None)
        if signal is not None:
            line.remove(signal)

    @rule(which=st.integers(0, 1))
    def cut(self, which: int) -> None:
        self.observers[which].reconnect(self.now)

    @rule(seconds=st.floats(0.1, 70))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.service.now += round(seconds * 1000)
        for observer in self.observers:
            known = observer.roster.known
            observer.note(observer.roster.expire(self.now))
            if known and not observer.roster.known:
                observer.told = set()

    @rule()
    def restart(self) -> None:
        self.service.restart()
        for observer in self.observers:
            observer.reconnect(self.now)

    @invariant()
    def events_and_list_say_the_same(self) -> None:
        for observer in self.observers:
            assert observer.told == set(observer.roster.people)

    def teardown(self) -> None:
        """Let everything through: the list is right, and ghosts are gone after the grace."""
        for _ in range(3):
            self.service.now += REPEATED_MS
            self.tell()
            for observer in self.observers:
                observer.ask(self.service)
                while observer.line:
                    observer.take(self.now)
                    observer.ask(self.service)
        truth = {person.id: person for person in self.service.people()}
        for observer in self.observers:
            roster = observer.roster
            assert not roster.behind
            assert roster.crowd == self.service.roll.crowd
            assert roster.counts.here == len(truth)
            shown = {} if roster.crowd else told_of(truth)
            seen = told_of(roster.people)
            assert {id_: seen.get(id_) for id_ in shown} == shown
            observer.note(roster.expire(self.now + GRACE + 0.001))
            assert told_of(roster.people) == shown
            self.events_and_list_say_the_same()


@pytest.fixture(autouse=True, scope="module")
def _small_crowds() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roll_module, "MOST_NAMED", CROWD)
        patch.setattr(roll_module, "FEW", CROWD - 1)
        yield


def test_whatever_happens_in_the_end_everybody_knows() -> None:
    run_state_machine_as_test(
        Stream, settings=settings(max_examples=examples(100), stateful_step_count=30, deadline=None)
    )


def following(service: Service) -> Observer:
    observer = Observer()
    observer.ask(service)
    observer.take(0)
    return observer


def test_a_restart_is_no_departure() -> None:
    service = Service()
    for name in NAMES[:3]:
        service.connect(name)
    service.tell()
    observer = following(service)
    service.restart()
    observer.reconnect(100.0)
    service.connect("Ada")
    service.tell()
    observer.ask(service)
    observer.take(102.0)
    assert set(observer.roster.people) == {"Ada", "Bo", "Cy"}
    service.connect("Bo")
    told = service.tell()
    assert told is not None
    observer.note(observer.roster.told(told, 110.0))
    assert (observer.joined, observer.left) == ([], [])
    due = observer.roster.due()
    assert due == 102.0 + GRACE
    observer.note(observer.roster.expire(due))
    assert (observer.joined, observer.left) == ([], ["Cy"])
    assert observer.roster.due() is None


def test_without_a_connection_it_is_known_for_a_minute() -> None:
    service = Service()
    service.connect("Ada")
    service.tell()
    observer = following(service)
    observer.roster.lost(50.0)
    observer.roster.lost(70.0)
    observer.roster.expire(50.0 + UNKNOWN_AFTER - 1)
    assert observer.roster.known
    observer.roster.expire(50.0 + UNKNOWN_AFTER)
    assert (observer.roster.known, dict(observer.roster.people)) == (False, {})


def test_somebody_with_two_connections_is_one_person() -> None:
    service = Service()
    laptop, desktop = service.connect("Ada"), service.connect("Ada")
    assert [person.name for person in service.people()] == ["Ada"]
    service.roll.attend("Ada", laptop, away=True)
    assert service.people()[0].away, "the other one says nothing"
    service.roll.attend("Ada", desktop, away=False)
    assert not service.people()[0].away
    service.roll.attend("Ada", desktop, away=True)
    assert service.people()[0].since == service.now
    service.connections["Ada"].discard(desktop)
    service.roll.attend("Ada", laptop, away=False)
    assert not service.people()[0].away, "what is gone has no say"


def test_whoever_is_away_stays_so_while_the_connection_changes() -> None:
    service = Service()
    first = service.connect("Ada")
    service.roll.attend("Ada", first, away=True)
    since = service.people()[0].since
    service.now += 5_000
    service.connections["Ada"].clear()
    assert (service.people()[0].away, service.people()[0].since) == (True, since)
    second = service.connect("Ada")
    assert service.people()[0].away, "it has not said anything yet"
    service.roll.attend("Ada", second, away=True)
    assert service.people()[0].since == since
    service.roll.attend("Ada", second, away=False)
    assert service.people()[0] == Here("Ada", "Ada")


def test_since_when_is_for_staff_and_for_who_saw_it() -> None:
    service = Service()
    connection = service.connect("Ada")
    service.tell()
    observer = following(service)
    service.now += 5_000
    service.roll.attend("Ada", connection, away=True)
    told = service.tell()
    assert told is not None
    assert (told.set[0].away, told.set[0].since) == (True, 0)
    observer.roster.told(told, 1)
    assert observer.roster.people["Ada"].since == service.now
    since = service.now
    service.now += 60_000
    assert service.answer().people[0].since == 0
    assert service.answer(People(filter="away")).people[0].since == 0
    assert service.answer(staff={}).people[0].since == since


def test_nothing_is_told_where_nothing_changed() -> None:
    service = Service()
    service.connect("Ada")
    assert service.tell() is not None
    assert service.tell() is None
    service.connect("Ada")
    assert service.tell() is None
    service.now += REPEATED_MS
    again = service.tell()
    assert again is not None
    assert (again.v, again.prev, again.set) == (service.roll.v, service.roll.v, [])
    service.leave("Ada")
    told = service.tell()
    assert told is not None
    assert (told.gone, told.set) == (["Ada"], [])


def crowd_of(count: int) -> tuple[Service, dict[str, Status]]:
    service = Service()
    statuses = {}
    for number in range(count):
        name = f"Student {number:02}"
        connection = service.connect(name)
        if number % 4 == 0:
            statuses[name] = Status(name, name, "stuck", 10_000 - number)
        elif number % 4 == 1:
            service.roll.attend(name, connection, away=True)
    service.tell()
    return service, statuses


def test_of_a_crowd_only_counts_are_told() -> None:
    service, statuses = crowd_of(20)
    told = service.roll.tell_staff(service.people(), statuses, 1)
    assert told is not None
    counts = told.counts
    assert (counts.here, counts.stuck, counts.away, counts.none) == (20, 5, 5, 10)
    assert service.roll.tell_staff(service.people(), statuses, 1) is None
    service.connect("Zoe")
    told = service.tell()
    assert told is not None
    assert (told.crowd, told.set, told.counts.here) == (True, [], 21)
    assert told.counts.stuck is None


def test_pages_of_a_crowd_stuck_first_for_staff() -> None:
    service, statuses = crowd_of(20)
    page = service.answer(People(limit=3), statuses)
    assert [person.name for person in page.people] == ["Student 16", "Student 12", "Student 08"]
    assert (page.total, page.crowd) == (20, True)
    assert page.people[0].status == "stuck"
    page = service.answer(People(filter="stuck", offset=3), statuses)
    assert [person.name for person in page.people] == ["Student 04", "Student 00"]
    assert page.total == 5
    assert service.answer(People(query="STUDENT 1"), statuses).total == 10


def test_students_are_told_no_statuses() -> None:
    service, _ = crowd_of(20)
    page = service.answer(People(filter="away"))
    assert {person.name for person in page.people} == {f"Student {n:02}" for n in (1, 5, 9, 13, 17)}
    assert all(person.status is None for person in service.answer().people)
    assert page.counts.stuck is None


@pytest.mark.parametrize(
    ("name", "query"), [("İpek Çağlar", "ipek cag"), ("ISIL", "ısıl"), ("Zoë", "zoe")]
)
def test_names_are_found_however_they_are_typed(name: str, query: str) -> None:
    service = Service()
    service.connect(name)
    service.tell()
    assert [person.name for person in service.answer(People(query=query)).people] == [name]


@given(st.lists(st.sampled_from(NAMES), max_size=12))
def test_the_list_and_its_version_are_of_one_moment(names: list[str]) -> None:
    service = Service()
    for name in names:
        service.connect(name)
    page = service.answer()
    if not service.roll.crowd:
        assert page.people == [], "nothing was told yet"
    told = service.tell()
    if told is not None and not told.crowd:
        assert told.prev == page.v
        assert {person.id for person in told.set} == set(names)
