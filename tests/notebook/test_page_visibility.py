"""The delay of a page's messages, while clocks are set and computers sleep."""

from edu_widgets.notebook.page_visibility import Delays

WALL, STEADY = 1_800_000_000.0, 5_000.0


def at(seconds: float, *, wall: float = 0.0, steady: float = 0.0) -> tuple[float, float]:
    """The two clocks of a computer after some seconds, each off by so much."""
    return (WALL + seconds + wall, STEADY + seconds + steady)


def delay(delays: Delays, sent: float, heard: float, **off: float) -> float:
    """Of a message, where the page's clocks are off."""
    return delays.of("p1", at(sent, **off), at(heard))


def test_it_is_told_from_a_pages_fastest_message_however_its_clocks_are() -> None:
    delays = Delays()
    off = {"wall": 86_400.0, "steady": -4_990.0}
    assert delay(delays, 0, 0.1, **off) == 0
    assert delay(delays, 10, 160.1, **off) == 150
    assert delay(delays, 20, 160.2, **off) > 140


def test_a_clock_that_is_set_makes_nothing_late() -> None:
    delays = Delays()
    delay(delays, 0, 0)
    assert delay(delays, 10, 10, wall=-3_600) == 0
    assert delay(delays, 20, 20, wall=3_600) == 0


def test_a_clock_that_stood_still_during_sleep_makes_nothing_late() -> None:
    delays = Delays()
    delay(delays, 0, 0)
    assert delay(delays, 7_200, 7_200, steady=-7_000) == 0


def test_pages_are_told_apart_and_forgotten() -> None:
    delays = Delays()
    for number in range(200):
        assert delays.of(f"p{number}", at(0), at(number)) == 0
    assert delays.of("p0", at(0), at(500)) == 0, "forgotten: its first message again"
