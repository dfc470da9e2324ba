"""States, backoff and stop codes of a session."""

from __future__ import annotations

import pytest

from edu_widgets.client.sync.events import ReconnectFailed, State, StateChanged
from edu_widgets.client.sync.linked_session import CALM
from edu_widgets.client.sync.liveness import CUT
from edu_widgets.client.view import look
from edu_widgets.protocol import Code, messages
from tests.client.rig import ROOM, Rig, changes, command


def test_the_way_from_idle_to_closed() -> None:
    rig = Rig()
    assert rig.state() is State.IDLE
    assert rig.session.deadline() is None
    rig.session.subscribe(ROOM)
    rig.session.open()
    rig.session.open()
    rig.look()
    assert rig.connects == 1
    rig.session.opened()
    rig.grant()
    rig.session.lost(Code.RESTARTING, "restart")
    rig.reconnect()
    rig.session.close()
    rig.session.close()
    assert rig.states() == [
        State.CONNECTING,
        State.CONNECTED,
        State.RECONNECTING,
        State.RECONNECTING,
        State.CONNECTED,
        State.CLOSED,
    ]
    assert [close.code for close in rig.closes] == [1000]
    assert rig.session.deadline() is None


def test_each_change_tells_code_reason_and_next_attempt() -> None:
    rig = Rig()
    rig.live()
    rig.session.lost(Code.SLOW_CONSUMER, "too slow")
    lost = rig.of(StateChanged)[-1]
    due = rig.session.next_attempt
    assert due is not None
    wall = int((due + rig.clock.offset) * 1000)
    assert (lost.code, lost.reason) == (Code.SLOW_CONSUMER, "too slow")
    assert lost.next_try == pytest.approx(wall, abs=1)
    rig.clock.now = due
    rig.session.tick()
    trying = rig.of(StateChanged)[-1]
    assert trying == StateChanged(State.RECONNECTING, Code.SLOW_CONSUMER, "too slow", None)


def test_what_is_told_of_the_next_attempt_stays_while_time_passes() -> None:
    rig = Rig()
    rig.live()
    rig.session.lost(0, "cut")
    first = rig.session.next_try()
    rig.clock.pass_(0.0137)
    assert rig.session.next_try() == first


def test_a_loss_is_reported_once() -> None:
    rig = Rig()
    rig.live()
    rig.session.lost(0, "cut")
    rig.session.lost(0, "cut again")
    assert rig.states() == [State.RECONNECTING]


@pytest.mark.parametrize("was_connected", [True, False])
def test_reconnect_failed_fires_exactly_at_the_fifth_failure(*, was_connected: bool) -> None:
    rig = Rig()
    if was_connected:
        rig.live()
        rig.session.lost(0, "cut")
    else:
        rig.session.open()
    waiting = State.RECONNECTING if was_connected else State.CONNECTING
    for _ in range(4):
        rig.fail()
        assert rig.state() is waiting
        assert rig.of(ReconnectFailed) == []
    rig.fail()
    assert rig.state() is State.OFFLINE
    assert rig.of(ReconnectFailed) == [ReconnectFailed(5)]
    for _ in range(10):
        rig.fail()
    assert len(rig.of(ReconnectFailed)) == 1


def test_reconnect_failed_fires_again_in_the_next_outage() -> None:
    rig = Rig()
    rig.live()
    for _ in range(2):
        rig.session.lost(0, "cut")
        for _ in range(6):
            rig.fail()
        rig.reconnect()
        rig.grant()
    assert len(rig.of(ReconnectFailed)) == 2


@pytest.mark.parametrize("seed", range(20))
def test_delays_of_the_fast_phase_and_of_the_probes(seed: int) -> None:
    rig = Rig(seed=seed)
    rig.live()
    start = rig.clock.now
    rig.session.lost(0, "cut")
    fast = slow = 0
    for n in range(120):
        due = rig.session.next_attempt
        assert due is not None
        delay = due - rig.clock.now
        if rig.clock.now - start <= 120:
            most = 2 if n < 16 else 6
            assert 0 <= delay <= min(most, 2**n)
            fast += 1
        else:
            assert 45 <= delay <= 75
            slow += 1
        rig.fail()
    assert fast >= 20
    assert slow >= 40
    assert rig.state() is State.OFFLINE


@pytest.mark.parametrize(("failures", "most"), [(4, 2), (20, 6)])
def test_delays_are_spread(failures: int, most: int) -> None:
    """A service that is back in seconds has its class back in two more, and not all at once."""
    delays = []
    for seed in range(200):
        rig = Rig(seed=seed)
        rig.live()
        rig.session.lost(0, "cut")
        for _ in range(failures):
            rig.fail()
        assert rig.session.next_attempt is not None
        delays.append((rig.session.next_attempt - rig.clock.now) / most)
    assert min(delays) < 0.1
    assert 0.9 < max(delays) <= 1
    assert 0.4 < sum(delays) / len(delays) < 0.6


def test_the_loss_of_a_good_connection_is_told_only_if_it_lasts() -> None:
    rig = Rig()
    rig.live()
    rig.clock.pass_(10)
    rig.session.lost(0, "cut")
    assert look(rig.session, rig.session.channels[ROOM]).state == "live"
    rig.fail()
    assert look(rig.session, rig.session.channels[ROOM]).state == "reconnecting"
    rig.reconnect()
    rig.grant()
    rig.session.lost(0, "cut")
    assert not rig.session.calm, "it was no good one"


def test_a_good_connection_that_is_cut_is_made_anew_in_a_quarter_of_a_second() -> None:
    """Another process is there at once; and if none is, the delays are those of any loss."""
    delays: dict[str, list[float]] = {"first": [], "second": [], "new": [], "told": []}

    def next_delay(rig: Rig) -> float:
        assert rig.session.next_attempt is not None
        return rig.session.next_attempt - rig.clock.now

    for seed in range(200):
        rig = Rig(seed=seed)
        rig.live()
        rig.clock.pass_(10)
        rig.session.lost(0, "cut")
        delays["first"].append(next_delay(rig))
        rig.fail()
        delays["second"].append(next_delay(rig))
        rig.reconnect()
        rig.grant()
        rig.session.lost(0, "cut")
        delays["new"].append(next_delay(rig))
        rig.reconnect()
        rig.grant()
        rig.clock.pass_(10)
        rig.session.lost(Code.UNAVAILABLE, "The store cannot write.")
        delays["told"].append(next_delay(rig))
    assert 0.2 < max(delays["first"]) <= CUT
    assert min(delays["first"]) < 0.05
    assert 0.9 < max(delays["second"]) <= 1
    assert max(delays["new"]) > 0.9
    assert max(delays["told"]) > 0.9


def test_an_attempt_that_takes_its_time_ends_the_calm() -> None:
    rig = Rig()
    rig.live()
    rig.clock.pass_(10)
    rig.session.lost(0, "cut")
    rig.forget()
    assert rig.session.next_attempt is not None
    rig.run(CALM + 1)
    assert not rig.session.calm
    assert rig.states() == [State.RECONNECTING] * 2, "at the attempt, and then again"


def test_a_long_interval_is_kept_to() -> None:
    rig, delays = Rig(interval=6), []
    rig.session.open()
    for _ in range(16):
        rig.session.lost(0, "cut")
        assert rig.session.next_attempt is not None
        delays.append(rig.session.next_attempt - rig.clock.now)
        rig.clock.now = rig.session.next_attempt
        rig.session.tick()
    assert 2 < max(delays) <= 6


def test_the_service_names_the_time_it_needs() -> None:
    rig = Rig()
    rig.session.open()
    rig.session.lost(Code.RATE_LIMITED, "full", 30.0)
    assert rig.session.next_attempt is not None
    assert 30 <= rig.session.next_attempt - rig.clock.now <= 31
    rig.clock.now = rig.session.next_attempt
    rig.session.tick()
    rig.session.lost(Code.RATE_LIMITED, "full", 1e300)
    assert rig.session.next_attempt - rig.clock.now <= 62


def test_retry_now_and_a_send_probe_at_once_when_offline() -> None:
    for wish in ("retry", "send", "resend"):
        rig = Rig()
        rig.session.open()
        for _ in range(5):
            rig.fail()
        assert rig.state() is State.OFFLINE
        rig.forget()
        if wish == "retry":
            rig.session.retry_now()
        else:
            rig.submit(command("a"))
        rig.look()
        assert rig.connects == 1
        assert rig.session.next_attempt is None
        rig.session.retry_now()
        rig.submit(command("b"))
        assert rig.connects == 1, "one attempt at a time"


def test_a_send_while_reconnecting_waits_for_its_turn() -> None:
    rig = Rig()
    rig.live()
    rig.session.lost(0, "cut")
    rig.forget()
    rig.submit(command("a"))
    assert rig.connects == 0


def test_who_was_let_in_is_refused_twice_before_it_is_believed() -> None:
    """A request that was damaged on its way is refused like one with a wrong token."""
    rig = Rig()
    rig.live()
    for _ in range(2):  # it is let in between
        rig.session.lost(0, "cut")
        rig.fail(Code.UNAUTHORIZED, "no")
        assert rig.state() is State.RECONNECTING
        rig.reconnect()
        rig.grant()
    rig.session.lost(0, "cut")
    rig.fail(Code.UNAUTHORIZED, "no")
    rig.fail(Code.UNAUTHORIZED, "no")
    assert rig.state() is State.STOPPED
    stranger = Rig()
    stranger.session.open()
    stranger.session.lost(Code.UNAUTHORIZED, "no")
    assert stranger.state() is State.STOPPED


@pytest.mark.parametrize("code", [Code.UNAUTHORIZED, Code.REMOVED, 4777])
def test_stop_codes_stop(code: int) -> None:
    rig = Rig()
    rig.live()
    rig.session.lost(code, "no")
    assert rig.of(StateChanged) == [StateChanged(State.STOPPED, code, "no", None)]
    assert rig.session.deadline() is None
    rig.submit(command("a"))
    assert rig.connects == 0
    rig.session.retry_now()
    rig.look()
    assert rig.connects == 1
    assert rig.state() is State.CONNECTING


def test_who_finds_the_service_or_the_room_full_goes_on_trying() -> None:
    rig = Rig()
    rig.live()
    rig.session.lost(Code.CONNECTION_LIMIT, "full")
    assert rig.state() is State.RECONNECTING
    assert rig.session.deadline() is not None
    rig.reconnect()
    rig.error(Code.ROOM_FULL, rig.frames("subscribe")[-1].message_id)
    course = rig.session.channels[ROOM]
    shown = look(rig.session, course)
    assert (shown.state, shown.code) == ("reconnecting", Code.ROOM_FULL)
    asked = len(rig.frames("subscribe"))
    rig.clock.pass_(60)
    rig.session.tick()
    rig.look()
    assert len(rig.frames("subscribe")) == asked + 1
    assert look(rig.session, course).state == "reconnecting", "until it is let in"


def test_a_static_token_that_has_expired_ends_as_stopped() -> None:
    rig = Rig()
    rig.live()
    rig.session.lost(Code.TOKEN_EXPIRED, "expired")
    tries = 0
    while rig.state() is State.RECONNECTING:
        rig.fail(Code.TOKEN_EXPIRED, "expired")
        tries += 1
        assert tries < 10
    assert tries == 2, "the source is asked again, but not for ever"
    stopped = rig.of(StateChanged)[-1]
    assert (stopped.state, stopped.code) == (State.STOPPED, Code.TOKEN_EXPIRED)
    assert "fresh token" in stopped.reason


def test_a_token_source_that_gives_a_fresh_one_goes_on() -> None:
    rig = Rig()
    rig.live()
    for _ in range(10):
        rig.session.lost(Code.TOKEN_EXPIRED, "expired")
        assert rig.state() is State.RECONNECTING
        rig.reconnect()
        rig.grant()


def test_a_service_that_throws_everybody_out_at_once_is_not_asked_at_full_speed() -> None:
    rig = Rig()
    rig.session.subscribe(ROOM)
    rig.session.open()
    attempts = 0
    start = rig.clock.now
    while rig.clock.now - start < 600:
        rig.session.opened()
        rig.session.lost(Code.RESTARTING, "not yet")
        rig.clock.now = rig.session.next_attempt or 0
        rig.session.tick()
        attempts += 1
    assert attempts < 80
    assert rig.of(ReconnectFailed) == [ReconnectFailed(5)]


def test_even_one_that_lets_people_in_first() -> None:
    rig = Rig()
    rig.session.subscribe(ROOM)
    rig.session.open()
    attempts = 0
    start = rig.clock.now
    while rig.clock.now - start < 600:
        rig.session.opened()
        rig.grant()
        rig.receive("changes", changes(0, 0, reset=True))
        rig.session.lost(Code.SLOW_CONSUMER, "slow")
        rig.clock.now = rig.session.next_attempt or 0
        rig.session.tick()
        attempts += 1
    assert 100 < attempts < 400, "about every three seconds"


def test_after_a_healthy_while_the_delays_begin_anew() -> None:
    rig = Rig()
    rig.live()
    for _ in range(30):
        rig.clock.pass_(10)
        rig.session.lost(0, "cut")
        assert rig.session.next_attempt is not None
        assert rig.session.next_attempt - rig.clock.now <= 1
        rig.reconnect()
        rig.grant()


def test_closing_while_connecting_closes_the_transport_and_ends_it() -> None:
    rig = Rig()
    rig.session.open()
    rig.session.close()
    rig.look()
    assert [close.code for close in rig.closes] == [1000]
    rig.session.lost(0, "late news")
    rig.session.retry_now()
    rig.session.tick()
    rig.look()
    assert rig.state() is State.CLOSED
    assert rig.connects == 1


def test_a_goodbye_moves_to_another_connection_within_its_time_and_nobody_is_told() -> None:
    rig = Rig()
    rig.live()
    rig.forget()
    rig.receive("goodbye", messages.Goodbye(spread_ms=4_000), channel="system")
    rig.submit(command("kept"))
    assert rig.state() is State.CONNECTED
    assert not rig.closes, "until then it goes on"
    begun = rig.clock.now
    while not rig.closes:
        due = rig.session.deadline()
        assert due is not None
        assert due <= begun + 4.0
        rig.clock.now = due
        rig.session.tick()
        rig.look()
    assert rig.connects == 1, "the next attempt is made at once"
    assert rig.session.calm
    rig.session.opened()
    rig.grant(seq=0)
    assert rig.state() is State.CONNECTED
    rig.look()
    assert len(rig.frames("chat_message")) == 2, "what had no answer is sent again"


def test_those_who_are_told_goodbye_together_do_not_come_back_together() -> None:
    times = set()
    for seed in range(20):
        rig = Rig(seed=seed)
        rig.live()
        rig.receive("goodbye", messages.Goodbye(spread_ms=4_000), channel="system")
        due = rig.session.deadline()
        assert due is not None
        times.add(int(due - rig.clock.now))
    assert times == {0, 1, 2, 3}
