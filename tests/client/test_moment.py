"""Momentary commands are not done an hour later; messages are."""

from __future__ import annotations

import msgspec
import pytest

import edu_widgets.chat.commands
import edu_widgets.chat.documents  # noqa: F401 - they register their commands
from edu_widgets.client.sync.commands import Command, CommandState, NoStorage
from edu_widgets.client.sync.events import CommandChanged
from edu_widgets.client.sync.outbox import MOMENT, Outbox
from edu_widgets.polls import commands as polls
from edu_widgets.presence import commands as presence
from edu_widgets.protocol import REGISTRY, Code
from tests.client.rig import ROOM, Rig

MOMENTARY = {
    *("set_status", "clear_statuses", "raise_hand", "lower_hand", "take_hand", "solve_hand"),
    *("create_poll", "open_poll", "close_poll", "extend_poll", "reveal_poll", "revote_poll"),
    *("mute_user", "set_slow_mode"),
}


def made(rig: Rig, type_: str, data: msgspec.Struct, id_: str = "c1") -> Command:
    raw = msgspec.Raw(msgspec.json.encode(data))
    lane = REGISTRY.commands[type_].lane
    wall, since = int(rig.clock.wall() * 1000), rig.clock.elapsed()
    return Command(id_, type_, ROOM, raw, lane, wall, since=since)


def hand(rig: Rig, id_: str = "c1") -> Command:
    return made(rig, "raise_hand", presence.RaiseHand(), id_)


def draft(*, opened: bool) -> polls.CreatePoll:
    return polls.CreatePoll(question="What?", kind="single", options=["a", "b"], open=opened)


def failed(rig: Rig) -> list[tuple[str, int, str]]:
    return [
        (event.command.id, event.command.code, event.command.error)
        for event in rig.of(CommandChanged)
        if event.command.state is CommandState.FAILED
    ]


def away() -> Rig:
    """A session that was live and lost its connection."""
    rig = Rig()
    rig.live()
    rig.session.lost(1006, "gone")
    return rig


def back(rig: Rig) -> None:
    rig.session.retry_now()
    rig.session.opened()
    rig.grant()


def test_the_protocol_says_what_is_momentary() -> None:
    assert {name for name, known in REGISTRY.commands.items() if known.momentary} >= MOMENTARY
    lasting = {"chat_message", "edit_message", "delete_message", "pin_message", "cast_vote"}
    assert not any(REGISTRY.commands[name].momentary for name in lasting)


def test_a_hand_raised_without_a_connection_is_given_up_after_two_minutes() -> None:
    rig = away()
    rig.submit(hand(rig))
    assert rig.session.deadline() is not None
    rig.clock.pass_(MOMENT - 1)
    rig.session.tick()
    assert failed(rig) == []
    rig.clock.pass_(1)
    rig.session.tick()
    rig.look()
    why = "Not done: there was no connection for two minutes."
    assert failed(rig) == [("c1", Code.TOO_LATE, why)]
    back(rig)
    assert rig.frames("raise_hand") == []


@pytest.mark.parametrize("opened", [True, False])
def test_a_poll_is_given_up_only_where_it_was_to_be_opened_at_once(*, opened: bool) -> None:
    rig = away()
    rig.submit(made(rig, "create_poll", draft(opened=opened)))
    rig.clock.sleep(3_600)
    back(rig)
    assert len(rig.frames("create_poll")) == (not opened)


def test_a_laptop_that_slept_sends_no_old_click() -> None:
    rig = away()
    rig.submit(hand(rig))
    rig.clock.sleep(3_600)
    back(rig)
    assert rig.frames("raise_hand") == []


@pytest.mark.parametrize("days", [1, -1, 400, -20_000])
def test_a_clock_that_is_set_changes_no_age(days: int) -> None:
    rig = away()
    rig.submit(hand(rig))
    rig.clock.pass_(MOMENT / 2)
    rig.clock.set(days * 86_400)
    rig.session.tick()
    assert failed(rig) == []
    rig.clock.pass_(MOMENT / 2 - 1)
    rig.session.tick()
    assert failed(rig) == []
    rig.clock.pass_(1)
    due = rig.session.deadline()
    assert due is not None
    assert due <= rig.clock.monotonic()
    rig.session.tick()
    assert [id_ for id_, *_ in failed(rig)] == ["c1"]


def test_what_may_have_been_done_is_not_said_to_be_undone() -> None:
    rig = Rig()
    rig.live()
    rig.submit(hand(rig))
    assert rig.frames("raise_hand")
    rig.session.lost(1006, "gone")
    rig.clock.pass_(MOMENT)
    rig.session.tick()
    ((_, _, why),) = failed(rig)
    assert "look whether it was done" in why


def test_what_an_earlier_process_left_is_given_up_too() -> None:
    rig = Rig()
    old = hand(rig)
    rig.clock.sleep(60)

    class Kept(NoStorage):
        def load(self) -> list[Command]:
            return [old]

    outbox = Outbox(Kept())
    outbox.load(rig.clock.elapsed())
    assert [c.state for c in outbox] == [CommandState.QUEUED]
    assert [c.id for c in outbox.expire(rig.clock.elapsed() + 60)] == ["c1"]
