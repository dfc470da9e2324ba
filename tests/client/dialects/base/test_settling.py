"""One's own messages at a service that acknowledges nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edu_widgets.chat.commands import PIN_MESSAGE
from edu_widgets.client.sync.commands import Command, CommandState, NoStorage
from edu_widgets.client.sync.outbox import Outbox
from tests.client.dialects.base.rig import BaseRig, said


def begun(disk: NoStorage | None = None) -> BaseRig:
    rig = BaseRig(outbox=Outbox(disk))
    rig.join(said("a"))
    return rig


@pytest.fixture
def rig() -> BaseRig:
    return begun()


# -- settled --------------------------------------------------------------------------------


def test_by_its_echo(rig: BaseRig) -> None:
    rig.say("x", "hello")
    assert rig.last("x") == ("sent", False)
    rig.echo("x")
    assert rig.last("x") == ("sent", True)
    assert rig.shown() == ["a", "hello"]
    assert len(rig.outbox) == 0


def test_by_its_echo_under_another_id_and_time_keeps_its_own_id(rig: BaseRig) -> None:
    rig.say("x", "hello")
    rig.echo("x", id="db-77", timestamp=1_700_001_003_000)
    assert rig.last("x") == ("sent", True)
    assert rig.shown() == ["a", "hello"]
    assert rig.mirror.get("x") is not None
    rig.echo("x", id="db-77", timestamp=1_700_001_003_000)
    rig.cut()
    rig.history(said("a"), said("db-77", "hello", at=3, user="ada"))
    assert rig.shown() == ["a", "hello"]


def test_an_echo_in_another_dress(rig: BaseRig) -> None:
    rig.say("x", "hello")
    rig.say("y", "world\r\n again")
    echoed = said("x", "hello", user="ada")
    rig.hear("message", {"type": "chat_message", "data": echoed})
    rig.hear("message", said("other", " world\n again ", user="ada"))
    assert rig.last("x") == rig.last("y") == ("sent", True)
    assert len(rig.shown()) == 3


def test_after_ten_healthy_seconds_as_unconfirmed(rig: BaseRig) -> None:
    rig.say("x", "hello")
    rig.run(9.9)
    assert rig.last("x") == ("sent", False)
    rig.run(0.2)
    assert rig.last("x") == ("unconfirmed", True)
    assert rig.shown() == ["a", "hello?"]
    assert len(rig.outbox) == 0
    rig.echo("x")
    assert rig.shown() == ["a", "hello"]


def test_seconds_in_which_nothing_gets_through_are_not_healthy(rig: BaseRig) -> None:
    rig.deaf = True
    rig.say("x")
    rig.run(30)
    assert rig.last("x") == ("sent", False)
    assert rig.shown() == ["a"]


def test_an_unconfirmed_one_is_found_in_a_later_history_under_another_id(rig: BaseRig) -> None:
    rig.say("x", "hello")
    rig.run(11)
    rig.hear("chat_message", said("b", at=30))
    rig.cut()
    rig.history(said("a"), said("db-1", "hello", user="ada"), said("b", at=30))
    assert rig.shown() == ["a", "hello", "b"]
    assert rig.mirror.get("x") is not None
    assert rig.sent_ids() == ["x"]


def test_an_unconfirmed_one_is_never_sent_again(rig: BaseRig) -> None:
    rig.say("x")
    rig.run(11)
    for _ in range(3):
        rig.cut()
        rig.history(said("a"))
        rig.run(15)
    assert rig.sent_ids() == ["x"]
    assert rig.shown() == ["a", "x?"]


# -- a connection is lost in between ----------------------------------------------------------


def test_lost_before_it_was_stored_it_is_sent_again_after_the_history(rig: BaseRig) -> None:
    rig.say("x")
    rig.cut()
    assert rig.sent_ids() == ["x"], "not before a history was read"
    rig.history(said("a"))
    assert rig.sent_ids() == ["x", "x"]
    rig.echo("x")
    assert rig.shown() == ["a", "x"]


def test_stored_but_not_echoed_it_is_found_in_the_history(rig: BaseRig) -> None:
    rig.say("x", "hello")
    rig.cut()
    rig.history(said("a"), said("77", "hello", user="ada"))
    assert rig.last("x") == ("sent", True)
    assert rig.sent_ids() == ["x"]
    assert rig.shown() == ["a", "hello"]


def test_what_is_behind_one_in_doubt_waits_with_it(rig: BaseRig) -> None:
    rig.say("x")
    rig.session.lost(0, "cut")
    rig.say("y")
    rig.again()
    assert rig.sent_ids() == ["x"]
    rig.history(said("a"))
    assert rig.sent_ids() == ["x", "x", "y"]


def test_a_history_that_does_not_reach_back_proves_nothing(rig: BaseRig) -> None:
    rig.say("x")
    rig.cut()
    for _ in range(2):  # asked for more, it tells no more
        rig.history(*(said(f"n{n}", at=600 + n) for n in range(50)))
        assert rig.sent_ids() == ["x"], "it may be there, further back"
    assert rig.last("x") == ("unconfirmed", True)


def test_a_history_that_begins_before_it_was_written_proves_it_missing() -> None:
    rig = BaseRig()
    rig.join()
    rig.say("x")
    rig.cut()
    rig.history(*(said(f"n{n}", at=n - 10) for n in range(50)))
    assert rig.sent_ids() == ["x", "x"]


def test_an_empty_history_that_should_not_be_empty_proves_nothing(rig: BaseRig) -> None:
    rig.say("x")
    rig.cut()
    rig.history()
    assert rig.sent_ids() == ["x"]
    assert rig.last("x") == ("unconfirmed", True)
    assert rig.shown() == ["a", "x?"]


def test_without_a_history_what_is_in_doubt_is_unconfirmed_and_the_rest_goes_on(
    rig: BaseRig,
) -> None:
    rig.say("x")
    rig.session.lost(0, "cut")
    rig.say("y")
    rig.again()
    rig.run(19)
    assert rig.sent_ids() == ["x"]
    rig.run(2)
    assert rig.last("x") == ("unconfirmed", True)
    assert rig.sent_ids() == ["x", "y"]
    rig.history(said("a"), said("x", user="ada"))
    assert "x" in rig.shown(), "a late history confirms it"


def test_the_same_words_twice_are_two_messages(rig: BaseRig) -> None:
    rig.say("x", "ok")
    rig.say("y", "ok")
    rig.cut()
    rig.history(said("a"), said("1", "ok", user="ada"))
    assert rig.sent_ids() == ["x", "y", "y"]
    rig.echo("y", id="2")
    assert rig.shown() == ["a", "ok", "ok"]
    assert len(rig.outbox) == 0


def test_the_same_words_of_long_ago_are_another_message(rig: BaseRig) -> None:
    rig.clock.pass_(3_600)
    rig.say("x", "ok")
    rig.cut()
    rig.history(said("a"), said("1", "ok", user="ada", at=100))
    assert rig.sent_ids() == ["x", "x"]
    assert rig.shown() == ["a", "ok"]


def test_a_clock_that_is_behind_is_seen_and_allowed_for(rig: BaseRig) -> None:
    rig.clock.pass_(3_600)
    now = int(rig.clock.wall() * 1000)
    rig.say("x", "ok")
    rig.cut()
    there = now - 300_000
    told = {**said("1", "ok", user="ada"), "timestamp": there}
    rig.history(said("a"), told, timestamp=there + 1)
    assert rig.sent_ids() == ["x"]
    assert rig.last("x") == ("sent", True)


def test_leaving_and_coming_back_loses_nothing(rig: BaseRig) -> None:
    rig.say("x")
    rig.session.unsubscribe("course:py101")
    rig.session.subscribe("course:py101")
    rig.look()
    rig.history(said("a"))
    assert rig.sent_ids() == ["x", "x"]
    rig.echo("x")
    assert rig.shown() == ["a", "x"]


# -- kept on disk -------------------------------------------------------------------------------


class Disk(NoStorage):
    def __init__(self) -> None:
        self.kept: dict[str, Command] = {}

    def put(self, command: Command) -> None:
        self.kept[command.id] = command

    def remove(self, id: str, *, wipe: bool = False) -> None:  # noqa: A002
        self.kept.pop(id, None)

    def load(self) -> list[Command]:
        return list(self.kept.values())


def restarted(disk: Disk, rig: BaseRig) -> BaseRig:
    fresh = BaseRig(outbox=Outbox(disk))
    fresh.clock.now = rig.clock.now + 5
    fresh.outbox.load(fresh.clock.elapsed())
    return fresh


def test_what_an_earlier_process_sent_is_looked_for_first() -> None:
    disk = Disk()
    rig = begun(disk)
    rig.say("x", "hello")
    rig.session.lost(0, "killed")
    rig.say("y", "new")
    fresh = restarted(disk, rig)
    fresh.join(said("a"), said("7", "hello", user="ada", at=3))
    assert fresh.sent_ids() == ["y"], "x was found; y was never sent before"
    fresh.echo("y")
    assert disk.kept == {}
    again = restarted(disk, rig)
    assert isinstance(again.outbox, Outbox)
    assert len(again.outbox) == 0


def test_what_an_earlier_process_sent_and_nobody_has_is_sent_again() -> None:
    disk = Disk()
    rig = begun(disk)
    rig.say("x", "hello")
    fresh = restarted(disk, rig)
    fresh.join(said("a"))
    assert fresh.sent_ids() == ["x"]


def test_only_what_is_not_settled_is_kept_on_disk() -> None:
    disk = Disk()
    rig = begun(disk)
    rig.say("x")
    rig.run(11)
    assert rig.last("x") == ("unconfirmed", True)
    assert disk.kept == {}


# -- refused ----------------------------------------------------------------------------------


def test_an_error_that_names_it_is_its_end(rig: BaseRig) -> None:
    rig.say("x")
    rig.hear("error", {"message": "Too fast!", "messageId": "x"})
    kept = rig.outbox.get("x")
    assert kept is not None
    assert (kept.state, kept.error) == (CommandState.FAILED, "Too fast!")
    rig.run(15)
    assert rig.shown() == ["a"]
    rig.session.retry("x")
    rig.look()
    assert rig.sent_ids() == ["x", "x"]


def test_what_the_service_has_not_is_refused_at_once_also_if_it_waited() -> None:
    rig = BaseRig()
    rig.say("x")
    odd = rig.outbox.get("x")
    assert odd is not None
    rig.submit(replace(odd, id="pin", type=PIN_MESSAGE.name))
    rig.join()
    assert rig.last("pin") == ("failed", False)
    assert "no pin message" in (rig.outbox.get("pin") or odd).error
    assert rig.sent_ids() == ["x"]


# -- reactions ------------------------------------------------------------------------------------


def test_a_reaction_is_settled_by_what_is_said_of_it(rig: BaseRig) -> None:
    rig.react("r", "a")
    rig.hear(
        "message_reaction", {"messageId": "a", "emoji": "👍", "userId": "bob", "action": "add"}
    )
    assert rig.last("r") == ("sent", False)
    rig.hear(
        "message_reaction", {"messageId": "a", "emoji": "👍", "userId": "ada", "action": "add"}
    )
    assert rig.last("r") == ("sent", True)
    assert rig.body("a")["reactions"][0]["count"] == 2


def test_a_reaction_in_doubt_is_looked_for_at_its_message(rig: BaseRig) -> None:
    rig.react("r", "a")
    rig.react("s", "a", "🎉")
    rig.cut()
    rig.history(said("a", reactions=[{"emoji": "👍", "count": 1, "users": ["ada"]}]))
    assert rig.last("r") == ("sent", True)
    sent = [frame.message_id for frame in rig.frames("add_reaction")]
    assert sent == ["r", "s", "s"]
