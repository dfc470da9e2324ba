"""The service's time over steps of its clock, and over a restart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from edu_widgets.protocol import uuid7
from edu_widgets.service import steady_time
from edu_widgets.service.steady_time import LONGEST_STEP, SteadyTime
from tests.service.harness import serving


@dataclass
class Clocks:
    wall: float = 1_700_000_000.0
    mono: float = 50.0

    def wait(self, seconds: float) -> None:
        self.wall += seconds
        self.mono += seconds

    def made(self) -> SteadyTime:
        return SteadyTime(lambda: self.wall, lambda: self.mono)


def test_it_goes_on_where_the_clock_was_set_back() -> None:
    clocks = Clocks()
    steady, began = clocks.made(), clocks.wall
    clocks.wait(10)
    clocks.wall -= 3_600
    assert steady.now() == began + 10
    clocks.wait(60)
    assert steady.now() == began + 70, "a minute is a minute"
    clocks.wall += 3_600
    clocks.wait(5)
    assert steady.now() == began + 75


def test_set_forward_or_asleep_it_follows() -> None:
    clocks = Clocks()
    steady = clocks.made()
    clocks.wall += 7_200
    assert steady.now() == clocks.wall
    clocks.wait(1)
    assert steady.now() == clocks.wall


def test_after_a_start_it_goes_on_from_what_is_stored() -> None:
    clocks = Clocks()
    steady = clocks.made()
    steady.go_on_from(clocks.wall + 600)
    clocks.wait(1)
    assert steady.now() == clocks.wall + 600
    other = clocks.made()
    other.go_on_from(clocks.wall + LONGEST_STEP + 1)
    assert other.now() == clocks.wall, "stored by a clock that was far off"


async def test_a_service_that_starts_with_its_clock_set_back_does_not_go_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(tmp_path) as service:
        teacher = await service.owner()
        await teacher.enter()
        await teacher.answer(await teacher.say("one", mid=uuid7()))
        before = service.server.hub.now()
    clocks = Clocks(before / 1000 - 3_600)
    monkeypatch.setattr(steady_time, "_TIME", clocks.made())
    async with serving(tmp_path) as service:
        assert service.server.hub.now() > before - 60_000
