"""Pending commands, whatever the order in which they are told of."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edu_widgets.client.course import CourseClient
from edu_widgets.client.pending_commands import LINGER, PendingCommands
from edu_widgets.client.runtime.receipts import Receipt
from edu_widgets.client.sync.commands import Command, CommandState, compose
from edu_widgets.client.sync.events import CommandChanged
from edu_widgets.client.sync.mirror import Mirror
from edu_widgets.client.sync.outbox import Outbox
from edu_widgets.client.view import CourseView
from edu_widgets.polls.commands import CAST_VOTE, CastVote
from edu_widgets.protocol import Code, Document
from edu_widgets.protocol.documents import body
from edu_widgets.protocol.errors import EduWidgetsError, NotConnected, OutboxFull, refusal
from edu_widgets.protocol.messages import Changes
from tests.nightly import examples

ROOM, OWN = "course:c", "user:c:u"


class Client:
    """A client whose network thread does one thing at a time, when told, and tells of it later."""

    def __init__(self) -> None:
        self.channel = ROOM
        self.state = "live"
        self.now = 0.0
        self.outbox = Outbox()
        self.mirrors = {ROOM: Mirror(), OWN: Mirror()}
        self.posted: deque[Callable[[], None]] = deque()
        self.untold: deque[CommandChanged] = deque()
        self.receipts: dict[str, Receipt] = {}
        self.refuse: EduWidgetsError | None = None
        self.eager = False
        """Whether all of it is done before `send` has returned."""
        for mirror in self.mirrors.values():
            mirror.apply(Changes("e", 0, 0, [], reset=True))
        self.pending = PendingCommands[CastVote](
            cast("CourseClient", self), CAST_VOTE, clock=lambda: self.now
        )

    # -- what PendingCommands uses ---------------------------------------------------------

    def view(self) -> CourseView:
        return CourseView(self.state)

    def mirror(self, channel: str | None = None) -> Mirror:
        return self.mirrors[channel or ROOM]

    def commands(self, type_: str) -> list[Command]:
        return [command for command in self.outbox if command.type == type_]

    def send(self, type_: str, data: msgspec.Struct, **more: Any) -> Receipt:
        if self.refuse is not None:
            raise self.refuse
        command = compose(type_, data, ROOM, more["id"], (1.0, 1.0))
        self.outbox.check_room(command.size)
        receipt = self.receipts[command.id] = Receipt(command.id, cast("Any", None))
        more["register"](receipt)()
        self.posted.append(lambda: self._submit(command))
        if self.eager:
            self.run()
            self.flush()
            self.acknowledge(command.id, 1, told=True)
        return receipt

    # -- what happens on the network thread --------------------------------------------------

    def run(self) -> None:
        while self.posted:
            self.posted.popleft()()

    def _submit(self, command: Command) -> None:
        for old in self.outbox.add(command):
            self.receipts[old.id].fail(NotConnected("replaced"))
            self.untold.append(CommandChanged(old, gone=True))
        self.untold.append(CommandChanged(command))

    def flush(self) -> None:
        self.untold += [CommandChanged(command) for command in self.outbox.due(self.now)]

    def acknowledge(self, id_: str, own_seq: int, *, told: bool = False) -> None:
        command = self.outbox.acked(id_)
        assert command is not None
        if not self.receipts[id_].done():
            self.receipts[id_].settle(0)
        heads = {ROOM: 0, OWN: own_seq}
        self.untold.append(CommandChanged(command, gone=True, seq=0, heads=heads))
        if told:
            self.tell(len(self.untold))

    def refused(self, id_: str, code: int) -> None:
        wait = 1_000 if code == Code.RATE_LIMITED else None
        command = self.outbox.refused(id_, code, "no", wait, self.now, 0.0)
        assert command is not None
        gone = self.outbox.get(id_) is None
        if gone or command.state is CommandState.FAILED:
            self.receipts[id_].fail(refusal(code, "no"))
        self.untold.append(CommandChanged(command, gone=gone))

    def disconnect(self) -> None:
        for command in self.outbox.disconnected():
            gone = self.outbox.get(command.id) is None
            if gone:
                self.receipts[command.id].fail(NotConnected("replaced"))
            self.untold.append(CommandChanged(command, gone=gone))

    def discard(self, id_: str) -> None:
        command = self.outbox.discard(id_)
        assert command is not None
        if not self.receipts[id_].done():
            self.receipts[id_].fail(NotConnected("discarded"))
        self.untold.append(CommandChanged(command, gone=True))

    def tell(self, count: int) -> None:
        for _ in range(min(count, len(self.untold))):
            self.pending.heard(self.untold.popleft())

    def arrive(self, seq: int) -> None:
        """The person's own channel has come to `seq`."""
        mirror = self.mirrors[OWN]
        if seq > mirror.cursor.seq:
            mirror.apply(Changes("e", mirror.cursor.seq, seq, []))

    def vote(self, choice: int, poll: str = "p") -> str:
        return self.pending.send(CAST_VOTE.name, CastVote(poll, 1, choice)).id

    def shown(self) -> list[tuple[int, str]]:
        return [(cast("int", own.data.choice), own.state) for own in self.pending.waiting()]


def test_acknowledged_and_told_of_before_send_returns() -> None:
    client = Client()
    client.eager = True
    client.vote(0)
    assert client.shown() == [(0, "sent")]
    client.arrive(1)
    assert client.shown() == []
    client.vote(1)
    assert client.shown() == [], "what it changed is here already"


def test_a_command_is_there_from_before_it_is_handed_over_until_its_changes_are_here() -> None:
    client = Client()
    id_ = client.vote(0)
    assert client.shown() == [(0, "pending")]
    client.state = "reconnecting"
    assert client.shown() == [(0, "queued")]
    client.state = "live"
    client.run()
    client.flush()
    assert client.shown() == [(0, "pending")], "not told of"
    client.tell(9)
    client.acknowledge(id_, 3)
    assert client.shown() == [(0, "pending")], "out of the outbox, not told of"
    client.tell(9)
    client.arrive(2)
    assert client.shown() == [(0, "sent")]
    client.arrive(3)
    assert client.shown() == []


def test_a_store_that_went_back_is_not_waited_for() -> None:
    client = Client()
    id_ = client.vote(0)
    client.run()
    client.flush()
    client.acknowledge(id_, 30, told=True)
    assert client.shown() == [(0, "sent")]
    client.mirrors[OWN].apply(Changes("of another history", 0, 2, [], reset=True))
    assert client.shown() == []


def test_its_changes_may_come_before_its_acknowledgement() -> None:
    client = Client()
    id_ = client.vote(0)
    client.run()
    client.flush()
    client.arrive(4)
    assert client.shown() == [(0, "pending")]
    client.acknowledge(id_, 3, told=True)
    assert client.shown() == []


def test_what_the_client_does_not_take_is_not_pending() -> None:
    client = Client()
    client.refuse = OutboxFull("full")
    with pytest.raises(OutboxFull):
        client.vote(0)
    assert client.shown() == []
    client.refuse = None
    id_ = client.vote(1)
    client.posted.clear()
    client.receipts[id_].fail(NotConnected("closed"))
    assert client.shown() == []


def test_what_was_created_has_its_id() -> None:
    client = Client()
    id_ = client.vote(0)
    client.mirrors[ROOM].apply(Changes("e", 0, 1, [Document(id_, "x", 1, 1, body({}))]))
    assert client.shown() == []


def test_changes_that_never_arrive_are_not_waited_for_without_end() -> None:
    client = Client()
    id_ = client.vote(0)
    client.run()
    client.flush()
    client.tell(9)
    client.acknowledge(id_, 5, told=True)
    client.now += LINGER - 1
    assert client.shown() == [(0, "sent")]
    client.now += 1
    assert client.shown() == []
    other = client.vote(1)
    client.run()
    client.flush()
    assert client.shown() == [(1, "pending")]
    client.acknowledge(other, 5)
    client.untold.clear()  # told to nobody, as where a widget was closed
    client.now += LINGER
    assert client.shown() == []


def test_what_was_kept_by_an_earlier_session_is_pending() -> None:
    client = Client()
    command = compose(CAST_VOTE.name, CastVote("p", 1, 2), ROOM, None, (1.0, 1.0))
    client.outbox.check_room(command.size)
    client.outbox.add(command)
    assert client.shown() == [(2, "pending")]


class Interleavings(RuleBasedStateMachine):
    """Everything in any order; at each moment what is shown is what is not done."""

    def __init__(self) -> None:
        super().__init__()
        self.client = Client()
        self.seq = 0
        self.needs: dict[str, int] = {}
        """Acknowledged: the sequence number of the own channel with its change."""
        self.sent: list[str] = []
        self.choices: dict[str, int] = {}

    def under_way(self) -> list[str]:
        return [c.id for c in self.client.outbox if c.state is CommandState.SENT]

    @rule(poll=st.sampled_from("pq"))
    def vote(self, poll: str) -> None:
        id_ = self.client.vote(len(self.sent), poll)
        self.choices[id_] = len(self.sent)
        self.sent.append(id_)

    @rule()
    def network(self) -> None:
        if self.client.posted:
            self.client.posted.popleft()()

    @rule()
    def flush(self) -> None:
        if self.client.state == "live":
            self.client.flush()

    @precondition(lambda self: self.under_way())
    @rule(data=st.data())
    def acknowledge(self, data: st.DataObject) -> None:
        id_ = self.under_way()[0]
        self.seq += data.draw(st.integers(0, 1))
        self.needs[id_] = self.seq
        self.client.acknowledge(id_, self.seq)

    @precondition(lambda self: self.under_way())
    @rule(code=st.sampled_from([Code.TOO_LATE, Code.RATE_LIMITED]))
    def refuse(self, code: int) -> None:
        self.client.refused(self.under_way()[0], code)

    @rule()
    def cut(self) -> None:
        self.client.state = "reconnecting"
        self.client.disconnect()

    @rule()
    def reconnect(self) -> None:
        self.client.state = "live"
        self.client.now += 2

    @rule(data=st.data())
    def discard(self, data: st.DataObject) -> None:
        ids = [c.id for c in self.client.outbox if c.state is not CommandState.SENT]
        if ids:
            self.client.discard(data.draw(st.sampled_from(ids)))

    @rule(count=st.integers(1, 3))
    def tell(self, count: int) -> None:
        self.client.tell(count)

    @rule()
    def documents(self) -> None:
        self.client.arrive(self.client.mirrors[OWN].cursor.seq + 1 if self.seq else 0)

    def not_done(self) -> dict[str, str]:
        """Return the pending commands: in the outbox or on the way there, and not arrived."""
        outbox, at = self.client.outbox, self.client.mirrors[OWN].cursor.seq
        found = {}
        for id_ in self.sent:
            command = outbox.get(id_)
            if command is not None:
                found[id_] = str(command.state)
            elif id_ in self.needs:
                if self.needs[id_] > at:
                    found[id_] = "acknowledged"
            elif not self.client.receipts[id_].done():
                found[id_] = "handed over"
        return found

    @invariant()
    def nothing_is_lost_and_nothing_stays(self) -> None:
        wanted = self.not_done()
        shown = {own.id: own for own in self.client.pending.waiting()}
        assert wanted.keys() <= shown.keys(), "what is not done is shown"
        untold = {event.command.id for event in self.client.untold}
        assert shown.keys() - wanted.keys() <= untold, "what is done stays until it is told at most"
        assert [own.id for own in shown.values()] == [id_ for id_ in self.sent if id_ in shown]
        for id_, own in shown.items():
            assert own.data.choice == self.choices[id_]
            if wanted.get(id_) == "failed":
                assert not own.hopeful

    def teardown(self) -> None:
        self.client.run()
        self.client.tell(len(self.client.untold))
        self.client.arrive(self.seq)
        left = {own.id for own in self.client.pending.waiting()}
        assert left == {command.id for command in self.client.outbox}


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(
    max_examples=examples(150), stateful_step_count=40, deadline=None
)
