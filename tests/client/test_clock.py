"""The service's time, over steps of either clock, slow answers and sleep."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edu_widgets.client.sync.clock import ServiceClock


class World:
    """A service and a computer whose clocks can be set; a computer that can sleep."""

    def __init__(self, wall: float = 0.0) -> None:
        self.true = 1_700_000_000.0
        self.mono = 500.0
        self.ahead = wall
        self.service_ahead = 0.0
        self.clock = ServiceClock(self)

    def monotonic(self) -> float:
        return self.mono

    def elapsed(self) -> float:
        return self.mono

    def wall(self) -> float:
        return self.true + self.ahead

    @property
    def service(self) -> float:
        return self.true + self.service_ahead

    def wait(self, seconds: float) -> None:
        self.true += seconds
        self.mono += seconds

    def sleep(self, seconds: float, *, counts: bool = False) -> None:
        """The lid is closed; whether the monotonic clock counts that differs between systems."""
        self.true += seconds
        self.mono += seconds if counts else 0.0

    def ask(self, there: float = 0.02, back: float = 0.02) -> None:
        sent = self.mono
        self.wait(there)
        said = self.service
        self.wait(back)
        self.clock.measured(said, sent)

    @property
    def error(self) -> float:
        return abs(self.clock.now() - self.service)


@pytest.mark.parametrize("ahead", [0, 3_600, -3_600, 90])
def test_however_wrong_the_own_clock_is(ahead: float) -> None:
    world = World(ahead)
    assert world.clock.now() == world.wall(), "nothing else is known yet"
    world.ask()
    assert world.error < 0.1


@pytest.mark.parametrize("step", [3_600, -3_600, 600, -600, 5, -5])
def test_a_step_of_the_own_clock_is_over_with_the_next_answer(step: float) -> None:
    world = World(-600)
    world.ask()
    world.wait(30)
    world.ahead += step
    if step < 0:
        assert world.error < 0.1, "put back, it changes nothing"
    world.ask()
    assert world.error < 0.1
    for _ in range(3):
        world.wait(30)
        assert world.error < 0.1
        world.ask()


@pytest.mark.parametrize("step", [3_600, -3_600, 2, -2])
def test_a_step_of_the_services_clock_is_followed(step: float) -> None:
    world = World(12)
    for _ in range(20):
        world.ask()
        world.wait(30)
    world.service_ahead += step
    world.ask(0.3, 0.1)
    assert world.error < 0.3
    world.ask()
    assert world.error < 0.1


@pytest.mark.parametrize("counts", [True, False])
def test_asleep_the_services_time_goes_on(counts: bool) -> None:
    world = World(77)
    world.ask()
    world.sleep(7_200, counts=counts)
    assert world.error < 0.1
    world.ask()
    assert world.error < 0.1


def test_slow_answers_do_not_spoil_a_quick_one() -> None:
    world = World()
    world.ask(0.01, 0.01)
    for _ in range(8):
        world.wait(30)
        world.ask(0.1, 4.0)
        assert world.error < 0.1
    for _ in range(25):  # but not for ever
        world.wait(30)
        world.ask(0.1, 0.2)
    assert world.error < 0.2


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["own", "service", "sleep", "wait"]),
            st.floats(-5_000, 5_000, allow_nan=False),
            st.floats(0, 3),
            st.floats(0, 3),
        ),
        max_size=12,
    )
)
def test_after_an_answer_it_is_wrong_by_the_round_trip_at_most(
    steps: list[tuple[str, float, float, float]],
) -> None:
    world = World(33)
    for what, seconds, there, back in steps:
        if what == "own":
            world.ahead += seconds
        elif what == "service":
            world.service_ahead += seconds
        elif what == "sleep":
            world.sleep(abs(seconds))
        else:
            world.wait(abs(seconds))
        world.ask(there, back)
        assert world.error <= (there + back) + 0.2
