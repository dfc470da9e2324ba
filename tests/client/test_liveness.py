"""Heartbeats, dead peers, sleeping laptops, held-up timers."""

from __future__ import annotations

import pytest

from edu_widgets.client.sync.events import State
from edu_widgets.protocol import Code, Envelope, messages
from tests.client.rig import Rig, command


def test_a_heartbeat_every_30_seconds() -> None:
    rig = Rig()
    rig.live()
    at: list[float] = []
    start = rig.clock.now

    def answer(frame: Envelope) -> None:
        if frame.type == "heartbeat":
            at.append(rig.clock.now - start)
            rig.receive("heartbeat_ack", messages.HeartbeatAck(1), channel="system")

    rig.run(301, answer)
    assert at == pytest.approx([30 * n for n in range(1, 11)])
    assert rig.state() is State.CONNECTED


def test_35_seconds_of_silence_are_death() -> None:
    rig = Rig()
    rig.live()
    rig.run(34.9)
    assert rig.state() is State.CONNECTED
    assert len(rig.frames("heartbeat")) == 1
    rig.run(0.2)
    assert rig.state() is State.RECONNECTING
    assert rig.session.code == Code.DEAD_PEER
    assert [close.code for close in rig.closes] == [Code.DEAD_PEER]


def test_anything_heard_puts_death_off() -> None:
    rig = Rig()
    rig.live()
    rig.run(20)
    rig.receive("room", messages.Room(3))
    rig.run(34.9)
    assert rig.state() is State.CONNECTED
    rig.run(0.2)
    assert rig.state() is State.RECONNECTING


def test_after_sleep_the_socket_is_probed_with_3_seconds_of_patience() -> None:
    rig = Rig()
    rig.live()
    rig.run(1)
    rig.clock.sleep(3600)
    rig.run(5)
    assert len(rig.frames("heartbeat")) == 1, "noticed within 5 s of waking"
    assert rig.state() is State.CONNECTED
    rig.run(3)
    assert rig.state() is State.RECONNECTING


def test_a_socket_that_survived_sleep_is_kept() -> None:
    rig = Rig()
    rig.live()
    rig.clock.sleep(3600)
    rig.run(5.1, lambda f: rig.receive("heartbeat_ack", messages.HeartbeatAck(1)))
    rig.run(20)
    assert rig.state() is State.CONNECTED


def test_a_small_correction_of_the_wall_clock_is_no_sleep() -> None:
    rig = Rig()
    rig.live()
    rig.clock.sleep(2)
    rig.run(10)
    assert rig.frames("heartbeat") == []


@pytest.mark.parametrize("held_up", [2.5, 40, 400])
def test_a_late_timer_of_our_own_declares_nothing_dead(held_up: float) -> None:
    rig = Rig()
    rig.live()
    due = rig.session.deadline()
    assert due is not None
    rig.clock.now = due + held_up
    rig.session.tick()
    assert rig.state() is State.CONNECTED
    rig.receive("room", messages.Room(1))  # what had waited in the socket
    rig.run(25)
    assert rig.state() is State.CONNECTED


def test_before_death_the_socket_is_read_once_more_even_if_we_are_hardly_late() -> None:
    rig = Rig()
    rig.live()
    rig.run(31)
    rig.clock.pass_(4.5)  # 35.5 s of silence as we see it: an answer may be in the socket
    rig.session.tick()
    assert rig.state() is State.CONNECTED
    rig.receive("heartbeat_ack", messages.HeartbeatAck(1))
    rig.run(10)
    assert rig.state() is State.CONNECTED


def test_early_and_repeated_ticks_do_no_harm() -> None:
    rig = Rig()
    rig.live()
    for _ in range(50):
        rig.clock.pass_(0.5)
        rig.session.tick()
        rig.session.tick()
    rig.look()
    assert rig.sent == []
    assert rig.closes == []


def test_a_command_nobody_answers_ends_the_connection_and_is_sent_on_the_next() -> None:
    rig = Rig()
    rig.live()
    rig.submit(command("a"))

    def beat(frame: Envelope) -> None:
        if frame.type == "heartbeat":
            rig.receive("heartbeat_ack", messages.HeartbeatAck(1))

    rig.run(19, beat)
    assert rig.pinged == []
    rig.run(2, beat)
    (asked_at,) = rig.pinged
    rig.session.pong(asked_at)
    assert rig.state() is State.CONNECTED, "the answer may be in the socket"
    rig.run(5, beat)
    assert rig.state() is State.RECONNECTING
    rig.run(10)
    rig.session.opened()
    assert [f.message_id for f in rig.frames("chat_message")] == ["a", "a"]


def test_an_answer_that_is_long_on_its_way_is_waited_for() -> None:
    rig = Rig()
    rig.live()
    rig.submit(command("a"))
    rig.run(21)
    for _ in range(20):  # a frame that takes ten minutes, behind which the answer comes
        rig.session.heard()
        rig.run(30)
    assert (rig.state(), len(rig.pinged)) == (State.CONNECTED, 1)
    rig.receive("ack", messages.Ack("a", 5))
    rig.session.pong(rig.pinged[0])
    rig.run(20)
    assert (rig.state(), rig.closes) == (State.CONNECTED, [])


def test_a_part_of_a_frame_puts_death_off() -> None:
    rig = Rig()
    rig.live()
    for _ in range(10):
        rig.run(30)
        rig.session.heard()
    rig.run(34.9)
    assert rig.state() is State.CONNECTED
    rig.run(0.2)
    assert rig.state() is State.RECONNECTING


def test_a_held_up_thread_does_not_take_a_waiting_ack_for_a_missing_one() -> None:
    rig = Rig()
    rig.live()
    rig.submit(command("a"))
    rig.clock.pass_(21)
    rig.session.tick()
    assert rig.state() is State.CONNECTED
    rig.receive("ack", messages.Ack("a", 5))
    rig.run(5)
    assert rig.state() is State.CONNECTED
    assert rig.closes == []


def test_the_round_trip_is_measured() -> None:
    rig = Rig()
    rig.live()
    rig.run(30)
    rig.clock.pass_(0.25)
    rig.receive("heartbeat_ack", messages.HeartbeatAck(1))
    assert rig.session.statistics.round_trip == pytest.approx(0.25)
