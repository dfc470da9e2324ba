"""The outbox against a model of the service's lanes, under random disconnects."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import edu_widgets.chat.commands
import edu_widgets.chat.documents
import edu_widgets.notifications.commands
import edu_widgets.polls.commands  # noqa: F401 - they register their commands
from edu_widgets.client.sync.commands import Command, CommandState
from edu_widgets.client.sync.events import CommandChanged
from edu_widgets.client.sync.outbox import MAX_BYTES, Outbox
from edu_widgets.protocol import REGISTRY, Code, Envelope, messages
from edu_widgets.protocol.errors import IdConflict, MessageTooLong, OutboxFull
from tests.client.rig import Rig, command
from tests.nightly import examples


class Service:
    """The service's rule of lanes, and its memory of ids."""

    def __init__(self) -> None:
        self.stored: list[str] = []
        self.refused: dict[str, str] = {}

    def take(self, item: Command, *, limited: bool) -> tuple[str, int]:
        """The answer to a command: `ack`, or an error's code."""
        latest = item.key is not None
        waits_for = self.refused.get(item.lane, "")
        if waits_for and not latest and waits_for != item.id:
            return "error", Code.BEHIND
        if waits_for == item.id:
            self.refused[item.lane] = ""
        if limited:
            if not latest:
                self.refused[item.lane] = item.id
            return "error", Code.RATE_LIMITED
        if item.id not in self.stored:
            self.stored.append(item.id)
        return "ack", 0

    def forget_connection(self) -> None:
        self.refused.clear()


class Lesson(RuleBasedStateMachine):
    """One person's commands, a service that limits, and a wire that breaks."""

    def __init__(self) -> None:
        super().__init__()
        self.rig = Rig()
        self.rig.live()
        self.service = Service()
        self.up: deque[Envelope] = deque()
        self.down: deque[tuple[str, str, int, int]] = deque()
        self.handed: list[Command] = []
        self.taken = 0

    def _collect(self) -> None:
        self.rig.look()
        new = self.rig.sent[self.taken :]
        self.taken = len(self.rig.sent)
        self.up += [frame for frame in new if frame.type == "chat_message"]

    @rule(lane=st.sampled_from(["chat", "status"]))
    def write(self, lane: str) -> None:
        self._hand(command(f"c{len(self.handed)}", lane=lane))

    @rule(key=st.sampled_from(["p1", "p2"]))
    def vote(self, key: str) -> None:
        self._hand(command(f"v{len(self.handed)}", lane="vote", key=key))

    def _hand(self, item: Command) -> None:
        self.handed.append(item)
        self.rig.submit(item)
        self._collect()

    @precondition(lambda self: self.up)
    @rule(limited=st.booleans(), pause=st.integers(-1, 3000))
    def reach_the_service(self, *, limited: bool, pause: int) -> None:
        frame = self.up.popleft()
        item = next(c for c in self.handed if c.id == frame.message_id)
        kind, code = self.service.take(item, limited=limited)
        self.down.append((kind, item.id, code, pause))

    @precondition(lambda self: self.down)
    @rule()
    def answer_arrives(self) -> None:
        kind, id_, code, pause = self.down.popleft()
        if kind == "ack":
            self.rig.receive("ack", messages.Ack(id_, 1), message_id=id_)
        else:
            self.rig.error(code, id_, None if pause < 0 else pause)
        self._collect()

    @rule(seconds=st.sampled_from([0.01, 0.5, 2.0]))
    def time_passes(self, seconds: float) -> None:
        self.rig.clock.pass_(seconds)
        if not (self.up or self.down):  # else patience with answers would be tested
            self.rig.session.tick()
        self.rig.session.flush()
        self._collect()

    @rule(reaches=st.integers(0, 4))
    def the_wire_breaks(self, reaches: int) -> None:
        for _ in range(min(reaches, len(self.up))):
            self.reach_the_service(limited=False, pause=-1)
        self.up.clear()
        self.down.clear()
        self.service.forget_connection()
        self.rig.session.lost(0, "cut")
        self.rig.clock.now = self.rig.session.next_attempt or 0
        self.rig.session.tick()
        self.rig.session.opened()
        self.rig.grant()
        self._collect()

    @invariant()
    def order_and_uniqueness_hold(self) -> None:
        assert len(set(self.service.stored)) == len(self.service.stored)
        for lane in ("chat", "status"):
            stored = [c.id for c in self._stored() if c.lane == lane]
            written = [c.id for c in self.handed if c.lane == lane]
            assert stored == written[: len(stored)], "the order of a lane is kept"

    def _stored(self) -> list[Command]:
        by_id = {c.id: c for c in self.handed}
        return [by_id[id_] for id_ in self.service.stored]

    def teardown(self) -> None:
        """Let everything through: nothing is lost, and of votes the latest counts."""
        for _ in range(10_000):
            if self.up:
                self.reach_the_service(limited=False, pause=-1)
            elif self.down:
                self.answer_arrives()
            elif len(self.rig.outbox):
                self.time_passes(seconds=0.5)
            else:
                break
        self.order_and_uniqueness_hold()
        stored = self._stored()
        for lane in ("chat", "status"):
            assert [c for c in stored if c.lane == lane] == [
                c for c in self.handed if c.lane == lane
            ]
        for key in ("p1", "p2"):
            cast = [c for c in self.handed if c.key == key]
            counted = [c for c in stored if c.key == key]
            assert [c.id for c in counted[-1:]] == [c.id for c in cast[-1:]]
        assert len(self.rig.outbox) == self.rig.outbox._bytes == 0


Lesson.TestCase.settings = settings(
    max_examples=examples(150), stateful_step_count=60, deadline=None
)
TestLesson = Lesson.TestCase


def sent(rig: Rig) -> list[str]:
    return [frame.message_id for frame in rig.frames("chat_message")]


def test_nothing_overtakes_what_is_still_to_be_refused() -> None:
    """B's refusal is late: A's pause is over before it arrives."""
    rig = Rig()
    rig.live()
    for id_ in "ab":
        rig.submit(command(id_))
    rig.error(Code.RATE_LIMITED, "a", 100)
    rig.submit(command("c"))
    rig.clock.pass_(5)
    rig.session.tick()
    assert sent(rig) == ["a", "b"]
    rig.error(Code.BEHIND, "b", 1000)
    assert sent(rig) == ["a", "b", "a", "b", "c"]


def test_a_slowed_chat_holds_no_vote_back() -> None:
    rig = Rig()
    rig.live()
    rig.submit(command("chat"))
    rig.error(Code.RATE_LIMITED, "chat", 60_000)
    rig.submit(command("chat2"))
    rig.submit(command("vote", lane="vote"))
    assert sent(rig) == ["chat", "vote"]
    slowed = rig.outbox.get("chat")
    assert slowed is not None
    assert slowed.state is CommandState.SLOWED
    assert slowed.retry_at == int((rig.clock.wall() + 60) * 1000)


def test_a_lane_may_hurry_once_nothing_slows_it_down() -> None:
    rig = Rig()
    rig.live()
    rig.submit(command("a"))
    rig.error(Code.RATE_LIMITED, "a", 60_000)
    rig.submit(command("b"))
    assert sent(rig) == ["a"]
    rig.session.hurry("vote")
    assert sent(rig) == ["a"], "another lane's business"
    rig.session.hurry("chat")
    assert sent(rig) == ["a", "a", "b"], "in the order they were written"


def test_a_command_that_is_behind_for_ever_is_not_sent_at_full_speed() -> None:
    rig = Rig()
    rig.live()
    rig.submit(command("gone"))
    rig.error(Code.RATE_LIMITED, "gone", 1000)
    rig.session.discard("gone")
    rig.submit(command("b"))
    count = 0

    def behind(frame: Envelope) -> None:
        nonlocal count
        if frame.type == "chat_message":
            count += 1
            rig.error(Code.BEHIND, frame.message_id, 0)

    rig.run(5, behind)
    assert 0 < count <= 101


def test_a_pause_that_ends_while_something_else_happens_is_not_forgotten() -> None:
    rig = Rig()
    rig.live()
    rig.submit(command("a"))
    rig.error(Code.RATE_LIMITED, "a", 1000)
    rig.clock.pass_(1.0)
    due = rig.session.deadline()
    assert due is not None
    assert due <= rig.clock.now


@pytest.mark.parametrize("pause", [-(10**30), 10**30])
def test_absurd_pauses_are_bounded(pause: int) -> None:
    rig = Rig()
    rig.live()
    rig.submit(command("a"))
    rig.error(Code.RATE_LIMITED, "a", pause)
    assert sent(rig) == ["a"]
    wake = rig.outbox.wake_at()
    assert wake is not None
    assert 0.04 < wake - rig.clock.now <= 3600


def test_pipelining_is_bounded() -> None:
    rig = Rig()
    rig.live()
    for n in range(40):
        rig.submit(command(f"c{n}"))
    assert len(sent(rig)) == 32
    rig.receive("ack", messages.Ack("c0", 1))
    assert len(sent(rig)) == 33


def test_only_the_latest_vote_waits_and_an_outdated_one_does_not_come_again() -> None:
    rig = Rig()
    for n in range(3):
        rig.submit(command(f"v{n}", lane="vote", key="q1"))
    rig.submit(command("other", lane="vote", key="q2"))
    assert [c.id for c in rig.outbox] == ["v2", "other"]
    gone = [e.command for e in rig.of(CommandChanged) if e.gone]
    assert [(c.id, "newer" in c.error) for c in gone] == [("v0", True), ("v1", True)]
    rig.live()
    rig.submit(command("v3", lane="vote", key="q1"))
    rig.error(Code.RATE_LIMITED, "v2", 10)
    assert rig.outbox.get("v2") is None
    rig.receive("ack", messages.Ack("v3", 1))
    rig.run(1)
    assert "v2" not in sent(rig)


def test_limits_of_count_and_size() -> None:
    box = Outbox()
    with pytest.raises(MessageTooLong):
        box.check_room(64 * 1024 + 1)
    large = command("large", size=64_000)
    while box._bytes + large.size <= MAX_BYTES:
        box.check_room(large.size)
        box.add(command(f"m{len(box)}", size=64_000))
    with pytest.raises(OutboxFull, match=f"{len(box)} messages"):
        box.check_room(large.size)
    box.acked("m0")
    box.check_room(large.size)
    box.arriving.append(large)
    with pytest.raises(OutboxFull):
        box.check_room(large.size)
    small = Outbox()
    for n in range(500):
        small.check_room(10)
        (small.add if n % 2 else small.arriving.append)(command(f"m{n}"))
    with pytest.raises(OutboxFull, match="500 messages"):
        small.check_room(10)


def test_the_same_id_for_something_else_is_a_conflict_and_costs_no_room() -> None:
    rig = Rig()
    rig.submit(command("a"))
    rig.submit(command("a"))
    with pytest.raises(IdConflict):
        rig.submit(command("a", size=5))
    assert len(rig.outbox) == 1


def test_retry_goes_behind_what_waits_and_discard_spares_what_is_under_way() -> None:
    rig = Rig()
    rig.live()
    rig.submit(command("a"))
    rig.session.discard("a")
    assert rig.outbox.get("a") is not None
    rig.error(Code.FORBIDDEN, "a")
    rig.error(Code.FORBIDDEN, "a")
    assert len([e for e in rig.of(CommandChanged) if e.command.state == "failed"]) == 1
    rig.session.retry("b")
    rig.session.lost(0, "cut")
    rig.submit(command("b"))
    rig.session.retry("a")
    assert [c.id for c in rig.outbox] == ["b", "a"]
    rig.session.discard("a")
    assert [c.id for c in rig.outbox] == ["b"]
    assert len(rig.outbox) == 1


class Kept:
    """A storage in memory."""

    behind = False

    def catch_up(self) -> None: ...

    def __init__(self, *commands: Command) -> None:
        self.commands = list(commands)
        self.removed: list[str] = []

    def put(self, command: Command) -> None:
        self.commands.append(command)

    def remove(self, id: str, *, wipe: bool = False) -> None:  # noqa: A002
        self.removed.append(id)

    def load(self) -> list[Command]:
        return self.commands

    def close(self) -> None: ...


def test_what_is_older_than_12_hours_asks_before_it_is_sent() -> None:
    fresh = replace(command("fresh"), since=2 * 3600.0)
    stale = replace(command("stale"), since=0.0)
    box = Outbox(Kept(stale, fresh, fresh))
    box.load(13 * 3600.0)
    assert [(c.id, c.state) for c in box] == [
        ("stale", CommandState.HELD),
        ("fresh", CommandState.QUEUED),
    ]
    assert len(box) == 2
    assert [c.id for c in box.due(0.0)] == ["fresh"]
    assert box.waiting == 1
    assert box.retry("stale", 5, 13 * 3600.0) is not None
    assert [c.id for c in box.due(0.0)] == ["stale"]


def test_what_is_kept_is_told_as_messages_and_other_changes() -> None:
    def of(id_: str, type_: str) -> Command:
        return replace(command(id_), type=type_, lane=REGISTRY.commands[type_].lane)

    wanted = [
        of("m1", "chat_message"),
        of("m2", "chat_message"),
        of("e1", "edit_message"),
        of("r1", "add_reaction"),
        of("v1", "cast_vote"),
        of("b1", "mark_read"),
        of("b2", "mark_notifications"),
    ]
    box = Outbox(Kept(*wanted))
    box.load(0.0)
    assert (box.waiting, box.kept()) == (7, (2, 3))
    sent = box.due(0.0)
    assert box.kept() == (2, 3)  # what is under way may have to come again
    box.acked(sent[0].id)
    box.refused(sent[1].id, Code.FORBIDDEN, "No.", None, 0.0, 0.0)
    assert box.kept() == (0, 3)


def edit(id_: str, *, key: str = "m1") -> Command:
    return replace(command(id_, key=key), type="edit_message")


def test_edits_of_one_message_go_one_by_one_and_none_is_replaced() -> None:
    rig = Rig()
    rig.live()
    for item in (edit("a"), edit("b"), edit("c", key="m2"), command("d")):
        rig.submit(item)
    assert [c.id for c in rig.outbox if c.state == "sent"] == ["a"]
    rig.run(5)  # and comes to rest: it waits for the answer
    rig.receive("ack", messages.Ack("a", 1), message_id="a")
    assert [c.id for c in rig.outbox if c.state == "sent"] == ["b", "c", "d"]
    rig.session.lost(0, "cut")
    assert [c.id for c in rig.outbox] == ["b", "c", "d"], "what follows outdates nothing"


def test_an_edit_fails_with_the_one_it_builds_on() -> None:
    rig = Rig()
    rig.live()
    for item in (edit("a"), edit("b"), edit("c", key="m2")):
        rig.submit(item)
    rig.error(Code.STALE, "a")
    states = {c.id: (c.state, c.code) for c in rig.outbox}
    assert states["b"] == states["a"] == (CommandState.FAILED, Code.STALE)
    assert states["c"] == (CommandState.SENT, 0)
    assert [e.command.id for e in rig.of(CommandChanged) if e.command.state == "failed"] == [
        "a",
        "b",
    ]


def test_what_waits_can_be_withdrawn_and_what_was_sent_cannot() -> None:
    rig = Rig()
    rig.live()
    rig.submit(command("sent"))
    rig.session.lost(0, "cut")
    rig.submit(command("waits"))
    rig.submit(command("stays"))
    assert not rig.session.withdraw("sent", "No."), "the service may have it"
    assert not rig.session.withdraw("nobody's", "No.")
    assert rig.session.withdraw("waits", "Taken back.")
    assert [c.id for c in rig.outbox] == ["sent", "stays"]
    gone = [e for e in rig.of(CommandChanged) if e.gone]
    assert [(e.command.id, e.command.error, e.seq) for e in gone] == [
        ("waits", "Taken back.", None)
    ]
    rig.fail()
    rig.run(10)
    rig.session.opened()
    rig.grant()
    assert [f.message_id for f in rig.frames("chat_message")][-2:] == ["sent", "stays"]
    rig.error(Code.RATE_LIMITED, "sent", 60_000)
    assert rig.session.withdraw("sent", "Taken back."), "the service has not taken it"
    assert len(rig.outbox) == 1


def test_the_disk_forgets_what_is_withdrawn_and_knows_what_was_sent() -> None:
    storage = Kept()
    box = Outbox(storage)
    for id_ in ("a", "b"):
        box.check_room(command(id_).size)
        box.add(command(id_))
    box.withdraw("b", "Taken back.")
    assert storage.removed == ["b"]
    box.due(0.0)
    again = Outbox(Kept(storage.commands[-1]))
    again.load(0.0)
    assert again.withdraw("a", "No.") is None, "an earlier session has sent it"
